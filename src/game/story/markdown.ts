/**
 * Story seeds in Markdown: front matter (front-matter.ts) and the opening as the body. All mistakes of a file are collected
 * and shown together. Format: docs/formats/story-seed.md.
 */
import { stripControls } from "../../shared/text.ts";
import { tidyParagraphs } from "../tidy.ts";
import { type FrontMatter, type FrontMatterFile, type Path, readFrontMatter } from "./front-matter.ts";
import { findProblemsOfPlaceholders } from "./placeholder-check.ts";
import { ProblemList } from "./problems.ts";
import type { StorySeed } from "./seed.ts";

/** Where `${key}` becomes the player's answer, besides the opening. */
const EXPANDED_FIELDS = ["title", "genre", "tone", "note", "you", "remember", "ban", "notes"];
/** Parts of the path of a note's key. */
const DEEPEST_FIELD = 4;

/**
 * Reads a story. `file` is the name shown in messages, `id` becomes the seed's id.
 * Throws `story.syntax` with every mistake that was found.
 */
export function parseMarkdownStory(source: string, file: string, id: string): StorySeed {
  const problems = new ProblemList(file);
  const clean = stripControls(source).replaceAll("\t", "  ");
  const parts = splitFrontMatter(clean);
  if (parts === undefined) {
    problems.add('the file must begin with front matter between two lines "---"', 1, 1);
    problems.throwIfAny();
  }
  const { yaml, firstLine, body, bodyLine } = parts!;
  const fields = readFrontMatter(yaml, firstLine, problems);
  const opening = toPlainText(body);
  if (opening === "") problems.add("the opening is missing below the front matter", bodyLine, 1);
  if (fields !== undefined) checkPlaceholders(fields, problems, { body, bodyLine });
  problems.throwIfAny();
  return buildSeed(fields!.data!, id, opening);
}

interface FileParts {
  readonly yaml: string;
  readonly body: string;
  /** Line numbers from 1 of the first line of each. */
  readonly firstLine: number;
  readonly bodyLine: number;
}

function splitFrontMatter(source: string): FileParts | undefined {
  const lines = source.split("\n");
  const start = lines.findIndex((line) => line.trim() !== "");
  const isFence = (line: string | undefined) => line?.trimEnd() === "---";
  const end = lines.findIndex((line, index) => index > start && isFence(line));
  if (!isFence(lines[start]) || end < 0) return undefined;
  return {
    yaml: lines.slice(start + 1, end).join("\n"),
    body: lines.slice(end + 1).join("\n"),
    firstLine: start + 2,
    bodyLine: end + 2,
  };
}

/** Reads the raw fields, so that a mistake in one of them does not hide those of the others. */
function checkPlaceholders(
  { value, locate }: FrontMatterFile,
  problems: ProblemList,
  opening: { readonly body: string; readonly bodyLine: number },
): void {
  const keys = placeholderKeysOf(value);
  for (const [index, key] of keys.entries()) {
    if (key !== undefined && keys.indexOf(key) !== index)
      problems.add(`placeholder "${key}" is defined twice`, ...locate(["placeholders", index]));
  }
  const known = keys.filter((key) => key !== undefined);
  for (const field of EXPANDED_FIELDS) {
    for (const { path, text } of textsIn(fieldOf(value, field), [field]))
      for (const { message } of findProblemsOfPlaceholders(text, known))
        problems.add(message, ...locate(path));
  }
  for (const found of findProblemsOfPlaceholders(opening.body, known))
    problems.add(found.message, opening.bodyLine + found.line - 1, found.column);
}

function placeholderKeysOf(value: unknown): readonly (string | undefined)[] {
  const list = fieldOf(value, "placeholders");
  const keys = Array.isArray(list) ? list.map((item) => fieldOf(item, "key")) : [];
  return keys.map((key) => (typeof key === "string" ? key : undefined));
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** The texts of a field and where they stand; nothing lies deeper than the keys of a note. */
function textsIn(value: unknown, path: Path): readonly { readonly path: Path; readonly text: string }[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (path.length >= DEEPEST_FIELD) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...path, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => textsIn(item, [...path, name]));
}

function buildSeed(data: FrontMatter, id: string, opening: string): StorySeed {
  const { genre, tone, note: authorsNote, you, author, licence } = data;
  return {
    id,
    title: data.title,
    ...(genre === undefined ? {} : { genre }),
    ...(tone === undefined ? {} : { tone }),
    ...(authorsNote === undefined ? {} : { note: authorsNote }),
    ...(you === undefined ? {} : { you }),
    ...(author === undefined ? {} : { author }),
    ...(licence === undefined ? {} : { licence }),
    remember: data.remember,
    notes: data.notes.map((item) => ({ ...item, keys: item.keys ?? [item.name] })),
    placeholders: data.placeholders,
    ...(data.ban === undefined ? {} : { ban: data.ban }),
    ...(data.bias === undefined ? {} : { bias: data.bias }),
    opening,
    source: { kind: "markdown" },
  };
}

/** The body as prose: headings, comments, rules and Markdown marks are taken out, paragraphs stay. */
export function toPlainText(markdown: string): string {
  const prose = markdown
    .replace(/<!--[\s\S]*?(?:-->|$)/g, "")
    .replace(/^#{1,6}(?: .*)?$/gm, "")
    .replace(/^ *(?:[-*_] *){3,}$/gm, "")
    .replace(/^ *>/gm, "")
    .replace(/!\[[^[\]\n]*\]\([^()\n]*\)/g, "")
    .replace(/\[([^[\]\n]*)\]\([^()\n]*\)/g, "$1")
    .replace(/(\*{1,3})(?=\S)([^*\n]*(?:\n[^*\n]+)*?)(?<=\S)\1/g, "$2")
    .replace(/(?<![\p{L}\p{N}{])(_{1,3})(?=\S)([^_\n]*(?:\n[^_\n]+)*?)(?<=\S)\1(?![\p{L}\p{N}}])/gu, "$2")
    .replace(/`+([^`\n]*)`+/g, "$1");
  return tidyParagraphs(prose);
}
