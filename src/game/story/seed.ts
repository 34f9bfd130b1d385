/**
 * A story before anybody plays it: one shape for Markdown and ink stories, kept whole in every save so that an adventure
 * can be played on when the story file has changed or is gone. Owns the placeholders.
 */
import { AppError } from "../../shared/errors.ts";
import type { BracketLine } from "../ports.ts";
import { tidyLine } from "../tidy.ts";
import type { WorldNote } from "../world-notes.ts";

/** A question asked before the story begins; `${key}` in the story's text becomes the answer. */
export interface Placeholder {
  readonly key: string;
  readonly ask: string;
  readonly default: string;
}

/** `compiled` is ink's own JSON, includes and all. */
type StorySource = { readonly kind: "markdown" } | { readonly kind: "ink"; readonly compiled: string };

export interface StorySeed {
  /** File name without its extensions. */
  readonly id: string;
  readonly title: string;
  readonly genre?: string;
  readonly tone?: string;
  /** The author's note: how it is told, at more length; stands in the place of `tone`. */
  readonly note?: string;
  /** Who the player is. */
  readonly you?: string;
  readonly author?: string;
  readonly licence?: string;
  readonly remember: readonly string[];
  readonly notes: readonly WorldNote[];
  readonly placeholders: readonly Placeholder[];
  /** Phrases that are never told. */
  readonly ban?: readonly string[];
  /** Words to tell more often (up to 2) or less (down to -2). */
  readonly bias?: Readonly<Record<string, number>>;
  /** Paragraphs separated by a blank line; empty for ink, which tells its own opening. */
  readonly opening: string;
  readonly source: StorySource;
}

/** Answers to placeholders, by key. */
export type Answers = Readonly<Record<string, string>>;

/** Most characters of one answer. */
const MAX_ANSWER_CHARACTERS = 200;

/** `${key}`; the group is what stands between the braces. */
const PLACEHOLDER_PATTERN = /\$\{([^}\n]*)\}/g;

/**
 * The answer as it will stand in the text. Empty answers become the default.
 * Throws `option.answer` when it is longer than `MAX_ANSWER_CHARACTERS`.
 */
export function tidyAnswer(placeholder: Placeholder, answer: string): string {
  const clean = tidyLine(answer);
  if (clean.length > MAX_ANSWER_CHARACTERS) {
    throw new AppError(
      "option.answer",
      `That is ${clean.length} characters; at most ${MAX_ANSWER_CHARACTERS} fit.`,
    );
  }
  return clean === "" ? placeholder.default : clean;
}

/**
 * Answers for every placeholder, defaults where none is given.
 * Throws `option.answer` for an answer that is too long or that the story does not ask for.
 */
export function completeAnswers(seed: StorySeed, given: Answers = {}): Answers {
  const keys = seed.placeholders.map(({ key }) => key);
  const stranger = Object.keys(given).find((key) => !keys.includes(key));
  if (stranger !== undefined) {
    const known = keys.length === 0 ? "It asks nothing." : `It asks for: ${keys.join(", ")}.`;
    throw new AppError("option.answer", `"${seed.title}" does not ask for "${stranger}".`, { hint: known });
  }
  const entries = seed.placeholders.map((placeholder) => {
    const { key } = placeholder;
    return [key, tidyAnswer(placeholder, Object.hasOwn(given, key) ? given[key]! : "")];
  });
  return Object.fromEntries(entries);
}

/** The story with its placeholders filled in; text that comes in with an answer is not expanded again. */
export function fillPlaceholders(seed: StorySeed, answers: Answers): StorySeed {
  const fill = (text: string) =>
    text.replace(PLACEHOLDER_PATTERN, (whole, key: string) =>
      Object.hasOwn(answers, key) ? answers[key]! : whole,
    );
  const optional = (["genre", "tone", "note", "you"] as const).flatMap((field) => {
    const text = seed[field];
    return text === undefined ? [] : [[field, fill(text)]];
  });
  return {
    ...seed,
    ...Object.fromEntries(optional),
    title: fill(seed.title),
    remember: seed.remember.map(fill),
    notes: seed.notes.map((note) => ({
      ...note,
      name: fill(note.name),
      keys: note.keys.map(fill),
      text: fill(note.text),
    })),
    ...(seed.ban === undefined ? {} : { ban: seed.ban.map(fill) }),
    opening: fill(seed.opening),
  };
}

/** The header lines of the prompt, in order; fields the story does not have are left out. */
export function headerOf(seed: StorySeed): readonly BracketLine[] {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ["Title", seed.title],
    ["Genre", seed.genre],
    ["Tone", seed.note ?? seed.tone],
    ["You", seed.you],
  ];
  return lines.flatMap(([name, text]) => (text === undefined || text === "" ? [] : [{ name, text }]));
}
