/**
 * BM25 over short texts given as lists of stems. Formula: Robertson and Zaragoza 2009, "The Probabilistic Relevance
 * Framework: BM25 and Beyond", section 3; the logarithm with 1 added keeps the weight of common words positive.
 */

/** How fast further occurrences of a term stop counting. */
const SATURATION = 1.2;
/** How much long texts are held back: 0 not at all, 1 in full. */
const LENGTH_NORMALISATION = 0.75;

export class Bm25 {
  private readonly counts: readonly ReadonlyMap<string, number>[];
  private readonly lengths: readonly number[];
  private readonly meanLength: number;
  /** In how many texts each term occurs. */
  private readonly frequencies = new Map<string, number>();

  constructor(texts: readonly (readonly string[])[]) {
    this.counts = texts.map(countEach);
    this.lengths = texts.map((text) => text.length);
    this.meanLength = Math.max(1, this.lengths.reduce((sum, length) => sum + length, 0) / texts.length);
    for (const counts of this.counts)
      for (const term of counts.keys()) this.frequencies.set(term, (this.frequencies.get(term) ?? 0) + 1);
  }

  /** How much a term tells texts apart; largest for a term that occurs nowhere. */
  weightOf(term: string): number {
    const frequency = this.frequencies.get(term) ?? 0;
    return Math.log(1 + (this.counts.length - frequency + 0.5) / (frequency + 0.5));
  }

  /** How well text number `index` answers the query, whose terms have factors of their own; 0 for no common term. */
  score(query: ReadonlyMap<string, number>, index: number): number {
    const relativeLength = this.lengths[index]! / this.meanLength;
    const norm = SATURATION * (1 - LENGTH_NORMALISATION + LENGTH_NORMALISATION * relativeLength);
    let score = 0;
    for (const [term, factor] of query) {
      const count = this.counts[index]!.get(term) ?? 0;
      if (count > 0) score += (factor * this.weightOf(term) * count * (SATURATION + 1)) / (count + norm);
    }
    return score;
  }

  has(term: string, index: number): boolean {
    return this.counts[index]!.has(term);
  }
}

function countEach(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}
