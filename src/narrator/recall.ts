/**
 * Sentences that have left the window and answer the player's action: BM25 over stems, names and later turns weighing
 * more. Says nothing unless the action is really about them.
 */
import { Bm25 } from "./bm25.ts";
import type { PastSentence } from "./past.ts";
import type { Term } from "./terms.ts";

const MOST_SENTENCES = 2;
const NAME_FACTOR = 1.6;
/** The latest sentence counts this much more than the oldest. */
const RECENCY_BONUS = 0.3;
/** The least share of the action's weight that a sentence must hold. */
const LEAST_COVERAGE = 0.4;
/** The second sentence must be nearly as good as the first. */
const LEAST_SHARE_OF_BEST = 0.6;

/** At most two sentences for the terms of an action, best first; `fits` says whether the chosen ones have room. */
export function recallSentences(
  query: readonly Term[],
  past: readonly PastSentence[],
  fits: (chosen: readonly PastSentence[]) => boolean,
): PastSentence[] {
  if (query.length === 0 || past.length === 0) return [];
  const index = new Bm25(past.map(({ read }) => read.bag));
  const factors = new Map(query.map(({ stem, isName }) => [stem, isName ? NAME_FACTOR : 1]));
  const ranked: { sentence: PastSentence; score: number }[] = [];
  for (const [i, sentence] of past.entries()) {
    if (!isAbout(factors, index, i)) continue;
    const score = index.score(factors, i) * (1 + (RECENCY_BONUS * i) / past.length);
    ranked.push({ sentence, score });
  }
  ranked.sort((a, b) => b.score - a.score);
  const chosen: PastSentence[] = [];
  for (const { sentence, score } of ranked) {
    if (chosen.length === MOST_SENTENCES || score < ranked[0]!.score * LEAST_SHARE_OF_BEST) break;
    const isNew = chosen.every(({ read }) => read.text !== sentence.read.text);
    if (isNew && fits([...chosen, sentence])) chosen.push(sentence);
  }
  return chosen;
}

/** Enough of the action's weight is in the text, by two words at least, or by a name. */
function isAbout(factors: ReadonlyMap<string, number>, index: Bm25, i: number): boolean {
  let total = 0;
  let found = 0;
  let matches = 0;
  for (const [stem, factor] of factors) {
    const weight = factor * index.weightOf(stem);
    total += weight;
    if (!index.has(stem, i)) continue;
    found += weight;
    matches += factor > 1 ? 2 : 1;
  }
  return matches >= 2 && found >= total * LEAST_COVERAGE;
}
