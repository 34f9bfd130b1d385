/**
 * `words.txt` in a model's folder: the words it was trained on, so that a narrator can be kept from making up others. One
 * word in small letters on each line, sorted.
 */
import { join } from "node:path";
import { AppError } from "../shared/errors.ts";
import { exists, readTextFile } from "./model-files.ts";
import { WORDS_FILE } from "./model-folder.ts";

const MOST_BYTES = 8 * 2 ** 20;
const WORD = /^\p{Ll}+(?:'\p{Ll}+)?$/u;

/** The words, sorted by code units; undefined when there is no such file. Throws `model.corrupt`, `model.unreadable`. */
export async function readWords(dir: string): Promise<readonly string[] | undefined> {
  const path = join(dir, WORDS_FILE);
  if (!(await exists(path))) return undefined;
  const words = (await readTextFile(path, MOST_BYTES)).split(/\r?\n/).filter((line) => line !== "");
  const strange = words.find((word) => !WORD.test(word));
  if (strange === undefined) return words.sort();
  throw new AppError("model.corrupt", `${path}: "${strange.slice(0, 40)}" is not a word in small letters.`, {
    hint: "Give one word on each line, or remove the file: a model works without it.",
  });
}
