/**
 * What the game asks of a narrator, as plain data. The game never imports the narrator or the model; the command line
 * hands it something that keeps this contract (the GPT-2 narrator, or a scripted one in tests).
 */

/** How a turn began. `choice` is a numbered choice of an ink story; `continue` adds no text of the player's. */
type ActionKind = "do" | "say" | "story" | "choice" | "continue";

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
  /**
   * What came up just before this turn's action: world notes that fired, facts that were pinned (`Remember`), the tone
   * (`Tone`) and recalled sentences (`Earlier`). A line that can still be read in the prompt is not written again.
   */
  readonly inserted: readonly BracketLine[];
  readonly action: PlayerAction;
  /** May be empty when the player stopped the narrator before its first sentence. */
  readonly passage: string;
}

/** Facts of the ledger that are certain enough to refuse a sentence for. */
export interface CertainFacts {
  /** Names of people who are dead: they neither speak nor act. */
  readonly dead: readonly string[];
  /** Things the player gave away or lost: the player does not use them. */
  readonly notCarried: readonly string[];
}

/** Everything that decides the next passage. The same request to the same model gives the same passage. */
export interface NarrationRequest {
  /** `Title`, `Genre`, `Tone`, `You` and the like, in order. */
  readonly header: readonly BracketLine[];
  /** Facts the player or the author pinned; all of them, also those that stand in a turn's `inserted`. */
  readonly remembered: readonly string[];
  /** World notes that are always on, the most important first. */
  readonly notes: readonly BracketLine[];
  /** The player's own summary of what has left the window; without it the narrator makes one. */
  readonly earlier?: string;
  /** The author's note in force; once it has been inserted it takes the place of the header's `Tone`. */
  readonly tone?: string;
  /** What a passage must not contradict. */
  readonly facts?: CertainFacts;
  readonly opening: string;
  /** From the first turn to the last one told. */
  readonly turns: readonly StoryTurn[];
  /** What comes up for this turn, the most important first. */
  readonly inserted: readonly BracketLine[];
  readonly action: PlayerAction;
  /** Unsigned 32-bit; another seed gives another passage. */
  readonly seed: number;
  /** How to tell it; without one, as the narrator does by itself. */
  readonly style?: NarrationStyle;
}

/** A request for actions the player might take next. */
export type SuggestionRequest = Omit<NarrationRequest, "action" | "inserted">;

/** A way of telling: the narrator's names and ranges are in its `StyleCatalog`. */
export interface NarrationStyle {
  /** The narrator's default without one. */
  readonly preset?: string;
  /** Settings that differ from the preset, by name. */
  readonly dials: Readonly<Record<string, number>>;
  /** Phrases that are never told, in any case, as whole words. */
  readonly bans: readonly string[];
  /** Words to tell more often (up to 2) or less (down to -2); 0 changes nothing. */
  readonly biases: Readonly<Record<string, number>>;
}

/** What a player may set. */
export interface StyleCatalog {
  readonly defaultPreset: string;
  /** The value of every dial. */
  readonly presets: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly dials: readonly StyleDial[];
}

export interface StyleDial {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
  /** One line without a full stop; says the value that switches it off. */
  readonly help: string;
}

/** A token that might have been told. `effects` is empty, or says in order what the sampler did: `removed by top-p`. */
export interface TokenCandidate {
  readonly text: string;
  /** As the model itself saw it, from 0 to 1. */
  readonly probability: number;
  readonly effects: readonly string[];
}

/** A token of a passage, and the model's five likeliest at its place. */
export interface TokenChoice extends TokenCandidate {
  readonly candidates: readonly TokenCandidate[];
}

/** A request as far as it is known before the player acts. */
export type KnownRequest = Omit<NarrationRequest, "action" | "inserted" | "seed">;

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
  readonly styles: StyleCatalog;
  /** Throws `option.unknown` or `option.outOfRange` for a style it does not have. */
  narrate(request: NarrationRequest, options?: NarrateOptions): Promise<Narration>;
  /** Evaluates the prompt as far as it is known before the player acts. Only saves time; never changes a passage. */
  prepare(request: KnownRequest, signal?: AbortSignal): Promise<void>;
  /** Lines to be added to the request's `inserted`: what has left the window and is about its action. */
  recall(request: NarrationRequest): readonly BracketLine[];
  /** For each token of a passage that followed the request: what else might have been told. Changes no passage. */
  explainPassage(
    request: NarrationRequest,
    passage: string,
    signal?: AbortSignal,
  ): Promise<readonly TokenChoice[]>;
  /** Up to three actions like `You open the door.`; fewer when interrupted. Changes no passage. */
  suggest(request: SuggestionRequest, signal?: AbortSignal): Promise<readonly string[]>;
  /** What the model would be given for this request. */
  explain(request: NarrationRequest): ContextReport;
}
