/**
 * What can be counted in told adventures, the same for ours and for reference ones. Shares are between 0 and 1.
 * seq-rep-n: Welleck et al. 2020 (arXiv 1908.04319); distinct-n: Li et al. 2016 (arXiv 1510.03055).
 */
import { countQuotes, splitSentences } from "../narrator/sentences.ts";
import { jaccard, mostRepeated, shinglesOf, wordsOf } from "../narrator/similarity.ts";
import type { Transcript, TranscriptTurn } from "./transcript.ts";

export interface Metrics {
  readonly adventures: number;
  readonly passages: number;
  readonly wordsPerPassage: number;
  /** Passages with a sentence or a run of six words three times in them. */
  readonly loops: number;
  /** Passages more than half of whose word trigrams stood in one of the last 12 passages. */
  readonly nearDuplicates: number;
  /** Share of 4-grams of words that repeat one of the same passage. */
  readonly seqRep4: number;
  /** Share of 4-grams of words that stood in the last 12 passages. */
  readonly seqRep4Recent: number;
  /** Different n-grams in a stretch of 1,000 words, as a share, averaged over all stretches. */
  readonly distinct1: number;
  readonly distinct2: number;
  readonly distinct3: number;
  /** Passages that do not end with a sentence, or leave a quotation open. */
  readonly unfinished: number;
  /** Passages with a line that looks like an action or a bracket line. */
  readonly offFormat: number;
  /** Passages that speak of "you" outside quotations. */
  readonly secondPerson: number;
  /** Passages that speak of "I" outside quotations. */
  readonly firstPerson: number;
  /** Passages that take up a word of the action with some meaning. */
  readonly answersAction: number;
  /** Of the passages whose action names a note: those in which its name or a word of it turns up. */
  readonly usesNotes: number;
  readonly notesNamed: number;
}

const REMEMBERED_PASSAGES = 12;
const STRETCH_WORDS = 1000;
const COMMON = new Set(
  (
    "you your the and for with from into onto that this what where when who how say says ask asks tell tells shout look go " +
    "take try them they him her his she are was were will have has had not but out over down back again here there about " +
    "than then some any all one two very its get make come"
  ).split(" "),
);

