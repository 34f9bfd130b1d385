/**
 * Story seeds in Markdown: YAML front matter (strict: an unknown field is a mistake, not a comment) and the opening as
 * the body. All mistakes of a file are collected and shown together. Format: docs/formats/story-seed.md.
 */
import { type Document, isMap, isNode, isPair, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { messageOf } from "../../shared/errors.ts";
import { findNearest } from "../../shared/nearest.ts";
import { stripControls } from "../../shared/text.ts";
import { compileNoteKey } from "../note-keys.ts";
import { MAX_BAN_CHARACTERS, MAX_BANS } from "../style.ts";
import { tidyLine, tidyParagraphs } from "../tidy.ts";
import { findProblemsOfPlaceholders } from "./placeholder-check.ts";
import { ProblemList } from "./problems.ts";
import type { StorySeed } from "./seed.ts";

/** Most characters of the front matter; deep YAML takes time in the square of its length. */
const MAX_FRONT_MATTER_CHARACTERS = 65_536;
const MAX_FIELD_CHARACTERS = 1000;
const MAX_BIASES = 50;

const text = z
  .string("text is expected")
  .max(MAX_FIELD_CHARACTERS, `at most ${MAX_FIELD_CHARACTERS} characters`);
const line = text.transform(tidyLine).pipe(z.string().min(1, "must not be empty"));
const flag = z.enum(["true", "false"], "true or false is expected").transform((word) => word === "true");
const key = z
  .string()
  .regex(/^[A-Za-z][\w-]{0,39}$/, "a key is letters, digits, _ and -, beginning with a letter");

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^-?\d{1,4}$/, "a whole number is expected")
    .transform(Number)
    .pipe(z.int().min(least, `at least ${least} is expected`).max(most, `at most ${most} is allowed`));

const note = z.strictObject({
  name: line,
  keys: z.array(line, "a list is expected").max(50, "at most 50 keys").optional(),
  text: line,
  always: flag.default(false),
  scan: whole(0, 20).exactOptional(),
  priority: whole(-1000, 1000).exactOptional(),
  cooldown: whole(0, 1000).exactOptional(),
  delay: whole(0, 1000).exactOptional(),
});

const bannedPhrase = line
  .pipe(z.string().max(MAX_BAN_CHARACTERS, `at most ${MAX_BAN_CHARACTERS} characters`))
  .refine((phrase) => /[\p{L}\p{N}]/u.test(phrase), "there is no word in it");

const bias = z
  .string("a number from -2 to 2 is expected")
  .regex(/^-?\d(?:\.\d{1,6})?$/, "a number from -2 to 2 is expected")
  .transform(Number)
  .refine((value) => Math.abs(value) <= 2, "a number from -2 to 2 is expected");
const biases = z
  .record(z.string(), bias, "words with numbers are expected")
  .refine((words) => Object.keys(words).length <= MAX_BIASES, `at most ${MAX_BIASES} words`)
  .refine((words) => Object.keys(words).every(isWord), "each name must be one word");

const frontMatter = z.strictObject({
  title: line,
  genre: line.optional(),
  tone: line.optional(),
  note: line.optional(),
  you: line.optional(),
  author: line.optional(),
  licence: line.optional(),
  remember: z.array(line, "a list is expected").max(50, "at most 50 facts").default([]),
  notes: z.array(note, "a list is expected").max(500, "at most 500 notes").default([]),
  ban: z.array(bannedPhrase, "a list is expected").max(MAX_BANS, `at most ${MAX_BANS} phrases`).optional(),
  bias: biases.optional(),
  placeholders: z
    .array(z.strictObject({ key, ask: line, default: line }), "a list is expected")
    .max(20, "at most 20 placeholders")
    .default([]),
});

type FrontMatter = z.infer<typeof frontMatter>;
type Path = readonly PropertyKey[];

/** Finds the place of a field: line and column from 1. */
type Locate = (path: Path, key?: string) => readonly [line: number, column: number];

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
  if (fields !== undefined) checkFields(fields.data, fields.locate, problems, { body, bodyLine });
  problems.throwIfAny();
  return buildSeed(fields!.data, id, opening);
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

