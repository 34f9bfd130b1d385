/**
 * What the game asks of a narrator, as plain data. The game never imports the narrator or the model; the command line
 * hands it something that keeps this contract (the GPT-2 narrator, or a scripted one in tests).
 */

/** How a turn began. `choice` is a numbered choice of an ink story; `continue` adds no text of the player's. */
export type ActionKind = "do" | "say" | "story" | "choice" | "continue";

/**
 * What the player did, ready for the story's text: second person, punctuated. `do`, `say` and `choice` are written as an
 * action line (`> You open the door.`, here without the `> `), `story` as a paragraph of its own, `continue` is empty.
 */
export interface PlayerAction {
  readonly kind: ActionKind;
  readonly text: string;
}

/** A bracket line of the text format: `[name: text]`. */
export interface BracketLine {
  readonly name: string;
  readonly text: string;
}

/** One turn as the story tells it. */
export interface StoryTurn {
  /** World notes that fired and facts that were pinned just before this turn's action. */
  readonly inserted: readonly BracketLine[];
  readonly action: PlayerAction;
  /** May be empty when the player stopped the narrator before its first sentence. */
  readonly passage: string;
}

/** Everything that decides the next passage. The same request to the same model gives the same passage. */
export interface NarrationRequest {
  /** `Title`, `Genre`, `Tone`, `You` and the like, in order. */
  readonly header: readonly BracketLine[];
  /** Facts the player or the author pinned; all of them, also those that stand in a turn's `inserted`. */
  readonly remembered: readonly string[];
  /** World notes that are always on or fired lately; all of them, also those in a turn's `inserted`. */
  readonly notes: readonly BracketLine[];
  readonly opening: string;
  /** From the first turn to the last one told. */
  readonly turns: readonly StoryTurn[];
  /** What newly fired for this turn. */
  readonly inserted: readonly BracketLine[];
  readonly action: PlayerAction;
  /** Unsigned 32-bit; another seed gives another passage. */
  readonly seed: number;
}

/** A sentence the narrator threw away before anybody saw it, and the name of the rule that asked for it. */
export interface Rejection {
  readonly verdict: string;
  readonly text: string;
}

/** Figures about one narration. Times in milliseconds. */
export interface NarrationStats {
  /** Tokens given to the model for this passage's prompt, of which `reusedTokens` were in its cache already. */
  readonly promptTokens: number;
  readonly reusedTokens: number;
  /** Tokens sampled, rejected ones included. */
  readonly sampledTokens: number;
  readonly firstTextMs: number;
  readonly totalMs: number;
  readonly rejections: readonly Rejection[];
}

export interface Narration {
  /** Whole sentences, paragraphs separated by a blank line. Empty only when interrupted before the first sentence. */
  readonly passage: string;
  readonly interrupted: boolean;
  /** The model wrote THE END; the line itself is not part of the passage. */
  readonly ended: boolean;
  readonly stats: NarrationStats;
}

/** One piece of the prompt, for the inspector. */
export interface ContextPiece {
  readonly source: string;
  readonly text: string;
  readonly tokens: number;
  readonly state: "included" | "cut" | "left out";
  readonly reason: string;
}

export interface ContextReport {
  readonly pieces: readonly ContextPiece[];
  /** Exactly the number of tokens the model is given for the request. */
  readonly promptTokens: number;
  readonly replyTokens: number;
  readonly positions: number;
}

export interface NarrateOptions {
  /** Called with text that will not be taken back, in order; joined it is the passage. */
  readonly onText?: (text: string) => void;
  /** When aborted, `narrate` resolves with what was told so far. */
  readonly signal?: AbortSignal;
}

export interface Narrator {
  /** Name and checksum of the model, to be kept in saves; `positions` is the size of its context window in tokens. */
  readonly model: { readonly name: string; readonly sha256: string; readonly positions: number };
  narrate(request: NarrationRequest, options?: NarrateOptions): Promise<Narration>;
  /** Evaluates the prompt as far as it is known before the player acts. Only saves time; never changes a passage. */
  prepare(
    request: Omit<NarrationRequest, "action" | "inserted" | "seed">,
    signal?: AbortSignal,
  ): Promise<void>;
  /** What the model would be given for this request. */
  explain(request: NarrationRequest): ContextReport;
}
