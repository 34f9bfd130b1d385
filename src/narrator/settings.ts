/** The narrator's settings as plain data. Values were chosen by reading; docs/EVALUATION.md will hold them to account. */
import { NEUTRAL, type SamplingSettings } from "./sampling/dials.ts";

/** Ways of telling that a player can choose by name; the first is the default. */
export const PRESETS = {
  /** Measured against loops and wandering: what the game is tested with. */
  steady: {
    ...NEUTRAL,
    knownWords: 1,
    focus: 0.5,
    guidance: 0.5,
    candidates: 3,
    repetitionPenalty: 1.12,
    repetitionRange: 160,
    dryMultiplier: 0.8,
    dryAllowedLength: 3,
    noRepeatNgram: 8,
    temperature: 0.65,
    topK: 60,
    topP: 0.92,
    minP: 0.04,
  },
  /** More colour, more surprises, more nonsense. */
  vivid: {
    ...NEUTRAL,
    knownWords: 1,
    focus: 0.3,
    guidance: 0.6,
    candidates: 2,
    repetitionPenalty: 1.15,
    repetitionRange: 256,
    repetitionSlope: 1,
    presencePenalty: 0.1,
    dryMultiplier: 0.8,
    dryAllowedLength: 2,
    noRepeatNgram: 6,
    temperature: 1,
    topP: 0.95,
    minP: 0.03,
  },
  /** Keeps to what is likely: dry, but holds together. */
  strict: {
    ...NEUTRAL,
    knownWords: 1,
    focus: 0.5,
    guidance: 1,
    candidates: 4,
    repetitionPenalty: 1.1,
    repetitionRange: 160,
    dryMultiplier: 1,
    dryAllowedLength: 3,
    noRepeatNgram: 8,
    temperature: 0.5,
    topK: 30,
    topP: 0.85,
    minP: 0.08,
  },
} as const satisfies Readonly<Record<string, SamplingSettings>>;

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
  /** So many sentences at the beginning answer the action; the later ones follow from them. */
  readonly answeringSentences: number;
  /** Passages that a new sentence is compared with. */
  readonly guardedPassages: number;
}

export const PASSAGE: PassageSettings = {
  leastWords: 12,
  enoughWords: 80,
  mostParagraphs: 3,
  mostSentenceTokens: 72,
  mostAttempts: 5,
  answeringSentences: 2,
  guardedPassages: 12,
};
