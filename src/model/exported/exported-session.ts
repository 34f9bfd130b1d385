/**
 * One loaded decoder as Optimum exports it. Slower than our own graph: every run takes the whole cache, returns it grown,
 * and computes the logits of every token. `run` blocks its thread while it computes.
 */
import { join } from "node:path";
import { type InferenceSession, Tensor } from "onnxruntime-node";
import type { CachedGraph } from "../cached-graph.ts";
import { toFloats } from "../float16.ts";
import type { RuntimeOptions } from "../onnx-runtime.ts";
import { type NativeWork, RuntimeSession, runFailed } from "../runtime-session.ts";
import { sliceTokensOf } from "../slice-tokens.ts";
import type { TokenId } from "../types.ts";
import { ExportedCache, type LayerTensors } from "./exported-cache.ts";
import type { ExportedConfig } from "./exported-config.ts";
import type { ExportedFolder } from "./exported-folder.ts";
import {
  type CacheType,
  EXPORTED_NAMES,
  type ExportedInterface,
  readInterface,
} from "./exported-interface.ts";
import { takesSlices } from "./slice-check.ts";

/** A run computes the logits of all its tokens: at most about 32 MB of them. */
const MOST_LOGITS = 8 * 1024 * 1024;

export class ExportedSession implements CachedGraph<ExportedCache> {
  readonly #config: ExportedConfig;
  readonly #interface: ExportedInterface;
  readonly #runtime: RuntimeSession;
  #sliceTokens = 1;

  private constructor(folder: ExportedFolder, runtime: RuntimeSession) {
    this.#config = folder.config;
    this.#interface = readInterface(runtime.metadata, folder.config, join(folder.dir, folder.graphFile));
    this.#runtime = runtime;
  }

  /** Loads the graph of a folder. Throws `model.corrupt`, and `model.unsupported` when it asks for what nobody has. */
  static async open(
    folder: ExportedFolder,
    options: RuntimeOptions,
    native: NativeWork,
  ): Promise<ExportedSession> {
    const path = join(folder.dir, folder.graphFile);
    return RuntimeSession.open(path, options, native, async (runtime) => {
      const session = new ExportedSession(folder, runtime);
      if (!session.#interface.takesOneToken && (await takesSlices(session)))
        session.#sliceTokens = Math.min(sliceTokensOf(folder.info.parameters), mostTokens(folder.config));
      return session;
    });
  }

  get limits(): ExportedConfig {
    return this.#config;
  }

  get sliceTokens(): number {
    return this.#sliceTokens;
  }

  createCache(): ExportedCache {
    const { layers, keyValueHeads, headSize } = this.#config;
    return new ExportedCache({ layers, heads: keyValueHeads, headSize, type: this.#interface.cacheType });
  }

  async run(cache: ExportedCache, tokens: readonly TokenId[], logitsFrom: number): Promise<Float32Array> {
    return this.#runtime.run(
      () => buildFeeds(this.#interface, cache, tokens),
      (outputs) => this.#accept(cache, tokens.length, outputs, logitsFrom),
    );
  }

  close(): Promise<void> {
    return this.#runtime.close();
  }

  /** The graph returns the whole cache and the logits of all `count` tokens. */
  #accept(
    cache: ExportedCache,
    count: number,
    outputs: InferenceSession.ReturnType,
    logitsFrom: number,
  ): Float32Array {
    const { layers, keyValueHeads, headSize, vocabularySize } = this.#config;
    const length = cache.length + count;
    const { cacheType } = this.#interface;
    const shape = [1, keyValueHeads, length, headSize];
    const logits = outputOf(outputs, EXPORTED_NAMES.logits, [1, count, vocabularySize]);
    const presents = Array.from({ length: layers }, (_, layer) => ({
      key: outputOf(outputs, EXPORTED_NAMES.presentKey(layer), shape, cacheType),
      value: outputOf(outputs, EXPORTED_NAMES.presentValue(layer), shape, cacheType),
    })) satisfies LayerTensors[];
    cache.replace(presents, length);
    const first = logitsFrom < 0 ? count + logitsFrom : logitsFrom;
    return toFloats(logits.data, first * vocabularySize);
  }
}

/** As many tokens of a run as memory allows. */
function mostTokens({ vocabularySize }: ExportedConfig): number {
  return Math.max(1, 2 ** Math.floor(Math.log2(MOST_LOGITS / vocabularySize)));
}

function buildFeeds(
  graph: ExportedInterface,
  cache: ExportedCache,
  tokens: readonly TokenId[],
): InferenceSession.FeedsType {
  const past = cache.length;
  const feeds: Record<string, Tensor> = { [EXPORTED_NAMES.tokens]: int64(tokens) };
  if (graph.takesMask) feeds[EXPORTED_NAMES.mask] = int64(new Array<number>(past + tokens.length).fill(1));
  if (graph.takesPositions) feeds[EXPORTED_NAMES.positions] = int64(tokens.map((_, i) => past + i));
  if (graph.takesBranch)
    feeds[EXPORTED_NAMES.branch] = new Tensor("bool", Uint8Array.of(past > 0 ? 1 : 0), [1]);
  if (graph.takesLogitsCount)
    feeds[EXPORTED_NAMES.logitsCount] = new Tensor("int64", BigInt64Array.of(0n), []);
  for (const [layer, { key, value }] of cache.layers.entries()) {
    feeds[EXPORTED_NAMES.pastKey(layer)] = key;
    feeds[EXPORTED_NAMES.pastValue(layer)] = value;
  }
  return feeds;
}

function int64(values: readonly number[]): Tensor {
  return new Tensor("int64", BigInt64Array.from(values, BigInt), [1, values.length]);
}

/** An output of exactly this shape, and of this type where it matters. Throws `model.failed`. */
function outputOf(
  outputs: InferenceSession.ReturnType,
  name: string,
  shape: readonly number[],
  type?: CacheType,
): Tensor {
  const tensor = outputs[name];
  if (tensor === undefined) throw runFailed(`its output ${name} is missing`);
  if (String(tensor.dims) !== String(shape))
    throw runFailed(`its output ${name} has the shape ${tensor.dims}, not ${shape}`);
  if (type !== undefined && tensor.type !== type)
    throw runFailed(`its output ${name} is ${tensor.type}, not ${type}`);
  return tensor;
}
