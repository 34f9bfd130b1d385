/** Min-p (Nguyen et al. 2024, arXiv 2407.01082): drops what is less likely than a share of the most likely token. */
import { type Candidates, truncate } from "./candidates.ts";

/** `p` in [0, 1]; 0 changes nothing, 1 keeps only the most likely (and its equals). Mutates. */
export function applyMinP(candidates: Candidates, p: number): void {
  if (p <= 0) return;
  const threshold = p * candidates.probabilities[0]!;
  let kept = candidates.size;
  while (kept > 1 && candidates.probabilities[kept - 1]! < threshold) kept--;
  truncate(candidates, kept);
}
