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
  const heap = new SmallestFirst(Math.min(limit, logits.length));
  let { bound } = heap; // a local one: every token of the vocabulary is compared with it
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (logit > bound) bound = heap.add(id, logit);
  }
  return heap.size === 0 ? candidatesFrom(Int32Array.of(0), Float32Array.of(0)) : heap.sorted();
}

/** The largest of `logits` (V). An iterator over a vocabulary would cost more than twice as much. */
export function highestOf(logits: Float32Array): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > highest) highest = logits[i]!;
  return highest;
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

/** A binary heap of the largest values so far with the smallest on top; every token of the vocabulary passes by it. */
class SmallestFirst {
  size = 0;
  /** What a value must exceed to be taken: -Infinity until the heap is full. */
  bound = Number.NEGATIVE_INFINITY;
  private readonly ids: Int32Array;
  private readonly values: Float32Array;

  constructor(limit: number) {
    this.ids = new Int32Array(limit);
    this.values = new Float32Array(limit);
  }

  /** Takes a value above the bound; in a full heap it replaces the smallest. Returns the new bound. */
  add(id: number, value: number): number {
    if (this.size < this.ids.length) this.rise(this.size++, id, value);
    else this.sink(id, value);
    if (this.size === this.ids.length) this.bound = this.values[0]!;
    return this.bound;
  }

  /** All taken, the largest first, equal ones in the vocabulary's order. */
  sorted(): Candidates {
    const { ids, values, size } = this;
    const order = Array.from({ length: size }, (_, i) => i);
    order.sort((x, y) => values[y]! - values[x]! || ids[x]! - ids[y]!);
    return candidatesFrom(
      Int32Array.from(order, (i) => ids[i]!),
      Float32Array.from(order, (i) => values[i]!),
    );
  }

  private rise(start: number, id: number, value: number): void {
    let place = start;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.values[parent]! <= value) break;
      this.put(place, this.ids[parent]!, this.values[parent]!);
      place = parent;
    }
    this.put(place, id, value);
  }

  private sink(id: number, value: number): void {
    const { values, ids, size } = this;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      if (child + 1 < size && values[child + 1]! < values[child]!) child++;
      if (values[child]! >= value) break;
      this.put(place, ids[child]!, values[child]!);
      place = child;
    }
    this.put(place, id, value);
  }

  private put(place: number, id: number, value: number): void {
    this.ids[place] = id;
    this.values[place] = value;
  }
}
