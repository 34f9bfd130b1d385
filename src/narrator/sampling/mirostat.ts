/**
 * Mirostat 2.0 (Basu et al. 2021, arXiv 2007.14966, algorithm 2): drops tokens that would surprise more than a bound mu,
 * and moves mu after each token so that the surprise stays near a target. Surprise is -log2 of the probability before the
 * cut, as in the authors' code. The bound is the caller's to keep: it goes in with one call and comes out changed.
 */
import { type Candidates, truncate } from "./candidates.ts";

/** The bound before the first token: twice the target. */
export function firstBound(target: number): number {
  return 2 * target;
}

/** Keeps the head of the list that surprises at most `bound` bits, one token at least. Mutates. */
export function applyMirostat(candidates: Candidates, bound: number): void {
  let kept = candidates.size;
  while (kept > 1 && surpriseOf(candidates.probabilities[kept - 1]!) > bound) kept--;
  truncate(candidates, kept);
}

/** The bound for the next token: bound - rate * (surprise - target). `rate` in (0, 1], `probability` before the cut. */
export function nextBound(
  bound: number,
  probability: number,
  { target, rate }: { target: number; rate: number },
): number {
  return bound - rate * (surpriseOf(probability) - target);
}

function surpriseOf(probability: number): number {
  return -Math.log2(probability);
}
