/**
 * Repetition penalty (Keskar et al. 2019, arXiv 1909.05858), sign-aware: positive logits are divided, negative ones
 * multiplied. Dividing negative ones too, as the first games of this kind did, makes repeated tokens more likely. Range and
 * slope as in KoboldAI's AdvancedRepetitionPenalty (warpers.py, after finetuneanon's transformers).
 */
import type { TokenId } from "../../model/types.ts";

export interface RepetitionPenalty {
  /** At least 1; 1 changes nothing. */
  readonly penalty: number;
  /** How many of the latest tokens are looked at; 0 changes nothing. */
  readonly range: number;
  /** How much less older tokens are penalised; 0 = all alike, 1 = linearly, more = a step in the middle of the range. */
  readonly slope: number;
}

/**
 * Lowers every token in the range once, by the penalty of its latest place. Tokens in `exempt` (function words,
 * punctuation) are spared: penalising them costs grammar and gains nothing. Mutates `logits` (V).
 */
export function penalizeRepetition(
  logits: Float32Array,
  history: readonly TokenId[],
  { penalty, range, slope }: RepetitionPenalty,
  exempt: ReadonlySet<TokenId>,
): void {
  if (penalty === 1) return;
  const seen = new Set<TokenId>();
  for (let age = 0; age < Math.min(range, history.length); age++) {
    const token = history[history.length - 1 - age]!;
    if (seen.has(token) || exempt.has(token)) continue;
    seen.add(token);
    const strength = penaltyAt(age, penalty, range, slope);
    const logit = logits[token]!;
    logits[token] = logit > 0 ? logit / strength : logit * strength;
  }
}

/**
 * The penalty `age` tokens back (0 = the latest): with x from -1 at the far end of the range to 1 at the near end and
 * y = s x / (1 + |x| (s - 1)), it is 1 + (y + 1) / 2 (penalty - 1). A slope of 0 gives the full penalty everywhere.
 */
export function penaltyAt(age: number, penalty: number, range: number, slope: number): number {
  if (slope === 0 || range < 2) return penalty;
  const x = 1 - (2 * age) / (range - 1);
  const y = (slope * x) / (1 - Math.abs(x) + Math.abs(x) * slope); // the same, without rounding a small slope away
  return 1 + ((y + 1) / 2) * (penalty - 1);
}
