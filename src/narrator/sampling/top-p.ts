/** Nucleus sampling (Holtzman et al. 2020, arXiv 1904.09751): keeps the smallest head of the list that holds mass p. */
import { type Candidates, truncate } from "./candidates.ts";

/** `p` in (0, 1]; 1 changes nothing. The token that crosses p is kept. Mutates. */
export function applyTopP(candidates: Candidates, p: number): void {
  if (p >= 1) return;
  let sum = 0;
  for (let i = 0; i < candidates.size; i++) {
    sum += candidates.probabilities[i]!;
    if (sum < p) continue;
    truncate(candidates, i + 1);
    return;
  }
}
