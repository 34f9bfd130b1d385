/** The narrator's settings as plain data. Values were chosen by reading; docs/EVALUATION.md will hold them to account. */
import type { SamplingSettings } from "./sampling/chain.ts";

export const SAMPLING: SamplingSettings = {
  repetitionPenalty: 1.12,
  repetitionRange: 160,
  dry: { multiplier: 0.8, base: 1.75, allowedLength: 3 },
  noRepeatNgram: 8,
  temperature: 0.7,
  topK: 60,
  topP: 0.92,
  minP: 0.04,
};

/** Shape of a passage. Words are counted as in the guard. */
export interface PassageSettings {
  /** The model may not end the passage before this many words. */
  readonly leastWords: number;
  /** After this many words the next sentence end closes the passage. */
  readonly enoughWords: number;
  readonly mostParagraphs: number;
  /** A sentence that is longer is given up. */
  readonly mostSentenceTokens: number;
  /** A sentence is sampled at most this often. */
  readonly mostAttempts: number;
  /** Passages that a new sentence is compared with. */
  readonly guardedPassages: number;
}

export const PASSAGE: PassageSettings = {
  leastWords: 12,
  enoughWords: 80,
  mostParagraphs: 3,
  mostSentenceTokens: 72,
  mostAttempts: 5,
  guardedPassages: 12,
};
