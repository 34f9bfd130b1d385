/**
 * Builds an ONNX model as one file with its weights inside, as exporters of Hugging Face models write it; the program's own
 * writer (src/model/onnx-writer.ts) keeps them beside it. Holds all weights in memory.
 * Format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */
import { writeFile } from "node:fs/promises";
import { ProtoMessage } from "../../src/model/protobuf.ts";

/** Numbers of TensorProto.DataType. */
const TYPES = { float: 1, uint8: 2, int8: 3, int64: 7 } as const;
export type InlineType = keyof typeof TYPES;

/** A float attribute must be marked; numbers alone are integers. */
export type Attributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

export class InlineOnnx {
  readonly #nodes = new ProtoMessage();
  readonly #tensors = new ProtoMessage();
  readonly #values = new ProtoMessage();
  readonly #constants = new Set<string>();
  #names = 0;

  input(name: string, type: InlineType, dimensions: readonly (number | string)[]): void {
    this.#values.message(11, valueInfo(name, type, dimensions));
  }

  output(name: string, type: InlineType, dimensions: readonly (number | string)[]): void {
    this.#values.message(12, valueInfo(name, type, dimensions));
  }

  /** An operator with one output, whose name it returns. */
  node(op: string, inputs: readonly string[], attributes: Attributes = {}, output = this.name()): string {
    this.#add(op, inputs, [output], attributes);
    return output;
  }

  /** An operator with `count` outputs. */
  nodes(op: string, inputs: readonly string[], count: number, attributes: Attributes = {}): string[] {
    const outputs = Array.from({ length: count }, () => this.name());
    this.#add(op, inputs, outputs, attributes);
    return outputs;
  }

  tensor(name: string, type: InlineType, dimensions: readonly number[], values: ArrayBufferView): string {
    const proto = new ProtoMessage();
    for (const dimension of dimensions) proto.int(1, dimension);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#tensors.message(5, proto.int(2, TYPES[type]).text(8, name).bytes(9, bytes));
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
    const model = new ProtoMessage().int(1, 10).text(2, "bench").message(7, graph);
    model.message(8, new ProtoMessage().int(2, 21));
    model.message(8, new ProtoMessage().text(1, "com.microsoft").int(2, 1));
    await writeFile(path, model.toBytes());
  }

  #once(name: string, store: (name: string) => string): string {
    if (this.#constants.has(name)) return name;
    this.#constants.add(name);
    return store(name);
  }

  #add(op: string, inputs: readonly string[], outputs: readonly string[], attributes: Attributes): void {
    const proto = new ProtoMessage();
    for (const input of inputs) proto.text(1, input);
    for (const output of outputs) proto.text(2, output);
    proto.text(3, `${op}_${this.name()}`).text(4, op);
    for (const [name, value] of Object.entries(attributes)) proto.message(5, attribute(name, value));
    if (op === "MatMulNBits") proto.text(7, "com.microsoft");
    this.#nodes.message(1, proto);
  }
}

function attribute(name: string, value: Attributes[string]): ProtoMessage {
  const proto = new ProtoMessage().text(1, name);
  if (typeof value === "number") return proto.int(3, value).int(20, 2);
  if ("float" in value) return proto.float(2, value.float).int(20, 1);
  for (const item of value) proto.int(8, item);
  return proto.int(20, 7);
}

function valueInfo(name: string, type: InlineType, dimensions: readonly (number | string)[]): ProtoMessage {
  const shape = new ProtoMessage();
  for (const dimension of dimensions) {
    const proto = new ProtoMessage();
    shape.message(1, typeof dimension === "string" ? proto.text(2, dimension) : proto.int(1, dimension));
  }
  const tensor = new ProtoMessage().int(1, TYPES[type]).message(2, shape);
  return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, tensor));
}
