/**
 * Exports a tiny random Llama as the onnx-community would, with the tokenizer of its family: word pieces that write a space
 * as U+2581, and bytes for what has no piece.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { OnnxWriter } from "../../src/model/onnx-writer.ts";
import { DecoderGraph, type ExportOptions } from "./decoder-graph.ts";
import type { LlamaShape, LlamaWeights } from "./reference-llama.ts";

export const TINY_LLAMA: LlamaShape = {
  layers: 2,
  width: 32,
  heads: 4,
  keyValueHeads: 2,
  headSize: 16,
  inner: 48,
  vocabulary: 300,
  positions: 4096,
  epsilon: 1e-5,
};

/** Writes the folder and returns the weights, for the reference. */
export async function writeTinyLlama(folder: string, options: ExportOptions = {}): Promise<LlamaWeights> {
  const shape = TINY_LLAMA;
  const path = join(folder, options.file ?? "onnx/model.onnx");
  await mkdir(dirname(path), { recursive: true });
  await writeFile(join(folder, "config.json"), JSON.stringify(configJson(shape)));
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify(piecesJson()));
  const weights = randomWeights(shape);
  const graph = new DecoderGraph(await OnnxWriter.create(path), shape, options);
  await new LlamaExport(graph, weights, shape).write();
  return weights;
}

function configJson(shape: LlamaShape): Record<string, unknown> {
  return {
    model_type: "llama",
    hidden_size: shape.width,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    num_key_value_heads: shape.keyValueHeads,
    head_dim: shape.headSize,
    intermediate_size: shape.inner,
    vocab_size: shape.vocabulary,
    max_position_embeddings: shape.positions,
    rms_norm_eps: shape.epsilon,
    bos_token_id: 1,
    eos_token_id: [2, 1],
  };
}

/** <unk>, <s>, </s>, the 256 bytes, and a few pieces. */
export function piecesJson(): Record<string, unknown> {
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
  );
  const letters = ["\u2581", "t", "h", "e", "a", "r", "\u2581t", "he", "\u2581the", "\u2581\u2581"];
  const tokens = ["<unk>", "<s>", "</s>", ...bytes, ...letters];
  const special = ["<unk>", "<s>", "</s>"].map((content, id) => ({ id, content, special: true }));
  return {
    added_tokens: special,
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Prepend", prepend: "\u2581" },
        { type: "Replace", pattern: { String: " " }, content: "\u2581" },
      ],
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: "Sequence",
      decoders: [{ type: "Replace", pattern: { String: "\u2581" }, content: " " }, { type: "ByteFallback" }],
    },
    model: {
      type: "BPE",
      unk_token: "<unk>",
      byte_fallback: true,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: ["\u2581 t", "h e", "\u2581t he", "\u2581 \u2581"],
    },
  };
}

function randomWeights(shape: LlamaShape): LlamaWeights {
  const { width, inner, heads, keyValueHeads, headSize, vocabulary } = shape;
  let state = 7;
  const random = (count: number) =>
    new Float32Array(count).map(() => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32 - 0.5;
    });
  const weights = new Map([["embed", random(vocabulary * width)]]);
  for (let layer = 0; layer < shape.layers; layer++) {
    const sizes: Record<string, number> = {
      norm1: width,
      norm2: width,
      q: width * heads * headSize,
      k: width * keyValueHeads * headSize,
      v: width * keyValueHeads * headSize,
      o: heads * headSize * width,
      gate: width * inner,
      up: width * inner,
      down: inner * width,
    };
    for (const [name, count] of Object.entries(sizes)) weights.set(`${layer}.${name}`, random(count));
  }
  return weights.set("norm", random(width)).set("head", random(width * vocabulary));
}

class LlamaExport {
  readonly #graph: DecoderGraph;
  readonly #weights: LlamaWeights;
  readonly #shape: LlamaShape;

  constructor(graph: DecoderGraph, weights: LlamaWeights, shape: LlamaShape) {
    this.#graph = graph;
    this.#weights = weights;
    this.#shape = shape;
  }

