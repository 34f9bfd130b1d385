/** Adventures as text files: the reference ones that `eval` reads, and the games that it writes. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PlayedGame } from "../evaluation/play-games.ts";
import { formatTranscript, parseTranscripts, type Transcript } from "../evaluation/transcript.ts";
import { AppError, messageOf } from "../shared/errors.ts";

/** All adventures in the .txt files of a folder and those in it. Throws `usage.unreadable`. */
export async function readAdventures(folder: string): Promise<Transcript[]> {
  const names = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new AppError("usage.unreadable", `${folder} cannot be read: ${messageOf(cause)}`, { cause });
  });
  const files = names.filter((name) => name.endsWith(".txt")).toSorted();
  const texts = await Promise.all(files.map((name) => readText(join(folder, name))));
  return texts.flatMap(parseTranscripts);
}

/** Throws `usage.unreadable`. */
export async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw new AppError("usage.unreadable", `${path} cannot be read: ${messageOf(cause)}`, { cause });
  });
}

/** Writes a game as STORY-SEED.txt into the folder, which is made where there is none. */
export async function writeTranscript(
  folder: string,
  { story, seed, transcript }: PlayedGame,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${story}-${seed}.txt`), formatTranscript(transcript));
}