/** Measures adventures. Figures of an empty list are 0. */
export function measure(transcripts: readonly Transcript[]): Metrics {
  const perPassage = transcripts.flatMap(measurePassages);
  const share = (count: (passage: PassageFacts) => boolean) =>
    mean(perPassage.map((passage) => Number(count(passage))));
  const named = perPassage.filter((passage) => passage.usesNote !== undefined);
  const words = transcripts.flatMap(({ turns }) => turns.flatMap(({ passage }) => wordsOf(passage)));
  return {
    adventures: transcripts.length,
    passages: perPassage.length,
    wordsPerPassage: mean(perPassage.map(({ wordCount }) => wordCount)),
    loops: share(({ loops }) => loops),
    nearDuplicates: share(({ isNearDuplicate }) => isNearDuplicate),
    seqRep4: mean(perPassage.map(({ seqRep4 }) => seqRep4)),
    seqRep4Recent: mean(perPassage.map(({ seqRep4Recent }) => seqRep4Recent)),
    distinct1: distinct(words, 1),
    distinct2: distinct(words, 2),
    distinct3: distinct(words, 3),
    unfinished: share(({ isUnfinished }) => isUnfinished),
    offFormat: share(({ isOffFormat }) => isOffFormat),
    secondPerson: share(({ narration }) => /\byou(?:r|rs|rself)?\b/i.test(narration)),
    firstPerson: share(({ narration }) => /\b(?:I|I'm|I've|I'll|my|me)\b/.test(narration)),
    answersAction: share(({ answersAction }) => answersAction),
    usesNotes: mean(named.map(({ usesNote }) => Number(usesNote))),
    notesNamed: named.length,
  };
}

interface PassageFacts {
  readonly wordCount: number;
  readonly loops: boolean;
  readonly isNearDuplicate: boolean;
  readonly seqRep4: number;
  readonly seqRep4Recent: number;
  readonly isUnfinished: boolean;
  readonly isOffFormat: boolean;
  readonly narration: string;
  readonly answersAction: boolean;
  readonly usesNote: boolean | undefined;
}

function measurePassages(transcript: Transcript): PassageFacts[] {
  const trigrams = transcript.turns.map(({ passage }) => shinglesOf(wordsOf(passage), 3));
  return transcript.turns.map((turn, i) => {
    const { passage } = turn;
    const words = wordsOf(passage);
    const recent = transcript.turns.slice(Math.max(0, i - REMEMBERED_PASSAGES), i);
    const known = new Set(recent.flatMap((other) => ngrams(wordsOf(other.passage), 4)));
    const fourgrams = ngrams(words, 4);
    return {
      wordCount: words.length,
      loops: hasLoop(passage, words),
      isNearDuplicate: trigrams
        .slice(Math.max(0, i - REMEMBERED_PASSAGES), i)
        .some((other) => jaccard(trigrams[i]!, other) > 0.5),
      seqRep4: fourgrams.length === 0 ? 0 : 1 - new Set(fourgrams).size / fourgrams.length,
      seqRep4Recent: mean(fourgrams.map((gram) => Number(known.has(gram)))),
      isUnfinished:
        !/[.!?]["')]*$/.test(passage.replace(/\s*THE END$/, "").trim()) || countQuotes(passage) % 2 === 1,
      isOffFormat: /^\s*[>[]/m.test(passage),
      narration: passage.replace(/"[^"]*"/g, " "),
      answersAction: turn.action === "" || sharesMeaning(turn.action, passage),
      usesNote: usesNamedNote(transcript, turn),
    };
  });
}

function hasLoop(passage: string, words: readonly string[]): boolean {
  const counts = new Map<string, number>();
  for (const sentence of splitSentences(passage)) {
    const key = wordsOf(sentence).join(" ");
    if (key !== "") counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return mostRepeated(words, 6) >= 3 || [...counts.values()].some((count) => count >= 3);
}

/** Undefined when the action names no note of the header or the turn. */
function usesNamedNote({ header, turns }: Transcript, turn: TranscriptTurn): boolean | undefined {
  const fixed = new Set(["Title", "Genre", "Tone", "You", "Remember", "Earlier", "Scene"]);
  const known = [...header, ...turns.slice(0, turns.indexOf(turn) + 1).flatMap(({ inserted }) => inserted)];
  const named = known.filter(({ name }) => !fixed.has(name) && sharesMeaning(name, turn.action));
  if (named.length === 0) return undefined;
  return named.some(({ name, text }) => sharesMeaning(`${name} ${text}`, turn.passage));
}

/** Whether two texts have a word in common that means something; plural and simple verb endings are ignored. */
function sharesMeaning(a: string, b: string): boolean {
  const stems = new Set(meaningful(b));
  return meaningful(a).some((stem) => stems.has(stem));
}

function meaningful(text: string): string[] {
  return wordsOf(text)
    .filter((word) => word.length > 2 && !COMMON.has(word))
    .map((word) => word.replace(/(?:'s|ing|ed|es|s|e)$/, ""));
}

function ngrams(words: readonly string[], n: number): string[] {
  return Array.from({ length: Math.max(0, words.length - n + 1) }, (_, i) => words.slice(i, i + n).join(" "));
}

/** A share that does not depend on how much was told: averaged over stretches of equal length. */
function distinct(words: readonly string[], n: number): number {
  const shares: number[] = [];
  for (let start = 0; start + STRETCH_WORDS <= words.length; start += STRETCH_WORDS) {
    const grams = ngrams(words.slice(start, start + STRETCH_WORDS), n);
    shares.push(new Set(grams).size / grams.length);
  }
  const grams = ngrams(words, n);
  return shares.length > 0 || grams.length === 0 ? mean(shares) : new Set(grams).size / grams.length;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
