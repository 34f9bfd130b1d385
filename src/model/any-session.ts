/** Loaded graphs of either kind, and sequences over them. Only for the thread that computes: it loads onnxruntime. */
import { type AnyFolder, isExported } from "./any-model.ts";
import { ExportedSequence } from "./exported/exported-sequence.ts";
import { ExportedSession } from "./exported/exported-session.ts";
import { findSliceTokens } from "./exported/slice-check.ts";
import { Gpt2Session, type NativeWork, type SessionOptions } from "./gpt2-session.ts";
import { OnnxSequence } from "./onnx-sequence.ts";

/** A graph that is ready to be evaluated. */
export interface AnySession {
  /** A sequence whose results go into `logits` (V), or into an array of its own. */
  createSequence(logits?: Float32Array): OnnxSequence | ExportedSequence;
  close(): Promise<void>;
}

/** Loads the graph of a folder. Throws `model.corrupt`, `model.unsupported`. */
export async function openAnySession(
  folder: AnyFolder,
  options: SessionOptions,
  native: NativeWork,
): Promise<AnySession> {
  if (isExported(folder)) return openExported(folder, options, native);
  const session = await Gpt2Session.open(folder, options, native);
  return {
    createSequence: (logits) => new OnnxSequence(session, logits),
    close: () => session.close(),
  };
}

async function openExported(
  folder: Parameters<typeof ExportedSession.open>[0],
  options: SessionOptions,
  native: NativeWork,
): Promise<AnySession> {
  const session = await ExportedSession.open(folder, options, native);
  try {
    const sliceTokens = await findSliceTokens(session);
    return {
      createSequence: (logits) => new ExportedSequence(session, sliceTokens, logits),
      close: () => session.close(),
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}
