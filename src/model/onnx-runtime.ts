/**
 * Starting onnxruntime on a graph: threads, device, silence. Everything onnxruntime reports is thrown as an error, so it
 * must print nothing itself.
 */
import { availableParallelism } from "node:os";
import { InferenceSession } from "onnxruntime-node";
import { AppError, messageOf } from "../shared/errors.ts";
import type { Device } from "./devices.ts";

export interface RuntimeOptions {
  /** Threads of the computation. Default: half the processors (one per core with two threads each), 1 to 8. */
  readonly threads?: number;
  /** What computes; it must be known to work here (see devices.ts). Default: the processor. */
  readonly device?: Device;
}

/** Nothing below fatal: onnxruntime prints to the terminal. */
const LOG_FATAL = 4;

/** Loads a graph. Throws `model.corrupt` when onnxruntime refuses it. */
export async function createRuntimeSession(path: string, options: RuntimeOptions): Promise<InferenceSession> {
  const { device = "cpu", threads = defaultThreads() } = options;
  try {
    return await InferenceSession.create(path, {
      executionProviders: device === "cpu" ? ["cpu"] : [device, "cpu"],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: LOG_FATAL,
    });
  } catch (error) {
    throw new AppError("model.corrupt", `${path} cannot be loaded: ${messageOf(error)}`, {
      hint: "Import the model again, or get it again from where it came from.",
      cause: error,
    });
  }
}

function defaultThreads(): number {
  const processors = availableParallelism();
  return processors <= 2 ? processors : Math.min(8, Math.ceil(processors / 2));
}
