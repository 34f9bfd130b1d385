/**
 * Finds story files in folders and reads them. A story is `name.md`, `name.ink` or `name.ink.json`, or a folder `name`
 * with such a file of the same name in it. A broken file is listed with its problem and keeps nobody from the others.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError, messageOf, systemCodeOf } from "../../shared/errors.ts";
import { findNearest } from "../../shared/nearest.ts";
import { toOneLine } from "../../shared/text.ts";
import { parseCompiledInk, parseInkStory } from "./ink-story.ts";
import { parseMarkdownStory } from "./markdown.ts";
import type { StorySeed } from "./seed.ts";

/** Largest story source, and largest compiled ink file, in bytes. */
const MAX_SOURCE_BYTES = 262_144;
const MAX_COMPILED_BYTES = 4 * 1_048_576;
const STORY_FILE = /^(.+?)(\.ink\.json|\.ink|\.md)$/i;
const NOT_STORIES = /^(?:readme|licen[cs]e|changelog|credits|\..*)$/i;

/** A file found in a story folder. */
export type CatalogEntry = { readonly id: string; readonly path: string } & (
  | { readonly kind: "story"; readonly seed: StorySeed }
  | { readonly kind: "broken"; readonly problem: AppError }
);

/** All stories in the folders, sorted by title; a folder that does not exist is empty. First folder wins on equal ids. */
export async function listStories(folders: readonly string[]): Promise<readonly CatalogEntry[]> {
  const entries: CatalogEntry[] = [];
  for (const [id, path] of await findAllFiles(folders)) entries.push(await readEntry(path, id));
  return entries.toSorted((a, b) => titleOf(a).localeCompare(titleOf(b), "en"));
}

/** Every story's file by its id. */
async function findAllFiles(folders: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const folder of folders)
    for (const path of await findStoryFiles(folder)) {
      const id = storyIdOf(path);
      if (!files.has(id)) files.set(id, path);
    }
  return files;
}

/** What a list shows for an entry: the title, or the id of a broken file. */
export function titleOf(entry: CatalogEntry): string {
  return entry.kind === "story" ? entry.seed.title : entry.id;
}

/**
 * The story with this id, title, or path of a file.
 * Throws `story.unknown`, and for a broken file what `loadStory` throws.
 */
export async function findStory(name: string, folders: readonly string[]): Promise<StorySeed> {
  if (STORY_FILE.test(name) && (await isFile(name))) return loadStory(name);
  const wanted = fold(name);
  // By id no other story has to be read, and compiling ink takes a while.
  const file = [...(await findAllFiles(folders))].find(([id]) => fold(id) === wanted);
  if (file !== undefined) return loadStory(file[1]);
  const entries = await listStories(folders);
  const entry = entries.find((candidate) => fold(titleOf(candidate)) === wanted);
  if (entry === undefined) throw unknownStory(name, entries);
  if (entry.kind === "broken") throw entry.problem;
  return entry.seed;
}

/** Reads one story file. Throws `story.unreadable`, `story.tooLarge`, `story.unknown` (format) or `story.syntax`. */
export async function loadStory(path: string): Promise<StorySeed> {
  const format = STORY_FILE.exec(basename(path))?.[2]?.toLowerCase();
  if (format === undefined) {
    throw new AppError("story.unknown", `${toOneLine(path)} is no story file.`, {
      hint: "Story files end in .md, .ink or .ink.json.",
    });
  }
  const source = await readSource(path, format === ".ink.json" ? MAX_COMPILED_BYTES : MAX_SOURCE_BYTES);
  const [file, id] = [toOneLine(path), storyIdOf(path)];
  if (format === ".md") return parseMarkdownStory(source, file, id);
  return format === ".ink" ? parseInkStory(source, path, file, id) : parseCompiledInk(source, file, id);
}

async function readSource(path: string, maxBytes: number): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) {
      throw new AppError(
        "story.tooLarge",
        `${toOneLine(path)} has ${size} bytes; at most ${maxBytes} are read.`,
      );
    }
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("story.unreadable", `${toOneLine(path)} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function findStoryFiles(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await readFolder(folder)) {
    const path = join(folder, entry.name);
    if (isStoryName(entry.name) && !entry.isDirectory()) paths.push(path);
    if (!entry.isDirectory()) continue;
    const own = (await readFolder(path)).find(
      (file) => isStoryName(file.name) && storyIdOf(file.name) === storyIdOf(`${entry.name}.md`),
    );
    if (own !== undefined) paths.push(join(path, own.name));
  }
  return paths;
}

async function readFolder(folder: string): Promise<{ name: string; isDirectory: () => boolean }[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.toSorted((a, b) => a.name.localeCompare(b.name, "en"));
  } catch (error) {
    // a missing or closed folder holds no stories; the other folders still count
    if (["ENOENT", "ENOTDIR", "EACCES", "EPERM"].includes(systemCodeOf(error) ?? "")) return [];
    throw error;
  }
}

async function readEntry(path: string, id: string): Promise<CatalogEntry> {
  try {
    return { kind: "story", id, path, seed: await loadStory(path) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { kind: "broken", id, path, problem: error };
  }
}

function isStoryName(name: string): boolean {
  const stem = STORY_FILE.exec(name)?.[1];
  return stem !== undefined && !NOT_STORIES.test(stem);
}

/** File name without its extensions, lower case, one line. */
function storyIdOf(path: string): string {
  const name = basename(path);
  return toOneLine(STORY_FILE.exec(name)?.[1] ?? name).toLowerCase();
}

/** "The Salt Road", "the salt road" and "the-salt-road" are the same name. */
function fold(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    return false;
  }
}

function unknownStory(name: string, entries: readonly CatalogEntry[]): AppError {
  const near = findNearest(name, [...entries.map(({ id }) => id), ...entries.map(titleOf)]);
  const all = entries.map(({ id }) => id).join(", ");
  const hint =
    near === undefined ? `Known stories: ${all === "" ? "none" : all}.` : `Did you mean "${near}"?`;
  return new AppError("story.unknown", `There is no story "${toOneLine(name).slice(0, 80)}".`, { hint });
}
