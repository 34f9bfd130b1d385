/**
 * The front matter of a story: its fields, their bounds, and every mistake with its place. Strict: an unknown field is a
 * mistake, not a comment. Format: docs/formats/story-seed.md.
 */
import { type Document, isMap, isNode, isPair } from "yaml";
import { z } from "zod";
import { messageOf } from "../../shared/errors.ts";
import { findNearest } from "../../shared/nearest.ts";
import { compileNoteKey } from "../note-keys.ts";
import { MAX_BAN_CHARACTERS, MAX_BANS } from "../style.ts";
import { tidyKey, tidyLine } from "../tidy.ts";
import { type PlainYaml, parsePlainYaml } from "./plain-yaml.ts";
import type { ProblemList } from "./problems.ts";

/** Most characters of the front matter; deep YAML takes time in the square of its length. */
const MAX_FRONT_MATTER_CHARACTERS = 65_536;
const MAX_FIELD_CHARACTERS = 1000;
const MAX_BIASES = 50;

const text = z
  .string("text is expected")
  .max(MAX_FIELD_CHARACTERS, `at most ${MAX_FIELD_CHARACTERS} characters`);
const filled = z.string().min(1, "must not be empty");
const line = text.transform(tidyLine).pipe(filled);
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

const noteKey = text
  .transform(tidyKey)
  .pipe(filled)
  .superRefine((words, context) => {
    const result = words === "" ? undefined : compileNoteKey(words);
    if (result?.kind === "bad") context.addIssue({ code: "custom", message: result.problem });
  });

const note = z.strictObject({
  name: line,
  keys: z.array(noteKey, "a list is expected").max(50, "at most 50 keys").optional(),
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

export type FrontMatter = z.infer<typeof frontMatter>;
export type Path = readonly PropertyKey[];

/** Finds the place of a field: line and column from 1. */
type Locate = (path: Path, key?: string) => readonly [line: number, column: number];

/** The front matter as far as it could be read. */
export interface FrontMatterFile {
  /** As YAML gives it: maps, lists and texts. */
  readonly value: unknown;
  /** Absent when a field is wrong. */
  readonly data: FrontMatter | undefined;
  readonly locate: Locate;
}

/** Reads the fields and adds every mistake to `problems`; nothing when it is no YAML at all. */
export function readFrontMatter(
  yaml: string,
  firstLine: number,
  problems: ProblemList,
): FrontMatterFile | undefined {
  if (yaml.length > MAX_FRONT_MATTER_CHARACTERS) {
    problems.add(`the front matter has more than ${MAX_FRONT_MATTER_CHARACTERS} characters`, firstLine, 1);
    return undefined;
  }
  let yamlFile: PlainYaml;
  let value: unknown;
  try {
    yamlFile = parsePlainYaml(yaml);
    value = yamlFile.problems.length === 0 ? yamlFile.document.toJS({ maxAliasCount: 0 }) : undefined;
  } catch (error) {
    problems.add(`the front matter is not YAML that can be read: ${messageOf(error)}`, firstLine, 1);
    return undefined;
  }
  const place = (offset: number): readonly [number, number] => {
    const { line, col } = yamlFile.place(offset);
    return [line + firstLine - 1, Math.max(1, col)];
  };
  for (const { message, offset } of yamlFile.problems) problems.add(message, ...place(offset));
  if (yamlFile.problems.length > 0) return undefined;
  const locate: Locate = (path, name) => place(offsetOf(yamlFile.document, path, name));
  const result = frontMatter.safeParse(value, { reportInput: true });
  for (const issue of result.error?.issues ?? []) reportIssue(issue, locate, problems);
  return { value, data: result.data, locate };
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

function isWord(text: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N}'-]{0,39}$/u.test(text);
}
