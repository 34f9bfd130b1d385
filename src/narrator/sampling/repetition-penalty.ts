/**
 * Repetition penalty (Keskar et al. 2019, arXiv 1909.05858), sign-aware: positive logits are divided, negative ones
 * multiplied. Dividing negative ones too, as the first games of this kind did, makes repeated tokens more likely.
 */
import type { TokenId } from "../../model/types.ts";

/**
 * Lowers every token of `history` once. `penalty` at least 1; 1 changes nothing. Tokens in `exempt` (function words,
 * punctuation) are spared: penalising them costs grammar and gains nothing. Mutates `logits` (V).
 */
export function penalizeRepetition(
  logits: Float32Array,
  history: Iterable<TokenId>,
  penalty: number,
  exempt: ReadonlySet<TokenId>,
): void {
  if (penalty === 1) return;
  for (const token of new Set(history)) {
    if (exempt.has(token)) continue;
    const logit = logits[token]!;
    logits[token] = logit > 0 ? logit / penalty : logit * penalty;
  }
}
