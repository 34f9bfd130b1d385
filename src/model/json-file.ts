/** Reading of the small JSON files of a model folder. */
import { z } from "zod";
import { AppError, messageOf } from "../shared/errors.ts";
import { readTextFile } from "./model-files.ts";

// A parsed file may take 30 times its bytes in memory, so each kind has a limit near its real size.
/** Configurations have a few KB, indexes of shards a few hundred. */
const MOST_BYTES = 4 * 1024 * 1024;
/** The tokenizers of the largest models are about 35 MB. */
export const MOST_TOKENIZER_BYTES = 40 * 1024 * 1024;
const LONGEST_PROBLEM = 300;

/** Parses a JSON file. Throws `model.missing` when there is none, `model.corrupt` when it is not JSON or has more bytes. */
export async function readJsonFile(path: string, mostBytes = MOST_BYTES): Promise<unknown> {
  const text = await readTextFile(path, mostBytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError("model.corrupt", `${path} is not JSON: ${messageOf(error)}.`, {
      hint: "Get the file again from where the model came from.",
      cause: error,
    });
  }
}

/** One line about the first thing that a schema found wrong; there may be millions. */
export function firstProblem(error: z.ZodError): string {
  const first = new z.ZodError(error.issues.slice(0, 1));
  return z.prettifyError(first).replace(/\s+/g, " ").slice(0, LONGEST_PROBLEM);
}
