/**
 * One adventure: everything that is saved and nothing that is not. Plain immutable data; this file builds it, changes it
 * by copying, and derives from it what the narrator is asked.
 */
import { stripControls } from "../shared/text.ts";
import type { NarrationRequest, Narrator, PlayerAction } from "./ports.ts";
import { beginInk } from "./story/ink.ts";
import { type Answers, completeAnswers, fillPlaceholders, headerOf, type StorySeed } from "./story/seed.ts";
import { childrenOf, nodeAt, pathOf, plantTree, type StoryTree, turnsOf } from "./story-tree.ts";
import { deriveTurnSeed } from "./turn-seed.ts";
import { selectNotes, type WorldNote } from "./world-notes.ts";

export interface Adventure {
  /** The player's name for it; at first the story's title. */
  readonly title: string;
  /** ISO 8601 times. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Unsigned 32-bit; every turn's seed is derived from it. */
  readonly seed: number;
  /** The model that told the last turn. */
  readonly model: { readonly name: string; readonly sha256: string };
  /** As authored, placeholders unfilled. */
  readonly story: StorySeed;
  readonly answers: Answers;
  /** The author's and the player's facts, and the world notes as the player left them. */
  readonly remembered: readonly string[];
  readonly notes: readonly WorldNote[];
  readonly tree: StoryTree;
}

export interface NewAdventure {
  readonly story: StorySeed;
  readonly answers?: Answers;
  readonly seed: number;
  readonly now: Date;
  readonly model: Narrator["model"];
}

/** Begins a story. Throws `option.answer` for a bad answer, `story.runtime` when an ink story cannot begin. */
export function createAdventure({ story, answers: given = {}, seed, now, model }: NewAdventure): Adventure {
  const answers = completeAnswers(story, given);
  const filled = fillPlaceholders(story, answers);
  const at = now.toISOString();
  const ink = story.source.kind === "ink" ? beginInk(story.source.compiled, seed) : undefined;
  return {
    title: filled.title,
    createdAt: at,
    updatedAt: at,
    seed,
    model: { name: model.name, sha256: model.sha256 },
    story,
    answers,
    remembered: filled.remember,
    notes: filled.notes,
    tree: plantTree(stripControls(ink?.text ?? filled.opening), at, ink?.moment),
  };
}

/** Everything of a request that is known before the player acts. */
export function buildRequestBase(
  adventure: Adventure,
): Omit<NarrationRequest, "action" | "inserted" | "seed"> {
  const { tree, remembered } = adventure;
  const opening = nodeAt(tree, 0).passage;
  const turns = turnsOf(tree);
  const { notes } = selectNotes(adventure.notes, opening, turns, { kind: "continue", text: "" });
  const header = headerOf(fillPlaceholders(adventure.story, adventure.answers));
  return { header, remembered, notes, opening, turns };
}

/** The request for a turn that follows the current node. */
export function buildRequest(adventure: Adventure, action: PlayerAction): NarrationRequest {
  const base = buildRequestBase(adventure);
  const { notes, inserted } = selectNotes(adventure.notes, base.opening, base.turns, action);
  return {
    ...base,
    notes,
    inserted: [...freshFacts(adventure), ...inserted],
    action,
    seed: nextSeed(adventure.tree, adventure.seed),
  };
}

/** Facts the player pinned that no turn of this path has seen; derived, so that undo and branches need no extra state. */
function freshFacts({ story, answers, remembered, tree }: Adventure): NarrationRequest["inserted"] {
  const known = new Set(fillPlaceholders(story, answers).remember);
  for (const node of pathOf(tree))
    for (const line of node.inserted) if (line.name === "Remember") known.add(line.text);
  return remembered.filter((fact) => !known.has(fact)).map((text) => ({ name: "Remember", text }));
}

function nextSeed(tree: StoryTree, adventureSeed: number): number {
  return deriveTurnSeed(adventureSeed, pathOf(tree).length, childrenOf(tree, tree.current).length);
}
