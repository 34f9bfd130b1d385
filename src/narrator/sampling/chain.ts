/**
 * From logits to one token: rules change single logits by what was said before, then filters shorten the list of the
 * most likely ones, then a coin picks. The settings are plain data; every member states the value at which it does nothing.
 */
import type { TokenId } from "../../model/types.ts";
import type { Rng } from "../rng.ts";
import { pick, topCandidates } from "./candidates.ts";
import { applyDry, type DrySettings } from "./dry.ts";
import { applyMinP } from "./min-p.ts";
import { banRepeatedNgrams } from "./no-repeat-ngram.ts";
import { penalizeRepetition } from "./repetition-penalty.ts";
import { applyTemperature } from "./temperature.ts";
import { applyTopK } from "./top-k.ts";
import { applyTopP } from "./top-p.ts";

export interface SamplingSettings {
  /** 1 or more; 1 = off. */
  readonly repetitionPenalty: number;
  /** How many of the latest history tokens the repetition penalty looks at. */
  readonly repetitionRange: number;
  readonly dry: DrySettings;
  /** Length of the token runs that may not occur twice; 0 = off. */
  readonly noRepeatNgram: number;
  /** [0, 10]; 1 = unchanged, 0 = always the most likely token. */
  readonly temperature: number;
  /** 0 = off. */
  readonly topK: number;
  /** (0, 1]; 1 = off. */
  readonly topP: number;
  /** [0, 1]; 0 = off. */
  readonly minP: number;
}

/** Tokens with a special part in the rules; they depend on the vocabulary, so they are looked up once for a model. */
export interface TokenClasses {
  /** Never penalised for occurring again. */
  readonly exempt: ReadonlySet<TokenId>;
  /** End a repeated run. */
  readonly breakers: ReadonlySet<TokenId>;
}

/** What is known at one step. */
export interface SamplingState {
  /** The story's tokens so far (actions and passages, no header), oldest first. */
  readonly history: readonly TokenId[];
  /** Tokens that may not come next. */
  readonly banned: Iterable<TokenId>;
}

/** No filter of ours keeps more, and a full sort of 50,000 logits costs more than a step of the model. */
const LONGEST_LIST = 256;

/** Samples one token. `logits` (V) is scratch and is changed. */
export function sampleToken(
  logits: Float32Array,
  settings: SamplingSettings,
  classes: TokenClasses,
  state: SamplingState,
  rng: Rng,
): TokenId {
  const { history } = state;
  const recent = history.slice(Math.max(0, history.length - settings.repetitionRange));
  penalizeRepetition(logits, recent, settings.repetitionPenalty, classes.exempt);
  applyDry(logits, history, settings.dry, classes.breakers);
  banRepeatedNgrams(logits, history, settings.noRepeatNgram);
  for (const token of state.banned) logits[token] = Number.NEGATIVE_INFINITY;

  const candidates = topCandidates(logits, LONGEST_LIST);
  applyTemperature(candidates, settings.temperature);
  applyTopK(candidates, settings.topK);
  applyTopP(candidates, settings.topP);
  applyMinP(candidates, settings.minP);
  return pick(candidates, rng);
}
