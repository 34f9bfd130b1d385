/**
 * Ink files as story seeds: reads the file and what it includes (from the story's own folder only), and turns its global
 * tags into the seed's fields. Format: docs/formats/ink.md.
 */
import { readFileSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { messageOf, systemCodeOf } from "../../shared/errors.ts";
import { findNearest } from "../../shared/nearest.ts";
import { compileNoteKey } from "../note-keys.ts";
import { tidyKey, tidyLine } from "../tidy.ts";
import type { WorldNote } from "../world-notes.ts";
import { checkCompiledInk, compileInk, readGlobalTags } from "./ink.ts";
import { ProblemList } from "./problems.ts";
import type { StorySeed } from "./seed.ts";

const SINGLE_TAGS = ["title", "genre", "tone", "you", "author", "licence"] as const;
const KNOWN_TAGS: readonly string[] = [...SINGLE_TAGS, "remember", "note"];
const MAX_INCLUDES = 100;
const MAX_INCLUDE_BYTES = 262_144;

/**
 * Compiles ink source. `path` is the file it came from; its folder is the only place INCLUDE may read.
 * Throws `story.syntax`.
 */
export function parseInkStory(source: string, path: string, file: string, id: string): StorySeed {
  const compiled = compileInk(source, file, includesFrom(dirname(path)));
  return buildInkSeed(compiled, { file, id, source });
}

/** Takes compiled ink JSON. Throws `story.syntax`. */
export function parseCompiledInk(json: string, file: string, id: string): StorySeed {
  return buildInkSeed(checkCompiledInk(json, file), { file, id, source: "" });
}

function includesFrom(folder: string): (name: string) => string {
  let count = 0;
  return (name) => {
    count++;
    if (count > MAX_INCLUDES) throw new Error(`more than ${MAX_INCLUDES} files are included`);
    if (isAbsolute(name) || /^[a-z]:|\\/i.test(name))
      throw new Error("write INCLUDE with a path relative to the story");
    const path = resolve(folder, name);
    if (!isInside(folder, path)) throw new Error("INCLUDE may not leave the story's folder");
    return readInclude(folder, path);
  };
}

function readInclude(folder: string, path: string): string {
  try {
    // a symbolic link inside the folder could still lead out of it
    if (!isInside(realpathSync(folder), realpathSync(path)))
      throw new Error("INCLUDE may not leave the story's folder");
    const text = readFileSync(path, "utf8");
    if (text.length <= MAX_INCLUDE_BYTES) return text;
  } catch (error) {
    const code = systemCodeOf(error);
    throw new Error(code === undefined ? messageOf(error) : code === "ENOENT" ? "no such file" : code, {
      cause: error,
    });
  }
  throw new Error(`the file is larger than ${MAX_INCLUDE_BYTES} bytes`);
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

interface InkFile {
  readonly file: string;
  readonly id: string;
  /** Empty for compiled stories; only used to find the line of a tag. */
  readonly source: string;
}

function buildInkSeed(compiled: string, { file, id, source }: InkFile): StorySeed {
  const problems = new ProblemList(file);
  const single: Partial<Record<(typeof SINGLE_TAGS)[number], string>> = {};
  const remember: string[] = [];
  const notes: WorldNote[] = [];
  for (const { name, text } of readGlobalTags(compiled)) {
    const line = lineOfTag(source, name, text);
    if (isSingle(name)) {
      if (single[name] !== undefined) problems.add(`the tag "${name}" stands twice`, line);
      single[name] = tidyLine(text);
    } else if (name === "remember") remember.push(tidyLine(text));
    else if (name === "note") notes.push(...parseNote(text, line, problems));
    else reportUnknownTag(name, line, problems);
  }
  problems.throwIfAny();
  const { title = id.replaceAll("-", " "), ...rest } = single;
  return {
    id,
    title,
    ...rest,
    remember,
    notes,
    placeholders: [],
    opening: "",
    source: { kind: "ink", compiled },
  };
}

function isSingle(name: string): name is (typeof SINGLE_TAGS)[number] {
  return (SINGLE_TAGS as readonly string[]).includes(name);
}

/** Tags are the author's own, so an unknown one is a mistake only when it looks like a known one. */
function reportUnknownTag(name: string, line: number, problems: ProblemList): void {
  const near = findNearest(name, KNOWN_TAGS);
  if (near !== undefined) problems.add(`unknown tag "${name}"; did you mean "${near}"?`, line);
}

/** `Name | key, key | text`; `*` instead of keys makes the note always on, empty keys are the name. */
function parseNote(text: string, line: number, problems: ProblemList): WorldNote[] {
  const parts = text.split("|").map((part) => part.trim());
  const [name, words] = [tidyLine(parts[0] ?? ""), tidyLine(parts.slice(2).join(" | "))];
  if (name === "" || words === "") {
    problems.add(`a note is written "# note: Name | key, key | text", not "${text.slice(0, 60)}"`, line);
    return [];
  }
  const keyList = parts[1] ?? "";
  const always = keyList === "*";
  const keys = always
    ? []
    : keyList
        .split(",")
        .map(tidyKey)
        .filter((key) => key !== "");
  for (const key of keys) {
    const result = compileNoteKey(key);
    if (result.kind === "bad") problems.add(result.problem, line);
  }
  return [{ name, keys: keys.length === 0 && !always ? [name] : keys, text: words, always }];
}

/** The first line with this tag and the beginning of its text; 1 when it cannot be found. */
function lineOfTag(source: string, name: string, text: string): number {
  const start = text.slice(0, text.indexOf("|") < 0 ? 20 : text.indexOf("|")).trim();
  const lines = source.split("\n");
  const index = lines.findIndex((line) => line.toLowerCase().includes(`${name}:`) && line.includes(start));
  return Math.max(0, index) + 1;
}
