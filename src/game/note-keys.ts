/**
 * Keys of world notes: words and phrases with simple English inflection, or `/regex/i`; several joined by ` & ` must all
 * occur, and one that begins with `!` holds the note back. A regex from a story file must
 * not be able to hang the game, so nested quantifiers are refused and the searched text is bounded.
 */
import { messageOf } from "../shared/errors.ts";

/** Most characters of a text that keys are looked for in; the end of the text is what counts. */
const MAX_SEARCHED_CHARACTERS = 3000;
/** Most characters of a key. */
const MAX_KEY_CHARACTERS = 200;

type KeyMatcher = (text: string) => boolean;

/** `problem` is a sentence for the author. */
export type CompiledKey =
  | { readonly kind: "ok"; readonly matches: KeyMatcher }
  | { readonly kind: "bad"; readonly problem: string };

/** A whole key: what it needs, and whether it holds the note back instead of firing it. */
export interface NoteKey {
  readonly written: string;
  readonly isNot: boolean;
  /** Whether its parts occur, each in any of the texts. */
  readonly matches: (texts: readonly string[]) => boolean;
}

/** Reads `wolf`, `wolf & forest`, `!dream`, `wolf & !dream`; a bad key is a value, not a throw. */
export function compileNoteKey(
  written: string,
): { readonly kind: "ok"; readonly key: NoteKey } | (CompiledKey & { kind: "bad" }) {
  const parts = splitKey(written).map((part) => ({
    isNot: part.startsWith("!"),
    part: part.replace(/^!\s*/, ""),
  }));
  const matchers: { isNot: boolean; matches: KeyMatcher }[] = [];
  for (const { isNot, part } of parts) {
    const result = compileKey(part);
    if (result.kind === "bad") return result;
    matchers.push({ isNot, matches: result.matches });
  }
  const isNot = matchers.every((matcher) => matcher.isNot);
  const matches = (texts: readonly string[]) =>
    matchers.every((matcher) => texts.some(matcher.matches) !== (matcher.isNot && !isNot));
  return { kind: "ok", key: { written, isNot, matches } };
}

/** A regex is one part, whatever it holds. */
function splitKey(key: string): string[] {
  return /^!?\s*\/(?:\\.|[^/\\])+\/[a-z]*$/.test(key) ? [key] : key.split(/\s+&\s+/);
}

/** Compiles one part of a key; a bad one is a value, not a throw. */
export function compileKey(key: string): CompiledKey {
  if (key.length > MAX_KEY_CHARACTERS) {
    return {
      kind: "bad",
      problem: `the key has ${key.length} characters; at most ${MAX_KEY_CHARACTERS} fit`,
    };
  }
  const regex = /^\/(.+)\/([a-z]*)$/.exec(key);
  if (regex !== null) return compileRegex(regex[1]!, regex[2]!);
  const pattern = patternOf(key);
  return pattern === undefined
    ? { kind: "bad", problem: "the key has no letters or digits" }
    : matcher(pattern);
}

function matcher(pattern: RegExp): CompiledKey {
  return { kind: "ok", matches: (text) => pattern.test(text.slice(-MAX_SEARCHED_CHARACTERS)) };
}

function compileRegex(source: string, flags: string): CompiledKey {
  if (!/^[iu]*$/.test(flags)) return { kind: "bad", problem: `flags "${flags}": only i and u are allowed` };
  const danger = findSlowPattern(source);
  if (danger !== undefined) return { kind: "bad", problem: `/${source}/ ${danger}` };
  try {
    return matcher(new RegExp(source, flags));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { kind: "bad", problem: messageOf(error) };
  }
}

/**
 * Why a pattern could take long. Backtracking tries every combination of its choices, so they are counted: a repeated
 * group may not itself repeat or choose, one unbounded repetition is allowed, and the ways through alternatives and
 * optional parts are multiplied. Stricter than need be, and simple.
 */
