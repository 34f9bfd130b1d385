/**
 * What the rest of the program may know of a language model. Shape letters used throughout src/model:
 * B batch, T new tokens, P past tokens, L layers, H heads, D head size, W width (H x D), V vocabulary.
 */

export type TokenId = number;

/** Text to tokens and back. `decode(encode(text)) === text` for every well-formed string. */
export interface Tokenizer {
  readonly vocabularySize: number;
  /** The document separator, also the first token of every prompt. */
  readonly endOfText: TokenId;
  /** Plain text only: `<|endoftext|>` inside `text` is text, never the special token. */
  encode(text: string): TokenId[];
  /** Bytes that are not UTF-8 become U+FFFD; special tokens are left out. */
  decode(tokens: readonly TokenId[]): string;
  /** The raw bytes one token stands for; empty for special tokens. */
  bytesOf(token: TokenId): Uint8Array;
}

/** Facts about a loaded model, shown to the player and stored in saves. */
export interface ModelInfo {
  readonly name: string;
  readonly parameters: number;
  /** Most tokens a sequence can hold (GPT-2: learned positions, so a hard limit). */
  readonly positions: number;
  readonly vocabularySize: number;
  readonly layers: number;
  readonly width: number;
  readonly quantization: string;
  readonly sizeBytes: number;
  /** SHA-256 of the weights, hexadecimal. */
  readonly sha256: string;
}

/** How surely a model expected each token of a text. */
export interface Score {
  /** Natural log probability of tokens[i + 1] given tokens[0..i]; length T - 1. */
  readonly logProbabilities: Float32Array;
  /** The token the model thought most likely at each of those places; length T - 1. */
  readonly top1: Int32Array;
}

/**
 * A run of tokens whose keys and values are kept, so that only what differs is evaluated. The cache is never needed for
 * correctness. One call at a time.
 */
export interface Sequence {
  /** The tokens evaluated so far. */
  readonly tokens: readonly TokenId[];
  /**
   * Makes the evaluated tokens equal to `tokens` and returns the logits (V) that follow the last one. Keeps the longest
   * common prefix. The array is overwritten by the next call. Checks `signal` between slices of at most 128 tokens; when
   * aborted it throws the signal's reason and keeps what is evaluated.
   * Throws `model.contextOverflow` when tokens.length > positions, `model.emptyInput` when it is 0.
   */
  evaluate(tokens: readonly TokenId[], signal?: AbortSignal): Promise<Float32Array>;
  /** Log probabilities of a text of 2 to `positions` tokens; leaves the sequence's own tokens as they were. */
  score(tokens: readonly TokenId[], signal?: AbortSignal): Promise<Score>;
  /**
   * Parts into `count` (1 to 8) continuations that share what is evaluated: number i follows its first `from[i]` tokens
   * (1 or more), by default all of them. Until they are ended the sequence takes no other call but `dispose`. Only imported
   * GPT-2 models have it. Throws `model.emptyInput` when nothing is evaluated, a RangeError for other numbers.
   */
  branch?(count: number, from?: readonly number[]): Promise<Branches>;
  dispose(): Promise<void>;
}

/** A place on a branch: behind its first `length` tokens. */
export interface BranchPoint {
  readonly branch: number;
  readonly length: number;
}

/** Continuations of one sequence, computed together: a step of four costs about as much as two steps of one. */
export interface Branches {
  /** The tokens of each branch, those of the sequence not included. */
  readonly tokens: readonly (readonly TokenId[])[];
  /**
   * Adds `tokens[i]` to branch i and returns the logits (V) that follow the last token of each branch. A branch whose token
   * is null rests: it costs nothing and keeps its logits. The arrays are overwritten by the next call. Aborted before it
   * runs, a step throws the signal's reason and changes nothing; one that runs is finished.
   * Throws `model.contextOverflow` when a branch would pass the model's positions, or all branches together have more
   * tokens than the model has positions.
   */
  step(tokens: readonly (TokenId | null)[], signal?: AbortSignal): Promise<readonly Float32Array[]>;
  /**
   * Adds several tokens (1 or more) to one branch in one run, and returns the logits as `step` does. Those of a branch that
   * follows a part of the sequence only mean nothing before its first tokens. Throws as `step`.
   */
  feed(index: number, tokens: readonly TokenId[], signal?: AbortSignal): Promise<readonly Float32Array[]>;
  /**
   * Goes on with other branches (1 to 8): number i is a copy of one that there is, up to one of its tokens. Nothing is
   * evaluated; copies share what they have in common, and what none of them has is forgotten. Returns the logits as `step`
   * does; those of a branch that was cut short mean nothing before its next tokens. Throws a RangeError for other points.
   */
  fork(points: readonly BranchPoint[]): Promise<readonly Float32Array[]>;
  /**
   * Ends the branches and makes the sequence continue as this one, which must follow all of it, without evaluating anything.
   * Its logits stay behind, as they are scratch: asked for again, the last token is evaluated once more.
   */
  keep(index: number): Promise<void>;
  /** Ends the branches; the sequence is as it was before. */
  dispose(): Promise<void>;
}

/** A loaded GPT-2. Close it before the process ends; closing waits for a running evaluation. */
export interface LanguageModel {
  readonly info: ModelInfo;
  readonly tokenizer: Tokenizer;
  /** The words it was trained on, in small letters, sorted by code units; most models do not tell. */
  readonly words?: readonly string[];
  createSequence(): Promise<Sequence>;
  dispose(): Promise<void>;
}
