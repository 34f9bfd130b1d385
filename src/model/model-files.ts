/** Reading of the files in a model's folder, which may come from strangers: pipes, devices and giants are refused. */
import type { Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, readFile, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { AppError, messageOf, systemCodeOf } from "../shared/errors.ts";

/** Bytes of a file. Throws `model.missing`, and `model.unreadable` for what may never end, as a pipe. */
export async function sizeOfFile(path: string): Promise<number> {
  const status = await stat(path).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  if (status.isFile()) return status.size;
  throw cannotRead(path, "it is not a regular file");
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isFile(),
    () => false,
  );
}

/** Whether there is anything of this name. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** A file's text. Throws `model.missing`, `model.unreadable`, and `model.corrupt` when it has more bytes. */
export async function readTextFile(path: string, mostBytes: number): Promise<string> {
  if ((await sizeOfFile(path)) > mostBytes) throw tooLarge(path, mostBytes);
  return readFile(path, "utf8").catch((error: unknown) => {
    throw cannotRead(path, error);
  });
}

/** Adds a file's bytes to each of the hashes. Throws `model.missing`, `model.unreadable`. */
export async function hashFile(path: string, ...hashes: readonly Hash[]): Promise<void> {
  await sizeOfFile(path);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }))
      for (const hash of hashes) hash.update(chunk);
  } catch (error) {
    throw cannotRead(path, error);
  }
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

function tooLarge(path: string, mostBytes: number): AppError {
  return new AppError("model.corrupt", `${path} is larger than ${mostBytes} bytes.`, {
    hint: "Get the file again from where the model came from.",
  });
}
