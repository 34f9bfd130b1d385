/**
 * The parts that every textbook export of a decoder has, for tests: inputs, the causal mask, attention over a concatenated
 * cache. Written with the product's ONNX writer, but nothing of its own graph.
 */
import type { OnnxWriter } from "../../src/model/onnx-writer.ts";

export interface ExportOptions {
  /** Path of the graph within the folder. Default "onnx/model.onnx". */
  readonly file?: string;
  /** Default true. Without the input, positions are counted from the mask. */
  readonly positions?: boolean;
  /** Adds use_cache_branch; the logits are ruined when it does not say whether there is a cache. */
  readonly merged?: boolean;
  /** Type of the cache and the logits. Default "float". */
  readonly type?: "float" | "float16";
  /** Leaves the causal mask out where there is a cache, as exports traced with one token do. */
  readonly losesMask?: boolean;
  /** An input of one more number, which changes nothing. */
  readonly extraInput?: string;
}

export interface DecoderShape {
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly vocabulary: number;
}

const ONNX_FLOAT = 1;
const ONNX_FLOAT16 = 10;
const INT64_MAX = 9223372036854775807n;

export class DecoderGraph {
  readonly writer: OnnxWriter;
  /** int64 [1, T] */
  readonly positions: string;
  readonly #shape: DecoderShape;
  readonly #options: ExportOptions;
  /** bool [1, 1, T, P + T] */
  readonly #visible: string;

  constructor(writer: OnnxWriter, shape: DecoderShape, options: ExportOptions) {
    this.writer = writer;
    this.#shape = shape;
    this.#options = options;
    this.#declare();
    const columns = this.op("Sub", [
      this.op("CumSum", ["attention_mask", writer.integers([1])]),
      writer.integers([1]),
    ]);
    this.positions = options.positions === false ? this.#lastColumns(columns) : "position_ids";
    this.#visible = this.#causalMask(columns);
  }

  op(
    op: string,
    inputs: readonly string[],
    attributes: Record<string, number | number[] | { float: number }> = {},
  ): string {
    return this.writer.node({ op, inputs, attributes });
  }

  /** x W with W a tensor [inputs, outputs]. */
  async matMul(
    x: string,
    name: string,
    dimensions: readonly number[],
    values: Float32Array,
  ): Promise<string> {
    return this.op("MatMul", [x, await this.writer.floats(name, dimensions, values)]);
  }

  /** [1, T, H x D] to [1, H, T, D]. */
  toHeads(x: string, heads: number): string {
    const split = this.op("Reshape", [x, this.writer.integers([0, 0, heads, this.#shape.headSize])]);
    return this.op("Transpose", [split], { perm: [0, 2, 1, 3] });
  }

  /** Attention of `query` [1, H, T, D] over the cache and new rows [1, Hkv, T, D]; returns [1, T, H x D]. */
  async attend(layer: number, query: string, key: string, value: string, heads: number): Promise<string> {
    const keys = this.#repeat(this.#grow(layer, "key", key), heads);
    const values = this.#repeat(this.#grow(layer, "value", value), heads);
    const { headSize } = this.#shape;
    const scale = await this.writer.floats(`scale.${layer}`, [1], Float32Array.of(1 / Math.sqrt(headSize)));
    const hidden = await this.writer.floats(`hidden.${layer}`, [1], Float32Array.of(-1e9));
    const scores = this.op("MatMul", [query, this.op("Transpose", [keys], { perm: [0, 1, 3, 2] })]);
    const masked = this.op("Where", [this.#visible, this.op("Mul", [scores, scale]), hidden]);
    const mixed = this.op("MatMul", [this.op("Softmax", [masked], { axis: -1 }), values]);
    const joined = this.op("Transpose", [mixed], { perm: [0, 2, 1, 3] });
    return this.op("Reshape", [joined, this.writer.integers([0, 0, heads * headSize])]);
  }

  /** Names the logits [1, T, V] and, in a merged export, ruins them when the branch is wrong. */
  async finish(logits: string): Promise<void> {
    const right = this.#options.merged ? await this.#ruinedByWrongBranch(logits) : logits;
    const to = this.#options.type === "float16" ? ONNX_FLOAT16 : ONNX_FLOAT;
    this.writer.node({ op: "Cast", inputs: [right], outputs: ["logits"], attributes: { to } });
    await this.writer.finish("export");
  }

  #declare(): void {
    const { writer } = this;
    const { layers, keyValueHeads, headSize, vocabulary } = this.#shape;
    const { type = "float", extraInput } = this.#options;
    writer.input("input_ids", "int64", ["batch", "sequence"]);
    writer.input("attention_mask", "int64", ["batch", "total"]);
    if (this.#options.positions !== false) writer.input("position_ids", "int64", ["batch", "sequence"]);
    if (this.#options.merged) writer.input("use_cache_branch", "bool", [1]);
    if (extraInput !== undefined) writer.input(extraInput, "int64", []);
    writer.output("logits", type, ["batch", "sequence", vocabulary]);
    for (let layer = 0; layer < layers; layer++)
      for (const part of ["key", "value"]) {
        writer.input(`past_key_values.${layer}.${part}`, type, ["batch", keyValueHeads, "past", headSize]);
        writer.output(`present.${layer}.${part}`, type, ["batch", keyValueHeads, "total", headSize]);
      }
  }

  /** The cache with the new rows behind it, as float32; the whole is an output. */
  #grow(layer: number, part: string, rows: string): string {
    const past = `past_key_values.${layer}.${part}`;
    const present = `present.${layer}.${part}`;
    const isHalf = this.#options.type === "float16";
    const added = isHalf ? this.op("Cast", [rows], { to: ONNX_FLOAT16 }) : rows;
    this.writer.node({ op: "Concat", inputs: [past, added], outputs: [present], attributes: { axis: 2 } });
    return isHalf ? this.op("Cast", [present], { to: ONNX_FLOAT }) : present;
  }

  /** Each head of keys or values serves several heads of queries. */
  #repeat(rows: string, heads: number): string {
    const { keyValueHeads } = this.#shape;
    if (keyValueHeads === heads) return rows;
    const serving = Array.from({ length: heads }, (_, head) => Math.floor((head * keyValueHeads) / heads));
    return this.op("Gather", [rows, this.writer.integers(serving)], { axis: 1 });
  }

  #lastColumns(columns: string): string {
    const count = this.op("Shape", ["input_ids"], { start: 1 });
    const end = this.writer.integers([INT64_MAX]);
    return this.op("Slice", [columns, this.op("Neg", [count]), end, this.writer.integers([1])]);
  }

  #causalMask(columns: string): string {
    const across = this.op("Unsqueeze", [columns, this.writer.integers([1, 2])]);
    const down = this.op("Unsqueeze", [this.positions, this.writer.integers([1, 3])]);
    const visible = this.op("LessOrEqual", [across, down]);
    return this.#options.losesMask ? this.op("Or", [visible, this.#hasCache()]) : visible;
  }

  /** bool [1] */
  #hasCache(): string {
    const rows = this.op("Shape", ["past_key_values.0.key"], { start: 2, end: 3 });
    return this.op("Greater", [rows, this.writer.integers([0])]);
  }

  async #ruinedByWrongBranch(logits: string): Promise<string> {
    const isWrong = this.op("Xor", ["use_cache_branch", this.#hasCache()]);
    const wrong = this.op("Cast", [isWrong], { to: ONNX_FLOAT });
    return this.op("Sub", [logits, this.op("Mul", [this.op("Mul", [wrong, logits]), wrong])]);
  }
}
