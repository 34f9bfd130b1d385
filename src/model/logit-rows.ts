/** Cuts memory of `count` rows of logits, [count, V], into these. */
export function rowsOf(logits: Float32Array, count: number): Float32Array[] {
  const size = logits.length / count;
  return Array.from({ length: count }, (_, i) => logits.subarray(i * size, (i + 1) * size));
}
