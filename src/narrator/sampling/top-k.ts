/** Top-k (Fan et al. 2018, arXiv 1805.04833): keeps the k most likely tokens. */
import { type Candidates, truncate } from "./candidates.ts";

/** `k` is a whole number; 0 changes nothing. Mutates. */
export function applyTopK(candidates: Candidates, k: number): void {
  if (k > 0) truncate(candidates, k);
}
