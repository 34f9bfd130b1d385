/**
 * The keys and values of the tokens a sequence holds. The memory belongs to JavaScript and is handed to onnxruntime without
 * a copy; new rows are written in after each run. Rows lie head by head, [H, C, D], with the capacity C always the length
 * rounded up to 128, so that the same tokens are computed in the same shape whatever came before.
 */
import { AppError } from "../shared/errors.ts";

/** Rows by which the capacity grows: small enough to waste little, large enough to re-lay rarely. */
const BUCKET_ROWS = 128;

export interface CacheShape {
  readonly layers: number;
  readonly heads: number;
  readonly headSize: number;
  /** Most rows it can hold. */
  readonly rows: number;
}

/** One layer's rows as the graph takes them, [H, C, D] each; views of the cache's memory. */
export interface CachedLayer {
  readonly key: Float32Array;
  readonly value: Float32Array;
}

export class KvCache {
  readonly shape: CacheShape;
  readonly #keys: Float32Array[];
  readonly #values: Float32Array[];
  #length = 0;

  /** Throws `model.failed` when there is no memory for it. */
  constructor(shape: CacheShape) {
    this.shape = shape;
    // Zeroed memory is only claimed from the system when it is first written, so the full size costs nothing yet.
    const floats = shape.heads * shape.headSize * roundUp(shape.rows);
    this.#keys = Array.from({ length: shape.layers }, () => allocate(floats));
    this.#values = Array.from({ length: shape.layers }, () => allocate(floats));
  }

  /** Rows in use (P). */
  get length(): number {
    return this.#length;
  }

  /** Rows per head in memory (C): P rounded up to 128. */
  get capacity(): number {
    return roundUp(this.#length);
  }

  /** Forgets all rows from `length` on. */
  truncate(length: number): void {
    if (length < this.#length) this.#resize(length);
  }

  /** Forgets the rows from `start` on but those listed, in ascending order, and moves these up to `start`. */
  compact(start: number, rows: readonly number[]): void {
    for (const memory of [...this.#keys, ...this.#values]) {
      for (let head = 0; head < this.shape.heads; head++)
        rows.forEach((row, i) => {
          if (row !== start + i) this.#moveRow(memory, head, row, start + i);
        });
    }
    this.truncate(start + rows.length);
  }

  layer(index: number): CachedLayer {
    const floats = this.shape.heads * this.shape.headSize * this.capacity;
    return {
      key: this.#keys[index]!.subarray(0, floats),
      value: this.#values[index]!.subarray(0, floats),
    };
  }

  /** Adds `count` rows per head; `rowsOf(layer)` is [2H, count, D], keys first. */
  append(count: number, rowsOf: (layer: number) => Float32Array): void {
    const { layers, heads, headSize } = this.shape;
    const start = this.#length;
    this.#resize(start + count);
    for (let layer = 0; layer < layers; layer++) {
      const rows = rowsOf(layer);
      const half = heads * count * headSize;
      this.#writeRows(this.#keys[layer]!, rows.subarray(0, half), start, count);
      this.#writeRows(this.#values[layer]!, rows.subarray(half), start, count);
    }
  }

  #moveRow(memory: Float32Array, head: number, from: number, to: number): void {
    const { headSize } = this.shape;
    const first = head * this.capacity;
    memory.copyWithin((first + to) * headSize, (first + from) * headSize, (first + from + 1) * headSize);
  }

  #writeRows(target: Float32Array, rows: Float32Array, start: number, count: number): void {
    const { heads, headSize } = this.shape;
    const floats = count * headSize;
    for (let head = 0; head < heads; head++) {
      const place = (head * this.capacity + start) * headSize;
      const first = head * floats;
      // A step writes hundreds of single rows: a loop costs a fifth of a view and a call of `set` for each.
      if (count === 1) for (let i = 0; i < floats; i++) target[place + i] = rows[first + i]!;
      else target.set(rows.subarray(first, first + floats), place);
    }
  }

  #resize(length: number): void {
    const kept = Math.min(length, this.#length);
    const before = this.capacity;
    this.#length = length;
    if (this.capacity === before) return;
    for (const memory of [...this.#keys, ...this.#values]) this.#relay(memory, before, kept);
  }

  /**
   * Moves the first `kept` rows of every head from the old capacity's place to the new one's. What lies in unused rows does
   * not matter as long as it is finite: the attention bias gives it a share of exactly zero.
   */
  #relay(memory: Float32Array, before: number, kept: number): void {
    const { heads, headSize } = this.shape;
    const grows = this.capacity > before;
    for (let i = 0; i < heads; i++) {
      const head = grows ? heads - 1 - i : i;
      const from = head * before * headSize;
      memory.copyWithin(head * this.capacity * headSize, from, from + kept * headSize);
    }
  }
}

function allocate(floats: number): Float32Array {
  try {
    return new Float32Array(floats);
  } catch (error) {
    throw new AppError("model.failed", `There is no memory for ${floats} numbers of the model's cache.`, {
      hint: "Use a smaller model, or close other programs.",
      cause: error,
    });
  }
}

function roundUp(rows: number): number {
  return Math.ceil(rows / BUCKET_ROWS) * BUCKET_ROWS;
}
