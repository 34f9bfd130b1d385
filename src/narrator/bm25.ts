/**
 * BM25 over short texts given as lists of stems. Formula: Robertson and Zaragoza 2009, "The Probabilistic Relevance
 * Framework: BM25 and Beyond", section 3; the logarithm with 1 added keeps the weight of common words positive.
 */

/** How fast further occurrences of a term stop counting. */
const SATURATION = 1.2;
/** How much long texts are held back: 0 not at all, 1 in full. */
const LENGTH_NORMALISATION = 0.75;

/** How often each term occurs in a text, and how many there are in all. */
export interface Bag {
  readonly counts: ReadonlyMap<string, number>;
  readonly length: number;
}

/** Counted once a text: the same texts are searched at every turn. */
export function bagOf(stems: readonly string[]): Bag {
  const counts = new Map<string, number>();
  for (const stem of stems) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  return { counts, length: stems.length };
}

export class Bm25 {
  private readonly texts: readonly Bag[];
  private readonly meanLength: number;
  private readonly weights = new Map<string, number>();

  constructor(texts: readonly Bag[]) {
    this.texts = texts;
    this.meanLength = Math.max(1, texts.reduce((sum, { length }) => sum + length, 0) / texts.length);
  }

  /** How much a term tells texts apart; largest for a term that occurs nowhere. */
  weightOf(term: string): number {
    let weight = this.weights.get(term);
    if (weight === undefined) {
      let frequency = 0;
      for (const { counts } of this.texts) if (counts.has(term)) frequency++;
      weight = Math.log(1 + (this.texts.length - frequency + 0.5) / (frequency + 0.5));
      this.weights.set(term, weight);
    }
    return weight;
  }

  /** How well text number `index` answers the query, whose terms have factors of their own; 0 for no common term. */
  score(query: ReadonlyMap<string, number>, index: number): number {
    const { counts, length } = this.texts[index]!;
    const relativeLength = length / this.meanLength;
    const norm = SATURATION * (1 - LENGTH_NORMALISATION + LENGTH_NORMALISATION * relativeLength);
    let score = 0;
    for (const [term, factor] of query) {
      const count = counts.get(term) ?? 0;
      if (count > 0) score += (factor * this.weightOf(term) * count * (SATURATION + 1)) / (count + norm);
    }
    return score;
  }

  has(term: string, index: number): boolean {
    return this.texts[index]!.counts.has(term);
  }
}
