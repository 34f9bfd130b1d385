/**
 * One loaded GPT-2 graph in onnxruntime. Evaluates a slice of tokens over a cache and adds the new
 * rows to it. `run` blocks its thread while it computes, so programs use it through the worker (worker-model.ts).
 */
import { join } from "node:path";
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { AppError } from "../shared/errors.ts";
import type { CachedGraph } from "./cached-graph.ts";
import { GRAPH_NAMES } from "./graph-context.ts";
import { type CacheShape, KvCache } from "./kv-cache.ts";
import { GRAPH_FILE, type ModelFolder } from "./model-folder.ts";
import { checkExternalData } from "./onnx-check.ts";
import type { RuntimeOptions } from "./onnx-runtime.ts";
import { nextTokens, type RunInputs } from "./run-inputs.ts";
import { type NativeWork, RuntimeSession, runFailed } from "./runtime-session.ts";
import { sliceTokensOf } from "./slice-tokens.ts";
import type { TokenId } from "./types.ts";

export class Gpt2Session implements CachedGraph<KvCache> {
  readonly limits: { readonly positions: number; readonly vocabularySize: number };
  readonly sliceTokens: number;
  readonly #cacheShape: CacheShape;
  readonly #runtime: RuntimeSession;

  private constructor({ config, info }: ModelFolder, runtime: RuntimeSession) {
    const { layers, heads, width, positions, vocabularySize } = config;
    this.limits = { positions, vocabularySize };
    this.sliceTokens = sliceTokensOf(info.parameters);
    // Branches keep their rows in the sequence's cache, up to `positions` of them together.
    this.#cacheShape = { layers, heads, headSize: width / heads, rows: 2 * positions };
    this.#runtime = runtime;
  }

  /** Loads the graph of a folder. Throws `model.corrupt` when onnxruntime refuses it or it is of another shape. */
  static async open(folder: ModelFolder, options: RuntimeOptions, native: NativeWork): Promise<Gpt2Session> {
    const path = join(folder.dir, GRAPH_FILE);
    await checkExternalData(path);
    return RuntimeSession.open(path, options, native, (runtime) => {
      checkGraph(runtime.metadata, folder);
      return new Gpt2Session(folder, runtime);
    });
  }

  createCache(): KvCache {
    return new KvCache(this.#cacheShape);
  }

  async run(cache: KvCache, tokens: readonly TokenId[], logitsFrom: number): Promise<Float32Array> {
    return this.runRows(cache, nextTokens(cache, tokens, logitsFrom));
  }

  /** The same for rows that see each other and the cache as their inputs say. */
  async runRows(cache: KvCache, inputs: RunInputs): Promise<Float32Array> {
    return this.#runtime.run(
      () => buildFeeds(cache, inputs),
      (outputs) => {
        cache.append(inputs.tokens.length, (layer) => floatsOf(outputs[GRAPH_NAMES.newRows(layer)]));
        return floatsOf(outputs[GRAPH_NAMES.logits]);
      },
    );
  }

  close(): Promise<void> {
    return this.#runtime.close();
  }
}

/** Compares what the graph says of itself with config.json, so that no run meets a cache of the wrong shape. */
function checkGraph(graph: RuntimeSession["metadata"], folder: ModelFolder): void {
  const { layers, heads, width, vocabularySize } = folder.config;
  const past = shapeOf(graph.inputMetadata, GRAPH_NAMES.pastKey(layers - 1));
  const logits = shapeOf(graph.outputMetadata, GRAPH_NAMES.logits);
  const fits =
    graph.inputMetadata.length === 4 + 2 * layers &&
    past?.[1] === heads &&
    past[3] === width / heads &&
    logits?.[2] === vocabularySize;
  if (fits) return;
  throw new AppError("model.corrupt", `${folder.dir}: the graph and config.json are of different models.`, {
    hint: "Import the model again.",
  });
}

function shapeOf(
  metadata: readonly InferenceSession.ValueMetadata[],
  name: string,
): readonly (number | string)[] | undefined {
  const value = metadata.find((candidate) => candidate.name === name);
  return value?.isTensor ? value.shape : undefined;
}

function buildFeeds(
  cache: KvCache,
  { tokens, positions, attentionBias, logitsFrom }: RunInputs,
): InferenceSession.FeedsType {
  const { heads, headSize, layers } = cache.shape;
  const count = tokens.length;
  const feeds: Record<string, Tensor> = {
    [GRAPH_NAMES.tokens]: int64(tokens, [1, count]),
    [GRAPH_NAMES.positions]: int64(positions, [1, count]),
    [GRAPH_NAMES.attentionBias]: new Tensor("float32", attentionBias, [1, 1, count, cache.capacity + count]),
    [GRAPH_NAMES.logitsFrom]: int64([logitsFrom], [1]),
  };
  const dimensions = [1, heads, cache.capacity, headSize];
  for (let layer = 0; layer < layers; layer++) {
    const { key, value } = cache.layer(layer);
    feeds[GRAPH_NAMES.pastKey(layer)] = new Tensor("float32", key, dimensions);
    feeds[GRAPH_NAMES.pastValue(layer)] = new Tensor("float32", value, dimensions);
  }
  return feeds;
}

function int64(values: readonly number[], dimensions: readonly number[]): Tensor {
  return new Tensor("int64", BigInt64Array.from(values, BigInt), dimensions);
}

function floatsOf(tensor: Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw runFailed("an output is missing");
}
