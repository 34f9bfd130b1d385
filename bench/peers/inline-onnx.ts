/**
 * Builds an ONNX model as one file with its weights inside, as exporters of Hugging Face models write it; the program's own
 * writer (src/model/onnx-writer.ts) keeps them beside it. Holds all weights in memory.
 * Format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */
import { writeFile } from "node:fs/promises";
import {
  modelMessage,
  nodeMessage,
  type OnnxAttributes,
  type OnnxDimension,
  type OnnxType,
  tensorMessage,
  valueMessage,
} from "../../src/model/onnx-messages.ts";
import { ProtoMessage } from "../../src/model/protobuf.ts";

export class InlineOnnx {
  readonly #nodes = new ProtoMessage();
  readonly #tensors = new ProtoMessage();
  readonly #values = new ProtoMessage();
  readonly #constants = new Set<string>();
  #names = 0;

  input(name: string, type: OnnxType, dimensions: readonly OnnxDimension[]): void {
    this.#values.message(11, valueMessage(name, type, dimensions));
  }

  output(name: string, type: OnnxType, dimensions: readonly OnnxDimension[]): void {
    this.#values.message(12, valueMessage(name, type, dimensions));
  }

  /** An operator with one output, whose name it returns. */
  node(op: string, inputs: readonly string[], attributes: OnnxAttributes = {}, output = this.name()): string {
    this.#add(op, inputs, [output], attributes);
    return output;
  }

  /** An operator with `count` outputs. */
  nodes(op: string, inputs: readonly string[], count: number, attributes: OnnxAttributes = {}): string[] {
    const outputs = Array.from({ length: count }, () => this.name());
    this.#add(op, inputs, outputs, attributes);
    return outputs;
  }

  tensor(name: string, type: OnnxType, dimensions: readonly number[], values: ArrayBufferView): string {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#tensors.message(5, tensorMessage(name, type, dimensions).bytes(9, bytes));
    return name;
  }

  /** A list of int64, or one without dimensions. The same is stored once. */
  integers(values: readonly number[] | number): string {
    const list = [values].flat() as number[];
    const dimensions = typeof values === "number" ? [] : [list.length];
    return this.#once(`int${dimensions.length}_${list.join("_")}`, (name) =>
      this.tensor(name, "int64", dimensions, BigInt64Array.from(list, BigInt)),
    );
  }

  /** A single float. */
  float(value: number): string {
    return this.#once(`float_${value}`, (name) => this.tensor(name, "float", [], Float32Array.of(value)));
  }

  name(): string {
    return `t${this.#names++}`;
  }

  async write(path: string): Promise<void> {
    const graph = new ProtoMessage().fieldsOf(this.#nodes).text(2, "gpt2");
    graph.fieldsOf(this.#tensors).fieldsOf(this.#values);
    await writeFile(path, modelMessage("bench", graph).toBytes());
  }

  #once(name: string, store: (name: string) => string): string {
    if (this.#constants.has(name)) return name;
    this.#constants.add(name);
    return store(name);
  }

  #add(op: string, inputs: readonly string[], outputs: readonly string[], attributes: OnnxAttributes): void {
    const node = { op, inputs, attributes, microsoft: op === "MatMulNBits" };
    this.#nodes.message(1, nodeMessage(node, outputs, this.name()));
  }
}
