/**
 * A running summary of what has left the window: a few of its own sentences, chosen by the weight of their words, names
 * and novelty (after SumBasic, Nenkova and Vanderwende 2005). Extractive, so it can be dull but never wrong; the person
 * stays "you" because the sentences are the story's.
 */
import type { PastSentence } from "./past.ts";

const MOST_SENTENCES = 3;
const LEAST_TERMS = 3;
const MOST_WORDS = 28;
const NAME_FACTOR = 2;
/** What is left of a word's weight once a chosen sentence has said it. */
const SAID_BEFORE = 0.2;
const LEANING_FACTOR = 0.5;

/** One to three sentences in the order of the story, for as long as `fits` agrees; empty when nothing is worth telling. */
export function summarize(past: readonly PastSentence[], fits: (summary: string) => boolean): string {
  const candidates = past.filter(canStandAlone);
  const weights = weighTerms(past);
  let chosen: PastSentence[] = [];
  while (chosen.length < MOST_SENTENCES) {
    const open = candidates.filter((one) => !chosen.some(({ read }) => read.text === one.read.text));
    const best = open
      .map((sentence) => ({ sentence, score: scoreOf(sentence, weights) }))
      .sort((a, b) => b.score - a.score)
      .find(({ sentence }) => fits(tell([...chosen, sentence])))?.sentence;
    if (best === undefined) break;
    chosen = [...chosen, best];
    for (const { stem } of best.read.terms) weights.set(stem, weights.get(stem)! * SAID_BEFORE);
  }
  return tell(chosen);
}

function tell(sentences: readonly PastSentence[]): string {
  return sentences
    .toSorted((a, b) => a.turn - b.turn)
    .map(({ read }) => read.text)
    .join(" ");
}

/** A word weighs by how often it comes up, held back when it comes up everywhere (tf-idf, Sparck Jones 1972); names double. */
function weighTerms(past: readonly PastSentence[]): Map<string, number> {
  const weights = new Map<string, number>();
  const names = new Set<string>();
  for (const { read } of past)
    for (const { stem, isName } of read.terms) {
      weights.set(stem, (weights.get(stem) ?? 0) + 1);
      if (isName) names.add(stem);
    }
  for (const [stem, count] of weights) {
    const rarity = Math.log((past.length + 1) / Math.min(count, past.length));
    weights.set(stem, Math.log1p(count) * rarity * (names.has(stem) ? NAME_FACTOR : 1));
  }
  return weights;
}

function scoreOf({ read }: PastSentence, weights: ReadonlyMap<string, number>): number {
  const { counts } = read.bag;
  let sum = 0;
  for (const stem of counts.keys()) sum += weights.get(stem)!;
  // the constant keeps two strong words from beating a full sentence
  return (sum / (counts.size + 3)) * (read.leans ? LEANING_FACTOR : 1);
}

function canStandAlone({ read }: PastSentence): boolean {
  return read.terms.length >= LEAST_TERMS && read.words <= MOST_WORDS;
}
