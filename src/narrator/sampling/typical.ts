/**
 * Locally typical sampling (Meister et al. 2022, arXiv 2202.00666): keeps the tokens whose surprise is nearest to the
 * expected surprise (the entropy), as many as hold mass p. It may drop the most likely token of all.
 */
import { type Candidates, keepOnly } from "./candidates.ts";

/** `p` in (0, 1]; 1 changes nothing. The token that crosses p is kept. Mutates. */
export function applyTypical(candidates: Candidates, p: number): void {
  if (p >= 1) return;
  const { probabilities, size } = candidates;
  const entropy = entropyOf(probabilities, size);
  const distance = (i: number) => Math.abs(-Math.log(probabilities[i]!) - entropy);
  const nearest = Array.from({ length: size }, (_, i) => i).sort(
    (a, b) => distance(a) - distance(b) || a - b,
  );
  const kept = new Set<number>();
  let sum = 0;
  for (const i of nearest) {
    kept.add(i);
    sum += probabilities[i]!;
    if (sum >= p) break;
  }
  keepOnly(candidates, kept);
}

/** In nats. */
function entropyOf(probabilities: Float32Array, size: number): number {
  let entropy = 0;
  for (let i = 0; i < size; i++) {
    const probability = probabilities[i]!;
    if (probability > 0) entropy -= probability * Math.log(probability);
  }
  return entropy;
}