function findSlowPattern(source: string): string | undefined {
  const plain = source.replace(/\\[^1-9k]/g, "x").replace(/\[(?:\\.|[^\]\\])*\]/g, "x");
  if (/\\[1-9k]/.test(plain)) return "uses a back reference";
  const groups: { isRisky: boolean; ways: number }[] = [];
  let ways = 1;
  let unbounded = 0;
  for (const [token] of plain.matchAll(/\(\??|\)(?:[*+?]|\{\d+(?:,\d*)?\})?|[*+?]|\{\d+(?:,\d*)?\}|\|/g)) {
    const group = groups.at(-1);
    if (token.startsWith("(")) {
      groups.push({ isRisky: false, ways: 1 });
      continue;
    }
    if (token === "|") {
      if (group !== undefined) Object.assign(group, { isRisky: true, ways: group.ways + 1 });
      continue;
    }
    const quantifier = token.replace(")", "");
    if (token.startsWith(")")) {
      groups.pop();
      ways *= group?.ways ?? 1;
      if (group?.isRisky && /[*+{]/.test(quantifier)) return "repeats a group that itself repeats or chooses";
    }
    if (quantifier === "?") ways *= 2;
    else if (/[*+,]/.test(quantifier)) unbounded++;
    const around = groups.at(-1);
    if (around !== undefined && (quantifier !== "" || group?.isRisky)) around.isRisky = true;
  }
  if (unbounded > 1) return "has more than one repetition without a fixed count";
  const limit = unbounded === 0 ? 64 : 8;
  return ways > limit ? `has ${ways} ways to match; at most ${limit} are allowed here` : undefined;
}

/** A phrase as one pattern: words with inflection, any white space or a hyphen between them, at word edges. */
function patternOf(key: string): RegExp | undefined {
  const words = key.toLowerCase().match(/[\p{L}\p{N}]+(?:'[\p{L}\p{N}]+)*/gu);
  if (words === null) return undefined;
  const body = words.map((word) => `(?:${formsOf(word).join("|")})`).join("[\\s,-]+");
  return new RegExp(`(?<![\\p{L}\\p{N}])${body}(?![\\p{L}\\p{N}])`, "iu");
}

/**
 * A word's regular forms: plural, past and -ing, with the spelling rules that tell "star, starred" from "stared". Words
 * that are no plain letters (numbers, "U2") have one form. The key "wolves" also fires on "wolf".
 */
function formsOf(word: string): string[] {
  if (!/^[a-z]{3,}$/.test(word)) return [word];
  return [...new Set(basesOf(word).flatMap((base) => [base, ...pluralsOf(base), ...verbFormsOf(base)]))];
}

function pluralsOf(word: string): string[] {
  if (/(?:[sxzo]|ch|sh)$/.test(word)) return [`${word}es`, `${word}s`];
  if (/[^aeiou]y$/.test(word)) return [word.replace(/y$/, "ies")];
  if (/(?:[^f]f|fe)$/.test(word)) return [`${word}s`, word.replace(/fe?$/, "ves")];
  return [`${word}s`];
}

function verbFormsOf(word: string): string[] {
  if (word.endsWith("e")) return [`${word}d`, word.replace(/e$/, "ing"), `${word}ing`];
  if (/[^aeiou]y$/.test(word)) return [word.replace(/y$/, "ied"), `${word}ing`];
  const isShort = /^[^aeiou]*[aeiou][^aeiouwxy]$/.test(word);
  const stems = isShort
    ? [word + word.at(-1)]
    : /[aeiou][^aeiouwxy]$/.test(word)
      ? [word, word + word.at(-1)]
      : [word];
  return stems.flatMap((stem) => [`${stem}ed`, `${stem}ing`]);
}

/** The word itself and, for a regular plural, its singular; long words only, so that "bus" and "glass" stay. */
function basesOf(word: string): string[] {
  if (word.length > 4 && word.endsWith("ves"))
    return [word, word.replace(/ves$/, "f"), word.replace(/ves$/, "fe"), word.slice(0, -1)];
  if (word.length > 4 && word.endsWith("ies")) return [word, word.replace(/ies$/, "y")];
  if (word.length > 4 && /(?:ch|sh|x|ss|zz)es$/.test(word)) return [word, word.slice(0, -2)];
  if (word.length > 3 && /[^sui]s$/.test(word)) return [word, word.slice(0, -1)];
  return [word];
}
