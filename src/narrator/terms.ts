/**
 * The words of a text as search terms: stems by simple English inflection, without function words, and whether a word is
 * a name. Far simpler than Porter 1980 and made for the same purpose: "hiding" and "hides" find "hide".
 */

export interface Term {
  readonly stem: string;
  /** Written with a capital inside a sentence. */
  readonly isName: boolean;
}

const FUNCTION_WORDS = new Set(
  `a about above after again against all almost along already also although always am an and another any anything are
  around as ask at away back be because been before behind being below beneath beside between beyond both but by can
  cannot could did do does doing don't down each even ever every everything feel few find first for from get give go
  goes going gone good got had has have he hear her here hers him himself his how i if in inside into is isn't it it's
  its itself just keep know last left less let like little long look made make many may me might mine more most much
  must my near need never next no nobody none nor not nothing now of off on once one only onto or other our out over own
  past put quite rather really right same say says see seem seems she should so some somebody someone something still
  such take tell than that that's the their them then there these they thing things think this those though through till
  to too toward towards try turn two under until up upon us use very want was wasn't watch way we well went were what
  when where which while who whom whose why will with within without would yes yet you you're your yours yourself`
    .split(/\s+/)
    .map(stemOf),
);
const WORD = /[\p{L}\p{N}]+(?:'\p{L}+)*/gu;

/** The terms of a text in order, repetitions included. */
export function termsOf(text: string): Term[] {
  const terms: Term[] = [];
  for (const match of text.matchAll(WORD)) {
    const stem = stemOf(match[0]);
    if (stem.length < 2 || FUNCTION_WORDS.has(stem)) continue;
    terms.push({ stem, isName: isNameAt(text, match.index) });
  }
  return terms;
}

/** A capital that no beginning of a sentence or quotation explains. */
function isNameAt(text: string, index: number): boolean {
  if (!/\p{Lu}/u.test(text[index]!)) return false;
  const before = text.slice(0, index).trimEnd();
  return before !== "" && !/[.!?:"(]$/.test(before);
}

/** The word without its regular ending, in lower case. Stems are no words: "hide" and "hiding" are both "hid". */
export function stemOf(word: string): string {
  const plain = word.toLowerCase().replace(/'s$|'$/, "");
  if (plain.length < 4) return plain;
  return plain
    .replace(/ie[sd]$/, "y")
    .replace(/(?<=[lr]|[nw]i)ves$/, "f")
    .replace(/(?<=ss|sh|ch|x)es$|(?<=[^siu])s$/, "")
    .replace(/(?<=[aeiouy].*[^aeiou])(?:ing|ed)$|(?<=^[^aeiou]+[aeiouy][^aeiou]+)(?:ing|ed)$/, "")
    .replace(/([^aeiouls])\1$/, "$1")
    .replace(/(?<=..)e$/, "")
    .replace(/(?<=[^aeiou])y$/, "i");
}
