/**
 * Finds the tokenizer of a Hugging Face folder: `tokenizer.json`, or the older pair `vocab.json` and `merges.txt`, which is
 * turned into the same form.
 */
import { join } from "node:path";
import { MOST_TOKENIZER_BYTES, readJsonFile } from "./json-file.ts";
import { exists, readTextFile } from "./model-files.ts";
import { TOKENIZER_FILE } from "./model-folder.ts";

/** The parsed `tokenizer.json` of a folder, unchecked. Throws `model.missing`, `model.corrupt`. */
export async function readTokenizerJson(folder: string): Promise<unknown> {
  const path = join(folder, TOKENIZER_FILE);
  const [vocab, merges] = [join(folder, "vocab.json"), join(folder, "merges.txt")];
  if ((await exists(path)) || !(await exists(vocab)) || !(await exists(merges)))
    return readJsonFile(path, MOST_TOKENIZER_BYTES);
  return readPair(vocab, merges);
}

async function readPair(vocabPath: string, mergesPath: string): Promise<unknown> {
  const vocab = await readJsonFile(vocabPath, MOST_TOKENIZER_BYTES);
  const lines = (await readTextFile(mergesPath, MOST_TOKENIZER_BYTES)).split(/\r?\n/);
  const merges = lines.filter((line) => line !== "" && !line.startsWith("#version"));
  return { pre_tokenizer: { type: "ByteLevel" }, model: { type: "BPE", vocab, merges } };
}
