/**
 * One adventure: everything that is saved and nothing that is not. Plain immutable data; this file builds it, changes it
 * by copying, and derives from it what the narrator is asked.
 */
import { stripControls } from "../shared/text.ts";
import { dueNote } from "./authors-note.ts";
import { applyEdits, certainFacts, type FactEdits } from "./facts/fact-edits.ts";
import { type Fact, readFacts } from "./facts/ledger.ts";
import type { KnownRequest, NarrationRequest, Narrator, PlayerAction, SuggestionRequest } from "./ports.ts";
import { beginInk } from "./story/ink.ts";
import { type Answers, completeAnswers, fillPlaceholders, headerOf, type StorySeed } from "./story/seed.ts";
import { childrenOf, nodeAt, pathOf, plantTree, type StoryTree, turnsOf } from "./story-tree.ts";
import { buildStyle, type StyleChoice } from "./style.ts";
import { deriveTurnSeed } from "./turn-seed.ts";
import { type NoteSelection, selectNotes, type WorldNote } from "./world-notes.ts";

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
  /** The player's author's note; without it the story's. */
  readonly tone?: string;
  /** The player's summary of what the narrator cannot read any more; without it the narrator makes one. */
  readonly earlier?: string;
  /** Ids of facts of the ledger that the player struck out or holds to be certain. */
  readonly factEdits?: FactEdits;
  /** How it is told; without it as the narrator does by itself. */
  readonly style?: StyleChoice;
  /** Phrases that are never told; without them the story's. */
  readonly bans?: readonly string[];
  readonly tree: StoryTree;
}

export interface NewAdventure {
  readonly story: StorySeed;
  readonly answers?: Answers;
  readonly seed: number;
  readonly now: Date;
  readonly model: Narrator["model"];
  /** A preset of the narrator. */
  readonly preset?: string;
}

/** Begins a story. Throws `option.answer` for a bad answer, `story.runtime` when an ink story cannot begin. */
export function createAdventure(options: NewAdventure): Adventure {
  const { story, answers: given = {}, seed, now, model, preset } = options;
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
    ...(preset === undefined ? {} : { style: { preset, dials: {} } }),
    tree: plantTree(stripControls(ink?.text ?? filled.opening), at, ink?.moment),
  };
}

/** Everything of a request that is known before the player acts. */
export function buildRequestBase(adventure: Adventure): KnownRequest {
  const { tree, remembered, earlier } = adventure;
  const turns = turnsOf(tree);
  const { notes } = selectAdventureNotes(adventure, NO_ACTION);
  const tone = authorsNote(adventure);
  return {
    header: headerOf(fillPlaceholders(adventure.story, adventure.answers)),
    remembered,
    notes,
    opening: nodeAt(tree, 0).passage,
    turns,
    style: buildStyle(adventure),
    ...(earlier === undefined ? {} : { earlier }),
    ...(tone === undefined ? {} : { tone }),
  };
}

/** The request for a turn that follows the current node; `narrator` knows what it cannot read any more. */
export function buildRequest(
  adventure: Adventure,
  action: PlayerAction,
  narrator: Pick<Narrator, "recall">,
): NarrationRequest {
  const base = buildRequestBase(adventure);
  const { inserted: fired } = selectAdventureNotes(adventure, action);
  const due = dueNote(base.tone, base.header, base.turns);
  const inserted = [...freshFacts(adventure), ...due, ...fired];
  const facts = certainFacts(listFacts(adventure), action.text);
  const request = { ...base, facts, inserted, action, seed: nextSeed(adventure.tree, adventure.seed) };
  return { ...request, inserted: [...inserted, ...narrator.recall(request)] };
}

/** The author's note in force: the player's, or the story's `note`, or its `tone`. */
export function authorsNote({ story, answers, tone }: Adventure): string | undefined {
  const filled = fillPlaceholders(story, answers);
  return tone ?? filled.note ?? filled.tone;
}

/** Suggestions have chances of their own: the turns that follow are told as if nobody had asked. */
const FIRST_SUGGESTION = 0xffff_0000;

/** The request for the suggestions at the current node; another `round` gives others. */
export function buildSuggestionRequest(adventure: Adventure, round: number): SuggestionRequest {
  const { tree, seed } = adventure;
  const own = deriveTurnSeed(seed, pathOf(tree).length, FIRST_SUGGESTION + round);
  return { ...buildRequestBase(adventure), seed: own };
}

const NO_ACTION: PlayerAction = { kind: "continue", text: "" };

/** What becomes of the world notes in the turn that `action` begins; the next one if the story just goes on. */
export function selectAdventureNotes({ notes, tree }: Adventure, action = NO_ACTION): NoteSelection {
  return selectNotes(notes, nodeAt(tree, 0).passage, turnsOf(tree), action);
}

/** The ledger of facts on the current path, as the player left it. */
export function listFacts({ tree, factEdits }: Adventure): readonly Fact[] {
  return applyEdits(readFacts(nodeAt(tree, 0).passage, turnsOf(tree)), factEdits);
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
