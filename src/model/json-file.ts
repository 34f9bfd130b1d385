/** Reading of the small JSON files of a model folder. */
import { readFile, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { AppError, messageOf, systemCodeOf } from "../shared/errors.ts";

/** The tokenizers of the largest GPT-2s are about 4 MB. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Parses a JSON file. Throws `model.missing` when there is none, `model.corrupt` when it is not JSON or over 64 MB. */
export async function readJsonFile(path: string): Promise<unknown> {
  const text = await readTextFile(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError("model.corrupt", `${path} is not JSON: ${messageOf(error)}.`, {
      hint: "Get the file again from where the model came from.",
      cause: error,
    });
  }
}

async function readTextFile(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > MAX_BYTES) throw tooLarge(path);
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw cannotRead(path, error);
  }
}

function tooLarge(path: string): AppError {
  return new AppError("model.corrupt", `${path} is larger than ${MAX_BYTES} bytes.`, {
    hint: "It is not a file of a GPT-2 model.",
  });
}

/** `model.missing` for a file that is not there, `model.unreadable` for one that cannot be read. */
export function cannotRead(path: string, error: unknown): AppError {
  const code = systemCodeOf(error);
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new AppError("model.missing", `${dirname(path)} has no ${basename(path)}.`, {
      hint: "Import the model again, or give the folder of a complete one.",
      cause: error,
    });
  }
  return new AppError("model.unreadable", `${path} cannot be read: ${messageOf(error)}.`, {
    hint: "Check the file's permissions.",
    cause: error,
  });
}
