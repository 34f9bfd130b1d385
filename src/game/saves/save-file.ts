/**
 * Files of saves on disk: writing so that a crash at any moment leaves the old or the new text, never half of one, and
 * keeping the text before as `<file>.bak`. Knows paths and bytes, nothing of adventures.
 */
import {
  access,
  constants,
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  stat,
  unlink,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AppError, messageOf, systemCodeOf } from "../../shared/errors.ts";

/** Largest save that is read or written, in bytes. */
const MAX_SAVE_BYTES = 64 * 1_048_576;

/** The whole text; `undefined` when there is no such file. Throws `save.corrupt` (too large) or `save.unreadable`. */
export async function readSaveText(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size > MAX_SAVE_BYTES) {
      const message = `The save "${basename(path)}" is damaged: it has ${size} bytes, at most ${MAX_SAVE_BYTES} are read.`;
      throw new AppError("save.corrupt", message);
    }
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    if (error instanceof AppError) throw error;
    throw new AppError("save.unreadable", `The save ${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The first `length` bytes as text; `undefined` when there is no such file. */
export async function readSaveStart(path: string, length: number): Promise<string | undefined> {
  try {
    const file = await open(path, "r");
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw toWriteError(path, error);
  }
}

/**
 * Replaces the file: temporary file in the same folder, fsync, previous text to `<path>.bak`, rename, fsync of the
 * folder. Throws `save.unwritable` or `save.write`; the file is then as it was.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  await guardWrite(path, text, async (temporary) => {
    await keepBackup(path, `${temporary}-bak`);
    await rename(temporary, path);
  });
}

/** Like `replaceFile` for a file that must not exist yet; `false`, and nothing written, when it does. */
export async function createFile(path: string, text: string): Promise<boolean> {
  let isNew = true;
  await guardWrite(path, text, async (temporary) => {
    isNew = await claim(temporary, path);
  });
  return isNew;
}

/** Makes the backup the file again, without a moment in which neither is there. */
export async function restoreBackup(path: string): Promise<void> {
  const temporary = temporaryOf(path);
  await copyFile(`${path}.bak`, temporary);
  await rename(temporary, path);
}

/** Moves a damaged file to the first free `<path>.corrupt-<n>` and gives the new path. */
export async function moveAside(path: string): Promise<string> {
  for (let count = 1; ; count++) {
    const aside = `${path}.corrupt-${count}`;
    if (await exists(aside)) continue;
    await rename(path, aside);
    return aside;
  }
}

/** Whether there is a file. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** Removes temporary files that a killed program left; those of running programs stay. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const owner = /\.json\.tmp-(\d+)(?:-bak)?$/.exec(name)?.[1];
    if (owner === undefined || isRunning(Number(owner))) continue;
    await unlink(join(folder, name)).catch(ignoreSystemError);
  }
}

function temporaryOf(path: string): string {
  return `${path}.tmp-${process.pid}`;
}

async function guardWrite(
  path: string,
  text: string,
  finish: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = temporaryOf(path);
  if (Buffer.byteLength(text) > MAX_SAVE_BYTES) {
    throw new AppError(
      "save.write",
      `The adventure has grown beyond ${MAX_SAVE_BYTES} bytes and cannot be saved.`,
    );
  }
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeDurably(temporary, text);
    await finish(temporary);
    await syncFolder(dirname(path));
  } catch (error) {
    await unlink(temporary).catch(ignoreSystemError);
    throw toWriteError(path, error);
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(text, "utf8");
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A hard link, so that the file itself never goes away; a copy where the file system has no links. */
async function keepBackup(path: string, temporary: string): Promise<void> {
  await unlink(temporary).catch(ignoreSystemError);
  try {
    await link(path, temporary);
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return;
    await copyFile(path, temporary);
  }
  await rename(temporary, `${path}.bak`);
}

/** Gives the temporary file its name unless the name is taken; two programs cannot both succeed. */
async function claim(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") return discard(temporary);
    // no hard links here: reserve the name with an empty file, then replace it
    const reserved = await open(path, "wx").catch((reason: unknown) => {
      if (systemCodeOf(reason) === "EEXIST") return undefined;
      throw reason;
    });
    if (reserved === undefined) return discard(temporary);
    await reserved.close();
    await rename(temporary, path);
    return true;
  }
  await unlink(temporary);
  return true;
}

async function discard(temporary: string): Promise<false> {
  await unlink(temporary);
  return false;
}

async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Windows cannot open or sync a folder; the rename itself is durable enough there
    if (!["EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP"].includes(systemCodeOf(error) ?? "")) throw error;
  }
}

/** Makes the folder if need be. Throws `save.unwritable` when nothing can be written there. */
export async function requireWritable(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw toWriteError(join(folder, "x"), error);
  }
}

function toWriteError(path: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const isClosed = ["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "ENOENT"].includes(
    systemCodeOf(error) ?? "",
  );
  return isClosed
    ? new AppError("save.unwritable", `The folder ${dirname(path)} cannot be written: ${messageOf(error)}`, {
        hint: "Choose another folder with --saves, or change its permissions.",
        cause: error,
      })
    : new AppError("save.write", `The adventure could not be saved: ${messageOf(error)}`, { cause: error });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCodeOf(error) === "EPERM";
  }
}

/** For tidying up after something else has failed already, or that somebody else may have tidied. */
function ignoreSystemError(error: unknown): void {
  if (systemCodeOf(error) === undefined) throw error;
}
