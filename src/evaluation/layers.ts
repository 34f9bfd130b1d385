/**
 * The narrator without some of its layers, so that a measurement shows what each brings. Two are switches of the narrator;
 * the others are parts of the request, which is all that the narrator knows. The game itself stays as it is, so that a
 * transcript says which notes came up even where the narrator did not hear of them.
 */
import type { BracketLine, KnownRequest, NarrationRequest, NarrationStyle, Narrator } from "../game/ports.ts";
import type { LanguageModel } from "../model/types.ts";
import { ModelNarrator } from "../narrator/narrator.ts";

/** Layers that are dials of the narrator, with the value that switches each off. */
const DIALS_OFF = { guidance: 0, focus: 0, candidates: 1, "known-words": 0 } as const;

/**
 * `guard`: the judging of sentences; `rules`: those of the sampler against repetition; `guidance`: the action steering the
 * answer; `focus`: the story steering the rest; `candidates`: choosing among several sentences; `known-words`; `summary`: `[Earlier: ...]` in the header; `recall`: such lines
 * before an action; `notes`: world notes that fire; `facts`: the ledger's word in the guard.
 */
export const LAYERS = [
  "guard",
  "rules",
  "guidance",
  "focus",
  "candidates",
  "known-words",
  "summary",
  "recall",
  "notes",
  "facts",
] as const;

export type Layer = (typeof LAYERS)[number];

const NO_NOTES = new Set(["Remember", "Earlier", "Tone"]);

/** Whether a line before an action is a world note. */
export const isNote = ({ name }: BracketLine) => !NO_NOTES.has(name);

/** Has `work` done with a narrator of its own on a loaded model. */
export async function withNarrator<T>(
  model: LanguageModel,
  off: ReadonlySet<Layer>,
  work: (narrator: Narrator) => Promise<T>,
): Promise<T> {
  const narrator = await ModelNarrator.create(model, { guard: !off.has("guard"), rules: !off.has("rules") });
  try {
    return await work(withoutParts(narrator, off));
  } finally {
    await narrator.dispose();
  }
}

function withoutParts(narrator: Narrator, off: ReadonlySet<Layer>): Narrator {
  const lessen = (request: NarrationRequest): NarrationRequest => ({
    ...lessenKnown(request, off),
    action: request.action,
    seed: request.seed,
    inserted: withoutNotes(request.inserted, off),
  });
  return {
    model: narrator.model,
    styles: narrator.styles,
    narrate: (request, options) => narrator.narrate(lessen(request), options),
    prepare: (request, signal) => narrator.prepare(lessenKnown(request, off), signal),
    recall: (request) => (off.has("recall") ? [] : narrator.recall(lessen(request))),
    explainPassage: (request, passage, signal) => narrator.explainPassage(lessen(request), passage, signal),
    suggest: (request, signal) =>
      narrator.suggest({ ...lessenKnown(request, off), seed: request.seed }, signal),
    explain: (request) => narrator.explain(lessen(request)),
  };
}

function lessenKnown({ facts, style, ...request }: KnownRequest, off: ReadonlySet<Layer>): KnownRequest {
  return {
    ...request,
    ...(facts === undefined || off.has("facts") ? {} : { facts }),
    style: withDialsOff(style, off),
    ...(off.has("summary") ? NO_SUMMARY : {}),
    turns: request.turns.map((turn) => ({ ...turn, inserted: withoutNotes(turn.inserted, off) })),
  };
}

/** What the player says instead of the narrator's summary. */
const NO_SUMMARY = { earlier: "" };

function withDialsOff(style: NarrationStyle = NO_STYLE, off: ReadonlySet<Layer>): NarrationStyle {
  const dials = Object.entries(DIALS_OFF).filter(([name]) => off.has(name as keyof typeof DIALS_OFF));
  return { ...style, dials: { ...style.dials, ...Object.fromEntries(dials) } };
}

const NO_STYLE: NarrationStyle = { dials: {}, bans: [], biases: {} };

function withoutNotes(lines: readonly BracketLine[], off: ReadonlySet<Layer>): readonly BracketLine[] {
  return off.has("notes") ? lines.filter((line) => !isNote(line)) : lines;
}
