/**
 * Finds the tokenizer of a Hugging Face folder: `tokenizer.json`, or the older pair `vocab.json` and `merges.txt`, which is
 * turned into the same form.
 */
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { cannotRead, readJsonFile } from "./json-file.ts";
import { TOKENIZER_FILE } from "./model-folder.ts";

/** The parsed `tokenizer.json` of a folder, unchecked. Throws `model.missing`, `model.corrupt`. */
export async function readTokenizerJson(folder: string): Promise<unknown> {
  const hasPair = await exists(join(folder, "vocab.json"), join(folder, "merges.txt"));
  if (hasPair && !(await exists(join(folder, TOKENIZER_FILE)))) return readPair(folder);
  return readJsonFile(join(folder, TOKENIZER_FILE));
}

async function readPair(folder: string): Promise<unknown> {
  const vocab = await readJsonFile(join(folder, "vocab.json"));
  const path = join(folder, "merges.txt");
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  const merges = text.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#version"));
  return { pre_tokenizer: { type: "ByteLevel" }, model: { type: "BPE", vocab, merges } };
}

async function exists(...paths: string[]): Promise<boolean> {
  return Promise.all(paths.map((path) => access(path))).then(
    () => true,
    () => false,
  );
}
