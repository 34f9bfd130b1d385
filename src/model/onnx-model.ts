/**
 * A language model that computes in the calling thread, which it blocks. For tests, benchmarks and batch jobs; programs with
 * a screen use worker-model.ts.
 */
import { join } from "node:path";
import { Gpt2Session, type SessionOptions } from "./gpt2-session.ts";
import { readModelFolder, TOKENIZER_FILE } from "./model-folder.ts";
import { OnnxSequence } from "./onnx-sequence.ts";
import { loadTokenizer } from "./tokenizer.ts";
import type { LanguageModel } from "./types.ts";

/** Loads an imported model. Throws `model.missing`, `model.notImported`, `model.corrupt`, `model.unsupported`. */
export async function openModel(dir: string, options: SessionOptions = {}): Promise<LanguageModel> {
  const folder = await readModelFolder(dir);
  const tokenizer = await loadTokenizer(join(dir, TOKENIZER_FILE), folder.config);
  const session = await Gpt2Session.open(folder, options, (work) => work());
  return {
    info: folder.info,
    tokenizer,
    createSequence: async () => new OnnxSequence(session),
    dispose: () => session.close(),
  };
}
