/** How alike two stretches of text are, by their words: the measure behind the repetition guard. */

/** The words of a text in lower case, without punctuation; apostrophes inside words stay. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:'[\p{L}]+)*/gu) ?? [];
}

/** The distinct runs of `n` words; the whole text as one run when it is shorter. */
export function shinglesOf(words: readonly string[], n: number): Set<string> {
  if (words.length === 0) return new Set();
  if (words.length < n) return new Set([words.join(" ")]);
  return new Set(Array.from({ length: words.length - n + 1 }, (_, i) => words.slice(i, i + n).join(" ")));
}

/** Share of common elements, 0 (none) to 1 (equal sets); 0 for two empty sets. Jaccard 1912. */
export function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  let common = 0;
  for (const element of a) if (b.has(element)) common++;
  return common / (a.size + b.size - common);
}

/** How often the most frequent run of `n` words occurs; 0 when the text has fewer words. */
export function mostRepeated(words: readonly string[], n: number): number {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= words.length; i++) {
    const run = words.slice(i, i + n).join(" ");
    counts.set(run, (counts.get(run) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}
