/** Plays stories without a front end or saves, as the game itself would, and keeps what was told and how. */
import { type Adventure, createAdventure } from "../game/adventure.ts";
import type { NarrationStats, Narrator } from "../game/ports.ts";
import { fillPlaceholders, headerOf, type StorySeed } from "../game/story/seed.ts";
import { inkOf, nodeAt, turnsOf } from "../game/story-tree.ts";
import { planTurn, tellTurn } from "../game/turn.ts";
import { scriptLines } from "./scripted-player.ts";
import type { Transcript } from "./transcript.ts";

export interface PlayedGame {
  readonly story: string;
  readonly seed: number;
  readonly transcript: Transcript;
  readonly stats: readonly NarrationStats[];
  /** Player's turns that are missing or different in the story afterwards; always 0 unless something is broken. */
  readonly lostTurns: number;
}

/** Plays `turns` turns of a story by script. */
export async function playGame(
  story: StorySeed,
  turns: number,
  seed: number,
  narrator: Narrator,
): Promise<PlayedGame> {
  let adventure = createAdventure({ story, seed, now: new Date(0), model: narrator.model });
  const names = adventure.notes.map((note) => note.name);
  const stats: NarrationStats[] = [];
  const played: string[] = [];
  for (const line of scriptLines(turns, seed, names)) {
    const plan = planTurn(line, "do", inkOf(adventure.tree)?.choices ?? []);
    if (!("action" in plan)) throw new Error(`the script has a line that is no action: ${line}`);
    const told = await tellTurn(adventure, plan, {
      narrator,
      now: () => new Date(0),
      onText: () => {},
      signal: new AbortController().signal,
    });
    adventure = told.adventure;
    played.push(plan.action.text);
    if (told.stats !== undefined) stats.push(told.stats);
  }
  const kept = turnsOf(adventure.tree).map((turn) => turn.action.text);
  const lostTurns = played.filter((text, i) => kept[i] !== text).length;
  return { story: story.id, seed, transcript: transcriptOf(adventure), stats, lostTurns };
}

function transcriptOf(adventure: Adventure): Transcript {
  const filled = fillPlaceholders(adventure.story, adventure.answers);
  const remembered = filled.remember.map((text) => ({ name: "Remember", text }));
  const always = adventure.notes.filter((note) => note.always).map(({ name, text }) => ({ name, text }));
  return {
    header: [...headerOf(filled), ...always, ...remembered],
    opening: nodeAt(adventure.tree, 0).passage,
    turns: turnsOf(adventure.tree).map(({ inserted, action, passage }) => ({
      inserted,
      action: action.text,
      passage,
    })),
  };
}
