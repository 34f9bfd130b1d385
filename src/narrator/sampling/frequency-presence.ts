/**
 * Frequency and presence penalties, as the OpenAI API reference defines them: a token that occurred c times loses
 * c * frequency, and presence once if c > 0.
 */
import type { TokenId } from "../../model/types.ts";

/**
 * Lowers the tokens among the latest `range` of `history`, but those in `exempt`. Penalties in [0, 2]; 0 and 0 change
 * nothing. Mutates `logits` (V).
 */
export function penalizeFrequency(
  logits: Float32Array,
  history: readonly TokenId[],
  { frequency, presence, range }: { frequency: number; presence: number; range: number },
  exempt: ReadonlySet<TokenId>,
): void {
  if (frequency === 0 && presence === 0) return;
  const seen = new Set<TokenId>();
  for (let i = Math.max(0, history.length - range); i < history.length; i++) {
    const token = history[i]!;
    if (exempt.has(token)) continue;
    logits[token] = logits[token]! - frequency - (seen.has(token) ? 0 : presence);
    seen.add(token);
  }
}
