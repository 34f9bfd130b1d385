/**
 * One loaded decoder as Optimum exports it. Slower than our own graph: every run takes the whole cache, returns it grown,
 * and computes the logits of every token. `run` blocks its thread while it computes.
 */
import { join } from "node:path";
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { AppError, messageOf } from "../../shared/errors.ts";
import { closed } from "../closed-error.ts";
import { toFloats } from "../float16.ts";
import type { NativeWork } from "../gpt2-session.ts";
import { createRuntimeSession, type RuntimeOptions } from "../onnx-runtime.ts";
import type { TokenId } from "../types.ts";
import { ExportedCache, type LayerTensors } from "./exported-cache.ts";
import type { ExportedConfig } from "./exported-config.ts";
import type { ExportedFolder } from "./exported-folder.ts";
import { EXPORTED_NAMES, type ExportedInterface, readInterface } from "./exported-interface.ts";

export class ExportedSession {
  readonly config: ExportedConfig;
  readonly interface: ExportedInterface;
  readonly #session: InferenceSession;
  readonly #native: NativeWork;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(folder: ExportedFolder, session: InferenceSession, native: NativeWork) {
    this.config = folder.config;
    this.interface = readInterface(session, folder.config, join(folder.dir, folder.graphFile));
    this.#session = session;
    this.#native = native;
  }

  /** Loads the graph of a folder. Throws `model.corrupt`, and `model.unsupported` when it asks for what nobody has. */
  static async open(
    folder: ExportedFolder,
    options: RuntimeOptions,
    native: NativeWork,
  ): Promise<ExportedSession> {
    const path = join(folder.dir, folder.graphFile);
    const session = await native(() => createRuntimeSession(path, options));
    try {
      return new ExportedSession(folder, session, native);
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  createCache(): ExportedCache {
    const { layers, keyValueHeads, headSize } = this.config;
    return new ExportedCache({ layers, heads: keyValueHeads, headSize, type: this.interface.cacheType });
  }

  /**
   * Evaluates T tokens after those in `cache`, adds their rows to it and returns the logits after each, [T, V].
   * Throws `model.closed`, `model.failed`.
   */
  async run(cache: ExportedCache, tokens: readonly TokenId[]): Promise<Float32Array> {
    const result = this.#last.then(() => this.#run(cache, tokens));
    this.#last = result.catch(() => {});
    return result;
  }

  /** Waits for the running evaluation and frees the model. Further runs throw `model.closed`. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#last;
    await this.#session.release();
  }

  async #run(cache: ExportedCache, tokens: readonly TokenId[]): Promise<Float32Array> {
    if (this.#closed) throw closed();
    const length = cache.length + tokens.length;
    const feeds = buildFeeds(this.interface, cache, tokens);
    const outputs = await this.#native(() => this.#session.run(feeds)).catch((error: unknown) => {
      throw error instanceof AppError ? error : runFailed(messageOf(error), error);
    });
    const { layers, keyValueHeads, headSize, vocabularySize } = this.config;
    const rows = keyValueHeads * length * headSize;
    const presents = Array.from({ length: layers }, (_, layer) => ({
      key: tensorOf(outputs, EXPORTED_NAMES.presentKey(layer), rows),
      value: tensorOf(outputs, EXPORTED_NAMES.presentValue(layer), rows),
    })) satisfies LayerTensors[];
    const logits = tensorOf(outputs, EXPORTED_NAMES.logits, tokens.length * vocabularySize);
    cache.replace(presents, length);
    return toFloats(logits.data);
  }
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

/** An output of exactly `size` numbers. */
function tensorOf(outputs: InferenceSession.ReturnType, name: string, size: number): Tensor {
  const tensor = outputs[name];
  if (tensor?.size === size) return tensor;
  throw runFailed(`its output ${name} has ${tensor?.size ?? "no"} numbers, not ${size}`);
}

function runFailed(seen: string, cause?: unknown): AppError {
  return new AppError("model.failed", `The model could not be evaluated: ${seen}`, {
    hint: "Export the model again, or try another file of it.",
    cause,
  });
}
