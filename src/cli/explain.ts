/**
 * `play --explain FILE`: for each passage what the narrator was given and what became of it, one line of JSON a turn, for
 * scripts. It only looks on: the same seed tells the same story without it.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import type { Narration, NarrationRequest, Narrator } from "../game/ports.ts";
import { selectNotes, type WorldNote } from "../game/world-notes.ts";
import { AppError, messageOf } from "../shared/errors.ts";

/** What the lines are made of besides the narrator's own knowledge. */
export interface ExplainOptions {
  /** The world notes as they stand when a passage has been told. */
  readonly notes: () => readonly WorldNote[];
  /** Say for every token what else might have been told; that takes about as long as the passage did. */
  readonly tokens: boolean;
  readonly write: (line: object) => void;
}

/** The same narrator, which writes a line after each passage, before the turn is said to be told. */
export function explaining(narrator: Narrator, options: ExplainOptions): Narrator {
  return {
    model: narrator.model,
    styles: narrator.styles,
    async narrate(request, narrateOptions = {}) {
      const narration = await narrator.narrate(request, narrateOptions);
      const sampled =
        options.tokens && narration.passage !== ""
          ? { sampled: await narrator.explainPassage(request, narration.passage, narrateOptions.signal) }
          : {};
      options.write({ ...describe(narrator, request, narration, options.notes()), ...sampled });
      return narration;
    },
    prepare: (request, signal) => narrator.prepare(request, signal),
    recall: (request) => narrator.recall(request),
    explainPassage: (request, passage, signal) => narrator.explainPassage(request, passage, signal),
    suggest: (request, signal) => narrator.suggest(request, signal),
    explain: (request) => narrator.explain(request),
  };
}

/** The tokens of all pieces add up to `promptTokens`, which is what the model was given. */
function describe(
  narrator: Narrator,
  request: NarrationRequest,
  { passage, interrupted, ended, stats }: Narration,
  notes: readonly WorldNote[],
): object {
  const { pieces, replyTokens, positions } = narrator.explain(request);
  const { opening, turns, action, seed, facts } = request;
  const { promptTokens, reusedTokens, sampledTokens, rejections } = stats;
  const states = selectNotes(notes, opening, turns, action).states;
  return {
    turn: turns.length + 1,
    action,
    seed,
    pieces,
    promptTokens,
    reusedTokens,
    replyTokens,
    positions,
    notes: states.map(({ note, state, reason }) => ({ name: note.name, state, reason })),
    facts,
    passage,
    interrupted,
    ended,
    sampledTokens,
    rejections,
  };
}

/** A file of JSON lines. A line that cannot be written costs no turn: it is complained of at the end. */
export class LinesFile {
  private readonly path: string;
  private readonly file: number;
  private failure: unknown;

  /** Empties the file, or makes it. Throws `usage.unwritable`. */
  constructor(path: string) {
    this.path = path;
    try {
      this.file = openSync(path, "w");
    } catch (cause) {
      throw this.unwritable(cause);
    }
  }

  /** On disk when it returns, so that a killed game leaves whole lines. */
  readonly write = (line: object): void => {
    try {
      if (this.failure === undefined) writeSync(this.file, `${JSON.stringify(line)}\n`);
    } catch (cause) {
      this.failure = cause;
    }
  };

  /** Throws `usage.unwritable` when a line could not be written. */
  end(): void {
    closeSync(this.file);
    if (this.failure !== undefined) throw this.unwritable(this.failure);
  }

  private unwritable(cause: unknown): AppError {
    return new AppError("usage.unwritable", `${this.path} cannot be written: ${messageOf(cause)}`, { cause });
  }
}
