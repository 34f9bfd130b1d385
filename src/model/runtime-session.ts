/** A graph loaded in onnxruntime that is run once at a time and freed when nothing runs. A run blocks its thread. */
import type { InferenceSession } from "onnxruntime-node";
import { AppError, messageOf } from "../shared/errors.ts";
import { closed } from "./closed-error.ts";
import { createRuntimeSession, type RuntimeOptions } from "./onnx-runtime.ts";

/** Wraps each piece of native work, so that a host can see when it is safe to end the thread. */
export type NativeWork = <T>(work: () => Promise<T>) => Promise<T>;

export class RuntimeSession {
  /** What the graph says of its inputs and outputs. */
  readonly metadata: Pick<InferenceSession, "inputMetadata" | "outputMetadata">;
  readonly #session: InferenceSession;
  readonly #native: NativeWork;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(session: InferenceSession, native: NativeWork) {
    this.metadata = session;
    this.#session = session;
    this.#native = native;
  }

  /**
   * Loads a graph and returns what `use` makes of it; when that throws, the graph is freed.
   * Throws `model.corrupt` when onnxruntime refuses it.
   */
  static async open<T>(
    path: string,
    options: RuntimeOptions,
    native: NativeWork,
    use: (runtime: RuntimeSession) => T | Promise<T>,
  ): Promise<T> {
    const runtime = new RuntimeSession(await native(() => createRuntimeSession(path, options)), native);
    try {
      return await use(runtime);
    } catch (error) {
      await runtime.close();
      throw error;
    }
  }

  /**
   * Runs the graph when the runs asked for before are done and returns what `accept` reads from its outputs.
   * Throws `model.closed`, `model.failed`.
   */
  async run<T>(
    buildFeeds: () => InferenceSession.FeedsType,
    accept: (outputs: InferenceSession.ReturnType) => T,
  ): Promise<T> {
    const result = this.#last.then(async () => accept(await this.#run(buildFeeds)));
    this.#last = result.catch(() => {});
    return result;
  }

  /** Waits for the running evaluation and frees the graph. Further runs throw `model.closed`. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#last;
    await this.#session.release();
  }

  async #run(buildFeeds: () => InferenceSession.FeedsType): Promise<InferenceSession.ReturnType> {
    if (this.#closed) throw closed();
    const feeds = buildFeeds();
    return this.#native(() => this.#session.run(feeds)).catch((error: unknown) => {
      throw error instanceof AppError ? error : runFailed(messageOf(error), error);
    });
  }
}

/** `model.failed`: a run threw, or gave something other than it should. */
export function runFailed(seen: string, cause?: unknown): AppError {
  return new AppError("model.failed", `The model could not be evaluated: ${seen}`, {
    hint: "Check its files with: brasslamp models verify, or get the model again.",
    cause,
  });
}
