/**
 * The repetition guard: judges one sentence before anybody sees it. Each verdict has a name that the inspector shows. A
 * rejected sentence is sampled anew by the passage writer; text that was shown is never taken back.
 */
import type { CertainFacts, NarrationRequest } from "../game/ports.ts";
import { contradicts } from "./contradiction.ts";
import { formatAction } from "./prompt-format.ts";
import { splitSentences } from "./sentences.ts";
import { PASSAGE } from "./settings.ts";
import { jaccard, mostRepeated, shinglesOf, wordsOf } from "./similarity.ts";
import { stemOf, termsOf } from "./terms.ts";

export type Verdict =
  | "empty"
  | "unfinished"
  | "off format"
  | "first person"
  | "loops inside"
  | "repeats this passage"
  | "repeats an earlier passage"
  | "echoes the action"
  | "mistakes the action"
  | "echoes a note"
  | "contradicts a fact";

/** What a sentence is compared with. */
export interface GuardContext {
  /** The passages told last, oldest first; the guard is given as many as it should remember. */
  readonly recentPassages: readonly string[];
  /** The player's action of this turn, without `> `; empty for none. */
  readonly action: string;
  /** The same where it is something the player does or says; empty for prose, which is continued and not answered. */
  readonly deed: string;
  /** The texts of the bracket lines in the prompt. */
  readonly notes: readonly string[];
  readonly facts?: CertainFacts;
}

/** Sentences of at least this many words are compared by their word trigrams, shorter ones must be equal to count. */
const SHINGLED_WORDS = 6;
const NEAR_DUPLICATE = 0.42;
/** A run of so many words stands in a passage once. */
const REPEATED_RUN_WORDS = 4;
/** So many sentences of a passage may begin with the same two words. */
const MOST_ALIKE = 2;
/** A sentence of at most so many words says no three of them twice. */
const SHORT_WORDS = 16;
/** A sentence that begins with so many of the action's words speaks of the same act. */
const TAKEN_UP_WORDS = 2;
/** What comes before the name of a thing. */
const DETERMINERS = new Set(
  "a an the my your his her its our their this that these those some any".split(" "),
);
/** Short sentences ("He nods.") may come back after this many passages. */
const SHORT_MEMORY = 2;

/** Two words or more in capital letters; "I" and "A" alone are no sign of them. */
const CAPITALS =
  /(?<![\p{L}'])(?=[IA\s,.!?]*\p{Lu}{2})(?:\p{Lu}[\p{Lu}'\d]*[\s,.!?]+)+\p{Lu}[\p{Lu}'\d]*(?![\p{L}'])/gu;

interface Known {
  readonly words: string;
  readonly shingles: ReadonlySet<string>;
}

/** What the passage of a request is compared with. */
export function guardContextOf(request: NarrationRequest): GuardContext {
  const { header, notes, opening, turns, inserted, action, facts } = request;
  const lately = turns.slice(-PASSAGE.guardedPassages).flatMap((turn) => turn.inserted);
  const lines = [...header, ...notes, ...lately, ...inserted];
  const act = formatAction(action).replace(/^> /, "");
  return {
    recentPassages: [opening, ...turns.map(({ passage }) => passage)].slice(-PASSAGE.guardedPassages),
    action: act,
    deed: action.kind === "story" ? "" : act,
    notes: [...new Set(lines.map(({ text }) => text))],
    ...(facts === undefined ? {} : { facts }),
  };
}

/** Creates the guard of one passage; `judge` answers null for a good sentence. */
export function createGuard(context: GuardContext) {
  const earlier = context.recentPassages.flatMap(splitSentences).map(knownOf);
  const latest = context.recentPassages.slice(-SHORT_MEMORY).flatMap(splitSentences).map(knownOf);
  const action = knownOf(context.action);
  const notes = context.notes.flatMap(splitSentences).map(knownOf);

  /** `sentence` is complete and clean; `told` are the accepted sentences of this passage. */
  return function judge(sentence: string, told: readonly string[]): Verdict | null {
    const words = wordsOf(sentence);
    if (words.length === 0) return "empty";
    if (isOffFormat(sentence)) return "off format";
    if (isFirstPerson(sentence)) return "first person";
    if (loopsInside(words) || saysTwice(sentence)) return "loops inside";
    const known = knownOf(sentence);
    if (told.some((other) => isRepeat(known, knownOf(other), words.length))) return "repeats this passage";
    const before = wordsOf(told.join(" "));
    if (saysAgain(before, words, REPEATED_RUN_WORDS)) return "repeats this passage";
    if (saysNothingNew(before, words) || beginsLikeOthers(told, words)) return "repeats this passage";
    // The deed itself may begin its answer: whatever is put in its place is more often wrong than better.
    if (told.length > 0 && isEcho(known, action, words)) return "echoes the action";
    if (told.length === 0 && mistakes(wordsOf(context.deed), wordsOf(withoutSpeech(sentence))))
      return "mistakes the action";
    const memory = words.length < SHINGLED_WORDS ? latest : earlier;
    if (memory.some((other) => isRepeat(known, other, words.length))) return "repeats an earlier passage";
    if (words.length >= SHINGLED_WORDS && notes.some((note) => isRepeat(known, note, words.length)))
      return "echoes a note";
    if (context.facts !== undefined && contradicts(sentence, context.facts)) return "contradicts a fact";
    return null;
  };
}

