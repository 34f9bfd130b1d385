/**
 * The repetition guard: judges one sentence before anybody sees it. Each verdict has a name that the inspector shows. A
 * rejected sentence is sampled anew by the passage writer; text that was shown is never taken back.
 */
import type { CertainFacts } from "../game/ports.ts";
import { contradicts } from "./contradiction.ts";
import { splitSentences } from "./sentences.ts";
import { jaccard, mostRepeated, shinglesOf, wordsOf } from "./similarity.ts";

export type Verdict =
  | "empty"
  | "unfinished"
  | "off format"
  | "first person"
  | "loops inside"
  | "repeats this passage"
  | "repeats an earlier passage"
  | "echoes the action"
  | "echoes a note"
  | "contradicts a fact";

/** What a sentence is compared with. */
export interface GuardContext {
  /** The passages told last, oldest first; the guard is given as many as it should remember. */
  readonly recentPassages: readonly string[];
  /** The player's action of this turn, without `> `; empty for none. */
  readonly action: string;
  /** The texts of the bracket lines in the prompt. */
  readonly notes: readonly string[];
  readonly facts?: CertainFacts;
}

/** Sentences of at least this many words are compared by their word trigrams, shorter ones must be equal to count. */
const SHINGLED_WORDS = 6;
const NEAR_DUPLICATE = 0.42;
/** Short sentences ("He nods.") may come back after this many passages. */
const SHORT_MEMORY = 2;

interface Known {
  readonly words: string;
  readonly shingles: ReadonlySet<string>;
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
    if (loopsInside(words)) return "loops inside";
    const known = knownOf(sentence);
    if (told.some((other) => isRepeat(known, knownOf(other), words.length))) return "repeats this passage";
    if (mostRepeated(wordsOf([...told, sentence].join(" ")), 6) > 1) return "repeats this passage";
    if (isEcho(known, action, words.length)) return "echoes the action";
    const memory = words.length < SHINGLED_WORDS ? latest : earlier;
    if (memory.some((other) => isRepeat(known, other, words.length))) return "repeats an earlier passage";
    if (words.length >= SHINGLED_WORDS && notes.some((note) => isRepeat(known, note, words.length)))
      return "echoes a note";
    if (context.facts !== undefined && contradicts(sentence, context.facts)) return "contradicts a fact";
    return null;
  };
}

/** Whether a text runs in circles in itself: a word four times in a row, or a run of three words three times. */
export function loopsInside(words: readonly string[]): boolean {
  if (
    words.some((word, i) => i >= 3 && word === words[i - 1] && word === words[i - 2] && word === words[i - 3])
  )
    return true;
  return mostRepeated(words, 3) >= 3;
}

function knownOf(sentence: string): Known {
  const words = wordsOf(sentence);
  return { words: words.join(" "), shingles: shinglesOf(words, 3) };
}

function isRepeat(sentence: Known, other: Known, wordCount: number): boolean {
  if (sentence.words === other.words) return true;
  return wordCount >= SHINGLED_WORDS && jaccard(sentence.shingles, other.shingles) >= NEAR_DUPLICATE;
}

/** An echo adds nothing to the action's own words; a short "You wait." as an answer to waiting is one too. */
function isEcho(sentence: Known, action: Known, wordCount: number): boolean {
  return action.words !== "" && isRepeat(sentence, action, wordCount);
}

/** Marks of another kind of text: brackets, markup, addresses, bytes that are no text, or another script. */
function isOffFormat(sentence: string): boolean {
  if (/[<>[\]{}|\\^~`#*=_@\ufffd]|https?:|www\./.test(sentence)) return true;
  if (/(.)\1{4,}/u.test(sentence)) return true;
  const letters = sentence.match(/\p{L}/gu)?.length ?? 0;
  const latin = sentence.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return letters - latin > 2 && latin > 0;
}

/** The narrator says "you"; "I" and "my" belong inside quotations. */
function isFirstPerson(sentence: string): boolean {
  const outside = sentence.replace(/["\u201c][^"\u201c\u201d]*["\u201d]/g, " ");
  return /\b(?:I|I'm|I've|I'll|I'd|me|my|myself)\b/.test(outside.replace(/\bI\./g, " "));
}
