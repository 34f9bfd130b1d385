/** Top-a (BlinkDL, RWKV-LM): drops what is less likely than a times the square of the greatest probability. */
import { type Candidates, truncate } from "./candidates.ts";

/** `a` in [0, 1]; 0 changes nothing. Mutates. */
export function applyTopA(candidates: Candidates, a: number): void {
  if (a <= 0) return;
  const threshold = a * candidates.probabilities[0]! ** 2;
  let kept = candidates.size;
  while (kept > 1 && candidates.probabilities[kept - 1]! < threshold) kept--;
  truncate(candidates, kept);
}
