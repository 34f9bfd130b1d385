/** Exports a tiny GPT-2 (tiny-gpt2.ts) as Optimum would: one graph with a concatenated cache, beside the original weights. */
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { OnnxWriter } from "../../src/model/onnx-writer.ts";
import { openSafetensors, type TensorSource } from "../../src/model/safetensors.ts";
import { DecoderGraph, type ExportOptions } from "./decoder-graph.ts";
import { type TinyOptions, writeTinyGpt2 } from "./tiny-gpt2.ts";

interface TinyConfig {
  readonly n_embd: number;
  readonly n_head: number;
  readonly n_layer: number;
  readonly vocab_size: number;
  readonly layer_norm_epsilon: number;
}

/** Writes a tiny GPT-2 into `folder` and exports it there; returns the folder. */
export async function writeTinyExport(
  folder: string,
  options: ExportOptions = {},
  tiny: TinyOptions = {},
): Promise<string> {
  await writeTinyGpt2(folder, tiny);
  const config: TinyConfig = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
  const path = join(folder, options.file ?? "onnx/model.onnx");
  await mkdir(dirname(path), { recursive: true });
  const weights = await openSafetensors(join(folder, "model.safetensors"));
  const shape = {
    layers: config.n_layer,
    keyValueHeads: config.n_head,
    headSize: config.n_embd / config.n_head,
    vocabulary: config.vocab_size,
  };
  const graph = new DecoderGraph(await OnnxWriter.create(path), shape, options);
  await new Gpt2Export(graph, weights, config).write();
  await weights.close();
  return folder;
}

class Gpt2Export {
  readonly #graph: DecoderGraph;
  readonly #weights: TensorSource;
  readonly #config: TinyConfig;

  constructor(graph: DecoderGraph, weights: TensorSource, config: TinyConfig) {
    this.#graph = graph;
    this.#weights = weights;
    this.#config = config;
  }

  async write(): Promise<void> {
    const graph = this.#graph;
    const table = await this.#tensor("wte.weight");
    const places = graph.op("Gather", [await this.#tensor("wpe.weight"), graph.positions]);
    let x = graph.op("Add", [graph.op("Gather", [table, "input_ids"]), places]);
    for (let layer = 0; layer < this.#config.n_layer; layer++) {
      x = graph.op("Add", [x, await this.#attention(layer, await this.#norm(x, `h.${layer}.ln_1`))]);
      x = graph.op("Add", [x, await this.#feedForward(layer, await this.#norm(x, `h.${layer}.ln_2`))]);
    }
    const head = graph.op("Transpose", [table], { perm: [1, 0] });
    await graph.finish(graph.op("MatMul", [await this.#norm(x, "ln_f"), head]));
  }

  async #attention(layer: number, x: string): Promise<string> {
    const { n_embd: width, n_head: heads } = this.#config;
    const qkv = await this.#linear(x, `h.${layer}.attn.c_attn`);
    const parts = this.#graph.writer.nodes({
      op: "Split",
      inputs: [qkv, this.#graph.writer.integers([width, width, width])],
      outputs: 3,
      attributes: { axis: 2 },
    });
    const [query, key, value] = parts.map((part) => this.#graph.toHeads(part, heads));
    const mixed = await this.#graph.attend(layer, query!, key!, value!, heads);
    return this.#linear(mixed, `h.${layer}.attn.c_proj`);
  }

  async #feedForward(layer: number, x: string): Promise<string> {
    const opened = await this.#linear(x, `h.${layer}.mlp.c_fc`);
    const active = this.#graph.writer.node({ op: "FastGelu", inputs: [opened], microsoft: true });
    return this.#linear(active, `h.${layer}.mlp.c_proj`);
  }

  async #norm(x: string, name: string): Promise<string> {
    const inputs = [x, await this.#tensor(`${name}.weight`), await this.#tensor(`${name}.bias`)];
    const epsilon = { float: this.#config.layer_norm_epsilon };
    return this.#graph.op("LayerNormalization", inputs, { axis: -1, epsilon });
  }

  async #linear(x: string, name: string): Promise<string> {
    const product = this.#graph.op("MatMul", [x, await this.#tensor(`${name}.weight`)]);
    return this.#graph.op("Add", [product, await this.#tensor(`${name}.bias`)]);
  }

  async #tensor(name: string): Promise<string> {
    const stored = `transformer.${name}`;
    const shape = this.#weights.shapeOf(stored)!;
    return this.#graph.writer.floats(name, shape, await this.#weights.readRows(stored, 0, shape[0]!));
  }
}