function readFrontMatter(
  yaml: string,
  firstLine: number,
  problems: ProblemList,
): { data: FrontMatter; locate: Locate } | undefined {
  if (yaml.length > MAX_FRONT_MATTER_CHARACTERS) {
    problems.add(`the front matter has more than ${MAX_FRONT_MATTER_CHARACTERS} characters`, firstLine, 1);
    return undefined;
  }
  const lines = new LineCounter();
  let document: Document;
  let value: unknown;
  try {
    // "failsafe" reads every scalar as text: `title: 1984` and `tone: no` mean what they say
    document = parseDocument(yaml, { schema: "failsafe", lineCounter: lines, prettyErrors: false });
    value = document.errors.length === 0 ? document.toJS({ maxAliasCount: 0 }) : undefined;
  } catch (error) {
    problems.add(`the front matter is not YAML that can be read: ${messageOf(error)}`, firstLine, 1);
    return undefined;
  }
  const place = (offset: number): readonly [number, number] => {
    const { line, col } = lines.linePos(offset);
    return [line + firstLine - 1, Math.max(1, col)];
  };
  for (const error of document.errors) problems.add(error.message, ...place(error.pos[0]));
  if (document.errors.length > 0) return undefined;
  const locate: Locate = (path, name) => place(offsetOf(document, path, name));
  const result = frontMatter.safeParse(value, { reportInput: true });
  if (result.success) return { data: result.data, locate };
  for (const issue of result.error.issues) reportIssue(issue, locate, problems);
  return undefined;
}

function reportIssue(issue: z.core.$ZodIssue, locate: Locate, problems: ProblemList): void {
  const field = issue.path.map((part) => (typeof part === "number" ? `${part + 1}` : String(part))).join(" ");
  if (issue.code !== "unrecognized_keys") {
    const message = issue.code === "invalid_type" && issue.input === undefined ? "is missing" : issue.message;
    problems.add(`${field === "" ? "the front matter" : field}: ${message}`, ...locate(issue.path));
    return;
  }
  const known = knownFieldsAt(issue.path);
  for (const name of issue.keys) {
    const near = findNearest(name, known);
    const hint = near === undefined ? `known are ${known.join(", ")}` : `did you mean "${near}"?`;
    problems.add(`unknown field "${name}"; ${hint}`, ...locate(issue.path, name));
  }
}

function knownFieldsAt(path: Path): string[] {
  if (path[0] === "notes") return Object.keys(note.shape);
  if (path[0] === "placeholders") return ["key", "ask", "default"];
  return Object.keys(frontMatter.shape);
}

/** Offset of the value at `path` (or of the field `name` in it), or of the nearest thing around it that exists. */
function offsetOf(document: Document, path: Path, name?: string): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (!isNode(node)) continue;
    const pair =
      isMap(node) && name !== undefined ? node.items.find((item) => String(item.key) === name) : undefined;
    if (isPair(pair) && isNode(pair.key)) return pair.key.range?.[0] ?? 0;
    return node.range?.[0] ?? 0;
  }
  return 0;
}

function checkFields(
  data: FrontMatter,
  locate: Locate,
  problems: ProblemList,
  opening: { readonly body: string; readonly bodyLine: number },
): void {
  for (const [index, { keys = [] }] of data.notes.entries()) {
    for (const [place, noteKey] of keys.entries()) {
      const result = compileNoteKey(noteKey);
      if (result.kind === "bad") problems.add(result.problem, ...locate(["notes", index, "keys", place]));
    }
  }
  for (const [index, { key: name }] of data.placeholders.entries()) {
    const first = data.placeholders.findIndex((other) => other.key === name);
    if (first !== index)
      problems.add(`placeholder "${name}" is defined twice`, ...locate(["placeholders", index]));
  }
  const keys = data.placeholders.map((placeholder) => placeholder.key);
  for (const { path, text: field } of fieldsWithPlaceholders(data)) {
    for (const found of findProblemsOfPlaceholders(field, keys)) problems.add(found.message, ...locate(path));
  }
  for (const found of findProblemsOfPlaceholders(opening.body, keys)) {
    problems.add(found.message, opening.bodyLine + found.line - 1, found.column);
  }
}

function fieldsWithPlaceholders(data: FrontMatter): readonly { path: Path; text: string }[] {
  const fields: { path: Path; text: string }[] = [];
  for (const field of ["title", "genre", "tone", "note", "you"] as const) {
    fields.push({ path: [field], text: data[field] ?? "" });
  }
  for (const [index, fact] of data.remember.entries()) fields.push({ path: ["remember", index], text: fact });
  for (const [index, phrase] of (data.ban ?? []).entries())
    fields.push({ path: ["ban", index], text: phrase });
  for (const [index, { name, keys = [], text: words }] of data.notes.entries()) {
    fields.push(
      { path: ["notes", index, "name"], text: name },
      { path: ["notes", index, "text"], text: words },
    );
    for (const [place, noteKey] of keys.entries())
      fields.push({ path: ["notes", index, "keys", place], text: noteKey });
  }
  return fields;
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

function isWord(text: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N}'-]{0,39}$/u.test(text);
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
