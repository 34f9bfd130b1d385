/** No-repeat n-gram (Paulus et al. 2017, arXiv 1705.04304): a run of n tokens never occurs twice in the history. */
import type { TokenId } from "../../model/types.ts";

/** Rules out each token that would complete an n-gram of `history`. `n` at least 2; 0 changes nothing. Mutates `logits`. */
export function banRepeatedNgrams(logits: Float32Array, history: readonly TokenId[], n: number): void {
  if (n < 2 || history.length < n) return;
  const tail = history.length - (n - 1);
  for (let start = 0; start < tail; start++) {
    let same = 0;
    while (same < n - 1 && history[start + same] === history[tail + same]) same++;
    if (same === n - 1) logits[history[start + n - 1]!] = Number.NEGATIVE_INFINITY;
  }
}
