/** The figures of the status line, and what a player is told when a save is continued. */
import { stripControls } from "../shared/text.ts";
import type { Adventure } from "./adventure.ts";
import { buildBlock } from "./page.ts";
import type { NarrationStats, Narrator } from "./ports.ts";
import type { Block, Status } from "./protocol.ts";
import type { LoadedSave } from "./saves/save-store.ts";
import { pathOf } from "./story-tree.ts";

/** `stats` are those of the last narration; without an adventure the program itself is named. */
export function buildStatus(
  adventure: Adventure | undefined,
  { name, positions }: Narrator["model"],
  state: Status["state"],
  stats: NarrationStats | undefined,
): Status {
  const base: Status = {
    title: stripControls(adventure?.title ?? "Brasslamp"),
    model: stripControls(name),
    turn: adventure === undefined ? 0 : pathOf(adventure.tree).length,
    state,
    contextSize: positions,
  };
  if (stats === undefined) return base;
  const contextTokens = Math.min(positions, stats.promptTokens + stats.sampledTokens);
  return {
    ...base,
    contextTokens,
    tokensPerSecond: (stats.sampledTokens * 1000) / Math.max(1, stats.totalMs),
  };
}

/** That the backup was used, and that another model tells the story from here. */
export function noticesOf({ adventure, notice }: LoadedSave, model: Narrator["model"]): readonly Block[] {
  const notices = notice === undefined ? [] : [buildBlock("info", notice)];
  if (adventure.model.sha256 === model.sha256) return notices;
  const change = `This adventure was told by ${adventure.model.name}; ${model.name} tells it from here.`;
  return [...notices, buildBlock("info", change)];
}