  async write(): Promise<void> {
    const graph = this.#graph;
    const { layers, width, vocabulary } = this.#shape;
    const table = await graph.writer.floats("embed", [vocabulary, width], this.#weights.get("embed")!);
    const turns = await this.#turnTables();
    let x = graph.op("Gather", [table, "input_ids"]);
    for (let layer = 0; layer < layers; layer++) {
      const attended = await this.#attention(layer, await this.#norm(x, `${layer}.norm1`), turns);
      x = graph.op("Add", [x, attended]);
      x = graph.op("Add", [x, await this.#feedForward(layer, await this.#norm(x, `${layer}.norm2`))]);
    }
    await graph.finish(await this.#linear(await this.#norm(x, "norm"), "head", width, vocabulary));
  }

  async #attention(layer: number, x: string, turns: readonly string[]): Promise<string> {
    const { width, heads, keyValueHeads, headSize } = this.#shape;
    const project = async (part: string, count: number) =>
      this.#graph.toHeads(await this.#linear(x, `${layer}.${part}`, width, count * headSize), count);
    const query = this.#rotate(await project("q", heads), turns);
    const key = this.#rotate(await project("k", keyValueHeads), turns);
    const mixed = await this.#graph.attend(layer, query, key, await project("v", keyValueHeads), heads);
    return this.#linear(mixed, `${layer}.o`, heads * headSize, width);
  }

  async #feedForward(layer: number, x: string): Promise<string> {
    const { width, inner } = this.#shape;
    const gate = await this.#linear(x, `${layer}.gate`, width, inner);
    const active = this.#graph.op("Mul", [gate, this.#graph.op("Sigmoid", [gate])]);
    const opened = this.#graph.op("Mul", [active, await this.#linear(x, `${layer}.up`, width, inner)]);
    return this.#linear(opened, `${layer}.down`, inner, width);
  }

  /** x cos + (-second half, first half) sin */
  #rotate(x: string, [cos, sin]: readonly string[]): string {
    const graph = this.#graph;
    const half = this.#shape.headSize / 2;
    const [first, second] = graph.writer.nodes({
      op: "Split",
      inputs: [x, graph.writer.integers([half, half])],
      outputs: 2,
      attributes: { axis: 3 },
    });
    const turned = graph.op("Concat", [graph.op("Neg", [second!]), first!], { axis: 3 });
    return graph.op("Add", [graph.op("Mul", [x, cos!]), graph.op("Mul", [turned, sin!])]);
  }

  /** Cosines and sines of the tokens' positions, [1, 1, T, D]. */
  async #turnTables(): Promise<string[]> {
    const { headSize, positions } = this.#shape;
    const table = async (name: string, turn: (angle: number) => number) => {
      const values = new Float32Array(positions * headSize).map((_, place) => {
        const i = (place % headSize) % (headSize / 2);
        return turn(Math.floor(place / headSize) * 10000 ** ((-2 * i) / headSize));
      });
      const stored = await this.#graph.writer.floats(name, [positions, headSize], values);
      const rows = this.#graph.op("Gather", [stored, this.#graph.positions]);
      return this.#graph.op("Unsqueeze", [rows, this.#graph.writer.integers([1])]);
    };
    return [await table("cos", Math.cos), await table("sin", Math.sin)];
  }

  async #norm(x: string, name: string): Promise<string> {
    const graph = this.#graph;
    const epsilon = await graph.writer.floats(`${name}.epsilon`, [1], Float32Array.of(this.#shape.epsilon));
    const gain = await graph.writer.floats(name, [this.#shape.width], this.#weights.get(name)!);
    const mean = graph.op("ReduceMean", [graph.op("Mul", [x, x]), graph.writer.integers([-1])]);
    const root = graph.op("Sqrt", [graph.op("Add", [mean, epsilon])]);
    return graph.op("Mul", [graph.op("Div", [x, root]), gain]);
  }

  #linear(x: string, name: string, inputs: number, outputs: number): Promise<string> {
    return this.#graph.matMul(x, name, [inputs, outputs], this.#weights.get(name)!);
  }
}
