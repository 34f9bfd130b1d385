/**
 * The cache of an exported decoder: the tensors its last run returned, handed back to it whole at the next. They are never
 * written to, only replaced; forgetting rows makes shorter copies.
 */
import { Tensor } from "onnxruntime-node";
import type { CacheType } from "./exported-interface.ts";

export interface ExportedCacheShape {
  readonly layers: number;
  /** Heads that have keys and values (H). */
  readonly heads: number;
  readonly headSize: number;
  readonly type: CacheType;
}

/** Keys and values of one layer, [1, H, P, D] each. */
export interface LayerTensors {
  readonly key: Tensor;
  readonly value: Tensor;
}

/** Float16 rows are copied, never computed with: bits where the language has no array of them (Node before 24). */
type Rows = Float32Array | Uint16Array;
const HalfArray: Uint16ArrayConstructor =
  (globalThis as { Float16Array?: Uint16ArrayConstructor }).Float16Array ?? Uint16Array;

export class ExportedCache {
  readonly #shape: ExportedCacheShape;
  #layers: readonly LayerTensors[];
  #length = 0;

  constructor(shape: ExportedCacheShape) {
    this.#shape = shape;
    this.#layers = Array.from({ length: shape.layers }, () => ({ key: this.#empty(), value: this.#empty() }));
  }

  /** Rows held (P). */
  get length(): number {
    return this.#length;
  }

  get layers(): readonly LayerTensors[] {
    return this.#layers;
  }

  /** Takes the tensors of a run, which hold `length` rows. */
  replace(layers: readonly LayerTensors[], length: number): void {
    this.#layers = layers;
    this.#length = length;
  }

  /** Forgets all rows from `length` on. */
  truncate(length: number): void {
    if (length >= this.#length) return;
    const shorten = (tensor: Tensor) => this.#firstRows(tensor, length);
    this.replace(
      this.#layers.map(({ key, value }) => ({ key: shorten(key), value: shorten(value) })),
      length,
    );
  }

  #empty(): Tensor {
    return this.#tensor(this.#shape.type === "float16" ? new HalfArray(0) : new Float32Array(0), 0);
  }

  #firstRows(tensor: Tensor, length: number): Tensor {
    const { heads, headSize } = this.#shape;
    const rows = tensor.data as Rows;
    const before = this.#length * headSize;
    const kept = length * headSize;
    const shorter = rows.slice(0, heads * kept);
    for (let head = 0; head < heads; head++)
      shorter.set(rows.subarray(head * before, head * before + kept), head * kept);
    return this.#tensor(shorter, length);
  }

  #tensor(rows: Rows, length: number): Tensor {
    const { heads, headSize, type } = this.#shape;
    return new Tensor(type, rows, [1, heads, length, headSize]);
  }
}
