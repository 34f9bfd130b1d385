/** Loaded graphs of either kind, and sequences over them. Only for the thread that computes: it loads onnxruntime. */
import { type AnyFolder, isExported } from "./any-model.ts";
import { CachedSequence } from "./cached-sequence.ts";
import type { ExportedCache } from "./exported/exported-cache.ts";
import { ExportedSession } from "./exported/exported-session.ts";
import { Gpt2Session } from "./gpt2-session.ts";
import type { RuntimeOptions } from "./onnx-runtime.ts";
import { OnnxSequence } from "./onnx-sequence.ts";
import type { NativeWork } from "./runtime-session.ts";

/** A graph that is ready to be evaluated. */
export interface AnySession {
  /** A sequence whose results go into `logits` (V), or into an array of its own. */
  createSequence(logits?: Float32Array): OnnxSequence | CachedSequence<ExportedCache>;
  close(): Promise<void>;
}

/** Loads the graph of a folder. Throws `model.corrupt`, `model.unsupported`. */
export async function openAnySession(
  folder: AnyFolder,
  options: RuntimeOptions,
  native: NativeWork,
): Promise<AnySession> {
  if (isExported(folder)) {
    const session = await ExportedSession.open(folder, options, native);
    return {
      createSequence: (logits) => new CachedSequence(session, logits),
      close: () => session.close(),
    };
  }
  const session = await Gpt2Session.open(folder, options, native);
  return {
    createSequence: (logits) => new OnnxSequence(session, logits),
    close: () => session.close(),
  };
}
