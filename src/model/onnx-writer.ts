/**
 * Writes an ONNX model: a small `model.onnx` with the graph and a `model.onnx.data` beside it with the large tensors,
 * which are streamed and never held in memory together. Numbers of fields: onnx.proto3.
 */
import { type FileHandle, open, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import {
  modelMessage,
  nodeMessage,
  type OnnxDimension,
  type OnnxOperator,
  type OnnxType,
  tensorMessage,
  valueMessage,
} from "./onnx-messages.ts";
import { ProtoMessage } from "./protobuf.ts";

export interface OnnxNode extends OnnxOperator {
  /** How many outputs to name, or their names. Default 1. */
  readonly outputs?: number | readonly string[];
}

/** Pieces of one tensor's bytes, in order. */
export type TensorChunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** onnxruntime maps external tensors into memory only when they start on a page. */
const PAGE_BYTES = 4096;
const EXTERNAL = 1;

/** Builds one model file. Call `finish` at the end, `abandon` when something failed before it. */
export class OnnxWriter {
  readonly #path: string;
  readonly #data: FileHandle;
  readonly #nodes = new ProtoMessage();
  readonly #tensors = new ProtoMessage();
  readonly #inputs = new ProtoMessage();
  readonly #outputs = new ProtoMessage();
  readonly #external = new Map<string, ProtoMessage[]>();
  readonly #constants = new Set<string>();
  #dataBytes = 0;
  #names = 0;

  private constructor(path: string, data: FileHandle) {
    this.#path = path;
    this.#data = data;
  }

  /** Starts `path` and `path` + ".data"; both are overwritten. */
  static async create(path: string): Promise<OnnxWriter> {
    return new OnnxWriter(path, await open(`${path}.data`, "w"));
  }

  input(name: string, type: OnnxType, dimensions: readonly OnnxDimension[]): void {
    this.#inputs.message(11, valueMessage(name, type, dimensions));
  }

  output(name: string, type: OnnxType, dimensions: readonly OnnxDimension[]): void {
    this.#outputs.message(12, valueMessage(name, type, dimensions));
  }

  /** Adds an operator and returns the names of its outputs. */
  nodes(node: OnnxNode): string[] {
    const wanted = node.outputs ?? 1;
    const outputs = typeof wanted === "number" ? Array.from({ length: wanted }, () => this.name()) : wanted;
    this.#nodes.message(1, nodeMessage(node, outputs, this.name()));
    return [...outputs];
  }

  /** Adds an operator with one output and returns its name. */
  node(node: OnnxNode): string {
    return this.nodes(node)[0]!;
  }

  /** A name nobody else in this graph has. */
  name(): string {
    return `n${this.#names++}`;
  }

  /** A float tensor: inside the graph when it is smaller than a page, else in the data file. */
  async floats(name: string, dimensions: readonly number[], values: Float32Array): Promise<string> {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    if (bytes.byteLength >= PAGE_BYTES) return this.tensor(name, "float", dimensions, [bytes]);
    this.#tensors.message(5, tensorMessage(name, "float", dimensions).bytes(9, bytes));
    return name;
  }

  /** A tensor stored in the data file. */
  async tensor(
    name: string,
    type: OnnxType,
    dimensions: readonly number[],
    chunks: TensorChunks,
  ): Promise<string> {
    const offset = await this.#alignData();
    for await (const chunk of chunks) await this.#writeData(chunk);
    const place = externalPlace(basename(`${this.#path}.data`), offset, this.#dataBytes - offset);
    this.#external.set(name, place);
    this.#tensors.message(5, externalTensor(name, type, dimensions, place));
    return name;
  }

  /** Another name and shape for the bytes of a tensor that `tensor` stored. */
  alias(name: string, stored: string, type: OnnxType, dimensions: readonly number[]): string {
    this.#tensors.message(5, externalTensor(name, type, dimensions, this.#external.get(stored)!));
    return name;
  }

  /** A short list of int64 inside the graph. The same list is stored once. */
  integers(values: readonly (number | bigint)[]): string {
    return this.#constant(
      `i_${values.join("_")}`,
      "int64",
      [values.length],
      BigInt64Array.from(values, BigInt),
    );
  }

  /** A single number inside the graph. The same number is stored once. */
  scalar(type: "float" | "uint8", value: number): string {
    const raw = type === "float" ? Float32Array.of(value) : Uint8Array.of(value);
    return this.#constant(`${type}_${value}`, type, [], raw);
  }

  /** Writes the graph and closes both files. */
  async finish(graphName: string): Promise<void> {
    const graph = new ProtoMessage().fieldsOf(this.#nodes).text(2, graphName);
    graph.fieldsOf(this.#tensors).fieldsOf(this.#inputs).fieldsOf(this.#outputs);
    await this.#data.close();
    await writeFile(this.#path, modelMessage("brasslamp", graph).toBytes());
  }

  /** Closes the data file without finishing; the caller removes the folder. */
  async abandon(): Promise<void> {
    await this.#data.close().catch(() => {});
  }

  #constant(name: string, type: OnnxType, dimensions: readonly number[], raw: ArrayBufferView): string {
    if (this.#constants.has(name)) return name;
    const bytes = new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength);
    this.#tensors.message(5, tensorMessage(name, type, dimensions).bytes(9, bytes));
    this.#constants.add(name);
    return name;
  }

  async #alignData(): Promise<number> {
    const padding = (PAGE_BYTES - (this.#dataBytes % PAGE_BYTES)) % PAGE_BYTES;
    await this.#writeData(new Uint8Array(padding));
    return this.#dataBytes;
  }

  async #writeData(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.byteLength; ) {
      const { bytesWritten } = await this.#data.write(bytes, done, bytes.byteLength - done, this.#dataBytes);
      done += bytesWritten;
      this.#dataBytes += bytesWritten;
    }
  }
}

function externalTensor(
  name: string,
  type: OnnxType,
  dimensions: readonly number[],
  place: readonly ProtoMessage[],
): ProtoMessage {
  const proto = tensorMessage(name, type, dimensions);
  for (const entry of place) proto.message(13, entry);
  return proto.int(14, EXTERNAL);
}

function externalPlace(location: string, offset: number, length: number): ProtoMessage[] {
  const entry = (key: string, value: string) => new ProtoMessage().text(1, key).text(2, value);
  return [entry("location", location), entry("offset", String(offset)), entry("length", String(length))];
}