/** A loop comes back after so many words at the latest: a long speech may say "in the house" three times. */
const LOOP_WORDS = 12;

/** Whether a text runs in circles in itself: a word four times in a row, or a run of three words three times or more. */
export function loopsInside(words: readonly string[]): boolean {
  if (
    words.some((word, i) => i >= 3 && word === words[i - 1] && word === words[i - 2] && word === words[i - 3])
  )
    return true;
  return mostRepeated(words, 3) >= Math.max(3, words.length / LOOP_WORDS);
}

function withoutSpeech(sentence: string): string {
  return sentence.replace(/"[^"]*"/g, " ");
}

/** "You take the horn and take the horn": three words twice in a short sentence, speech aside. */
function saysTwice(sentence: string): boolean {
  const words = wordsOf(withoutSpeech(sentence));
  return words.length <= SHORT_WORDS && mostRepeated(words, 3) >= 2;
}

function knownOf(sentence: string): Known {
  const words = wordsOf(sentence);
  return { words: words.join(" "), shingles: shinglesOf(words, 3) };
}

function isRepeat(sentence: Known, other: Known, wordCount: number): boolean {
  if (sentence.words === other.words) return true;
  return wordCount >= SHINGLED_WORDS && jaccard(sentence.shingles, other.shingles) >= NEAR_DUPLICATE;
}

/** Whether a run of `n` words that ends in `added` stood before it, in `told` or in `added` itself. */
function saysAgain(told: readonly string[], added: readonly string[], n: number): boolean {
  const words = [...told, ...added];
  const seen = new Set<string>();
  for (let end = n; end <= words.length; end++) {
    const run = words.slice(end - n, end).join(" ");
    if (end > told.length && seen.has(run)) return true;
    seen.add(run);
  }
  return false;
}

/** Whether every three words of it stood before: "I am Pell." after "I am Pell the sheriff." */
function saysNothingNew(told: readonly string[], added: readonly string[]): boolean {
  const runs = shinglesOf(added, 3);
  const seen = shinglesOf(told, 3);
  return added.length >= 3 && [...runs].every((run) => seen.has(run));
}

/** Whether so many sentences of a passage began with its first two words that one more is a litany: "I am", "I am", "I am". */
function beginsLikeOthers(told: readonly string[], added: readonly string[]): boolean {
  const beginning = added.slice(0, 2).join(" ");
  const alike = told.filter((other) => wordsOf(other).slice(0, 2).join(" ") === beginning);
  return added.length > 2 && alike.length >= MOST_ALIKE;
}

/** An echo adds one word at most to the action's own; a short "You wait." as an answer to waiting is one too. */
function isEcho(sentence: Known, action: Known, words: readonly string[]): boolean {
  if (action.words === "" || !isRepeat(sentence, action, words.length)) return false;
  const own = new Set(action.words.split(" "));
  return words.filter((word) => !own.has(word)).length <= 1;
}

/** Whether an answer puts another thing in the place of the action's own, or beside it. */
function mistakes(action: readonly string[], words: readonly string[]): boolean {
  return putsAnother(action, words) || doublesThing(action, words);
}

/**
 * Whether a sentence begins like the action and then has another word in the place of its own: "You open the red door"
 * where it was the blue one. Only where a thing is named, and not where a word is added or left out.
 */
function putsAnother(action: readonly string[], words: readonly string[]): boolean {
  const place = words.findIndex((word, i) => word !== action[i]);
  if (place < TAKEN_UP_WORDS || place >= action.length) return false;
  const [wanted, seen] = [action[place]!, words[place]!];
  const isContent = (word: string) => termsOf(word).length > 0;
  const names = words.slice(0, place).some((word) => DETERMINERS.has(word));
  return names && isContent(wanted) && isContent(seen) && !isAmong(wanted, words) && !isAmong(seen, action);
}

/** Whether the thing that the action ends with comes twice: "You pull the red door open and open the blue door." */
function doublesThing(action: readonly string[], words: readonly string[]): boolean {
  const thing = action.at(-1) ?? "";
  const isThing = termsOf(thing).length > 0 && action.slice(-4, -1).some((word) => DETERMINERS.has(word));
  const count = (all: readonly string[]) => all.filter((word) => stemOf(word) === stemOf(thing)).length;
  return isThing && count(words) > count(action);
}

function isAmong(word: string, words: readonly string[]): boolean {
  const stem = stemOf(word);
  return words.some((other) => stemOf(other) === stem);
}

/** Marks of another kind of text: brackets, markup, addresses, bytes that are no text, or another script. */
function isOffFormat(sentence: string): boolean {
  if (/[<>[\]{}|\\^~`#*=_@\ufffd]|https?:|www\./.test(sentence)) return true;
  if (/(.)\1{4,}/u.test(sentence)) return true;
  const letters = sentence.match(/\p{L}/gu)?.length ?? 0;
  const latin = sentence.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return letters - latin > 2 && latin > 0;
}

/** The narrator says "you"; "I" and "my" belong inside quotations, and in what is WRITTEN ON A WALL. */
function isFirstPerson(sentence: string): boolean {
  const outside = sentence.replace(/["\u201c][^"\u201c\u201d]*["\u201d]/g, " ").replace(CAPITALS, " ");
  return /\b(?:I|I'm|I've|I'll|I'd|me|my|myself)\b/.test(outside.replace(/\bI\./g, " "));
}
