/**
 * What a save file holds, checked whenever one is read. Version 1; see docs/formats/save.md. Any change to the shape
 * needs a new version, because unknown fields are refused.
 */
import { z } from "zod";
import { AppError } from "../../shared/errors.ts";
import { stripControls } from "../../shared/text.ts";
import type { Adventure } from "../adventure.ts";
import { findTreeFault } from "../story-tree.ts";

/** The version this program writes, and the only one it reads. */
export const SAVE_VERSION = 1;
export const SAVE_KIND = "brasslamp.save";

/** Old saves, shared saves and edited saves are all untrusted: no control sequence gets past here. */
const text = z.string().transform(stripControls);
const u32 = z.int().min(0).max(0xffff_ffff);
const count = z.int().min(0);
const time = z.iso.datetime();

const bracketLine = z.strictObject({ name: text, text });
const worldNote = z.strictObject({
  name: text,
  keys: z.array(text),
  text,
  always: z.boolean(),
  scan: count.exactOptional(),
  priority: z.int().exactOptional(),
  cooldown: count.exactOptional(),
  delay: count.exactOptional(),
});

const storySeed = z.strictObject({
  id: text,
  title: text,
  genre: text.exactOptional(),
  tone: text.exactOptional(),
  note: text.exactOptional(),
  you: text.exactOptional(),
  author: text.exactOptional(),
  licence: text.exactOptional(),
  remember: z.array(text),
  notes: z.array(worldNote),
  placeholders: z.array(z.strictObject({ key: text, ask: text, default: text })),
  ban: z.array(text).exactOptional(),
  bias: z.record(z.string(), z.number().min(-2).max(2)).exactOptional(),
  opening: text,
  source: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("markdown") }),
    // ink's JSON is kept as it is: what it tells is cleaned when it is told
    z.strictObject({ kind: z.literal("ink"), compiled: z.string() }),
  ]),
});

const node = z.strictObject({
  id: count,
  parent: count.nullable(),
  lastChild: count.nullable(),
  action: z.strictObject({ kind: z.enum(["do", "say", "story", "choice", "continue"]), text }),
  typed: text,
  inserted: z.array(bracketLine),
  passage: text,
  ink: z.strictObject({ state: z.string(), choices: z.array(text), ended: z.boolean() }).exactOptional(),
  ended: z.boolean(),
  seed: u32,
  at: time,
});

const saveSchema = z.strictObject({
  kind: z.literal(SAVE_KIND),
  version: z.literal(SAVE_VERSION),
  revision: count,
  title: text,
  turns: count,
  createdAt: time,
  updatedAt: time,
  seed: u32,
  model: z.strictObject({ name: text, sha256: text }),
  story: storySeed,
  answers: z.record(z.string(), text),
  remembered: z.array(text),
  notes: z.array(worldNote),
  tone: text.exactOptional(),
  earlier: text.exactOptional(),
  factEdits: z.strictObject({ forgotten: z.array(text), locked: z.array(text) }).exactOptional(),
  style: z
    .strictObject({ preset: text.exactOptional(), dials: z.record(z.string(), z.number()) })
    .exactOptional(),
  bans: z.array(text).exactOptional(),
  tree: z.strictObject({ current: count, nodes: z.array(node).min(1) }),
});

const summarySchema = z.object({ title: text, turns: count, updatedAt: time, revision: count });

/** An adventure as it stands in a file. `revision` counts the writes; `turns` and `title` repeat what lists show. */
export interface SaveFile extends Adventure {
  readonly kind: typeof SAVE_KIND;
  readonly version: typeof SAVE_VERSION;
  readonly revision: number;
  readonly turns: number;
}

/** What a list shows, taken from the front of the file without checking the rest. */
export type SaveHead = z.infer<typeof summarySchema>;

/** Reads the text of a save. Throws `save.corrupt`, or `save.version` for one that a newer program wrote. */
export function parseSave(json: string, name: string): SaveFile {
  const value = parseVersioned(json, name);
  const result = saveSchema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw corrupt(name, `${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "not as expected"}`);
  }
  const fault = findTreeFault(result.data.tree);
  if (fault !== undefined) throw corrupt(name, fault);
  return result.data;
}

/** Reads only what a list shows. Throws as `parseSave` does. */
export function parseSaveHead(json: string, name: string): SaveHead {
  const result = summarySchema.safeParse(parseVersioned(json, name));
  if (!result.success) throw corrupt(name, "title, turns or time are missing");
  return result.data;
}

function parseVersioned(json: string, name: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw corrupt(
      name,
      json.trim() === "" ? "the file is empty" : "the file is cut short or is not JSON",
      error,
    );
  }
  const head = z.object({ kind: z.literal(SAVE_KIND), version: z.int().min(1) }).safeParse(value);
  if (!head.success) throw corrupt(name, "it is not a Brasslamp save");
  if (head.data.version > SAVE_VERSION) {
    throw new AppError(
      "save.version",
      `The save "${name}" is version ${head.data.version}; this Brasslamp reads version ${SAVE_VERSION}.`,
      { hint: "Update Brasslamp to play it. The file has not been touched." },
    );
  }
  return value;
}

function corrupt(name: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    "save.corrupt",
    stripControls(`The save "${name}" is damaged: ${reason}.`).slice(0, 400),
    {
      hint: "The file has not been changed. Others are listed by /load, or: brasslamp saves",
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
