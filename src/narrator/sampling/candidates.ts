/**
 * The short list of tokens that filters work on. Filters shrink it and never empty it; whatever they do, the first
 * `size` entries stay sorted by falling logit and their probabilities are those of a softmax over them.
 */
import type { TokenId } from "../../model/types.ts";
import type { Rng } from "../rng.ts";

export interface Candidates {
  readonly ids: Int32Array;
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
  size: number;
}

/**
 * The `limit` most likely tokens of `logits` (V), sorted; one pass with a heap. Tokens at -Infinity are left out, NaN
 * counts as -Infinity. At least one candidate is returned: the first token when all are ruled out.
 */
export function topCandidates(logits: Float32Array, limit: number): Candidates {
  const heap = new Int32Array(Math.min(limit, logits.length));
  let size = 0;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (!(logit > Number.NEGATIVE_INFINITY)) continue;
    if (size < heap.length) {
      heap[size] = id;
      siftUp(heap, size, logits);
      size++;
    } else if (logit > logits[heap[0]!]!) {
      heap[0] = id;
      siftDown(heap, size, logits);
    }
  }
  const ids =
    size === 0 ? Int32Array.of(0) : heap.slice(0, size).sort((x, y) => logits[y]! - logits[x]! || x - y);
  return candidatesFrom(ids, size === 0 ? Float32Array.of(0) : Float32Array.from(ids, (id) => logits[id]!));
}

/** Candidates from sorted ids and their logits. */
export function candidatesFrom(ids: Int32Array, logits: Float32Array): Candidates {
  const candidates = { ids, logits, probabilities: new Float32Array(ids.length), size: ids.length };
  normalize(candidates);
  return candidates;
}

/** Sets the probabilities to the softmax of the logits of the first `size` entries. Mutates. */
export function normalize(candidates: Candidates): void {
  const { logits, probabilities, size } = candidates;
  const highest = logits[0]!;
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const weight = Math.exp(logits[i]! - highest);
    probabilities[i] = weight;
    sum += weight;
  }
  for (let i = 0; i < size; i++) probabilities[i] = probabilities[i]! / sum;
}

/** Keeps the first `size` candidates, at least one. Mutates. */
export function truncate(candidates: Candidates, size: number): void {
  const kept = Math.max(1, Math.min(candidates.size, size));
  if (kept === candidates.size) return;
  candidates.size = kept;
  normalize(candidates);
}

/** Keeps the candidates at these places (at least one), in their order. Mutates. */
export function keepOnly(candidates: Candidates, places: ReadonlySet<number>): void {
  if (places.size >= candidates.size) return;
  let size = 0;
  for (let i = 0; i < candidates.size; i++) {
    if (!places.has(i)) continue;
    candidates.ids[size] = candidates.ids[i]!;
    candidates.logits[size] = candidates.logits[i]!;
    size++;
  }
  candidates.size = size;
  normalize(candidates);
}

/** Draws one token with the coin's one number. */
export function pick(candidates: Candidates, rng: Rng): TokenId {
  const coin = rng();
  let sum = 0;
  for (let i = 0; i < candidates.size; i++) {
    sum += candidates.probabilities[i]!;
    if (coin < sum) return candidates.ids[i]!;
  }
  return candidates.ids[candidates.size - 1]!; // rounding: the sum may end a little below 1
}

function siftUp(heap: Int32Array, start: number, logits: Float32Array): void {
  let child = start;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (logits[heap[parent]!]! <= logits[heap[child]!]!) return;
    swap(heap, parent, child);
    child = parent;
  }
}

function siftDown(heap: Int32Array, size: number, logits: Float32Array): void {
  let parent = 0;
  for (;;) {
    let smallest = parent;
    for (const child of [2 * parent + 1, 2 * parent + 2])
      if (child < size && logits[heap[child]!]! < logits[heap[smallest]!]!) smallest = child;
    if (smallest === parent) return;
    swap(heap, parent, smallest);
    parent = smallest;
  }
}

function swap(heap: Int32Array, i: number, j: number): void {
  const held = heap[i]!;
  heap[i] = heap[j]!;
  heap[j] = held;
}
