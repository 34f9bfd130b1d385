/**
 * A language model that computes in the calling thread, which it blocks. For tests, benchmarks and batch jobs; programs with
 * a screen use worker-model.ts.
 */
import { loadAnyTokenizer, readAnyFolder } from "./any-model.ts";
import { openAnySession } from "./any-session.ts";
import type { RuntimeOptions } from "./onnx-runtime.ts";
import type { LanguageModel } from "./types.ts";
import { readWords } from "./word-file.ts";

/** Loads an imported model or an exported decoder. Throws `model.missing`, `model.notImported`, `model.corrupt`, `model.unsupported`. */
export async function openModel(dir: string, options: RuntimeOptions = {}): Promise<LanguageModel> {
  const folder = await readAnyFolder(dir);
  const [tokenizer, words] = await Promise.all([loadAnyTokenizer(folder), readWords(folder.dir)]);
  const session = await openAnySession(folder, options, (work) => work());
  return {
    info: folder.info,
    tokenizer,
    ...(words === undefined ? {} : { words }),
    createSequence: async () => session.createSequence(),
    dispose: () => session.close(),
  };
}
