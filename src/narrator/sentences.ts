/**
 * Where English sentences end, for text that may still be growing: not after "Mr.", not inside "3.5" or "U.S.", and not
 * inside a quotation that has not been closed.
 */

/** A full stop after these never ends a sentence. Lower case, without the stop. */
const ABBREVIATIONS = new Set(
  "mr mrs ms dr st capt cpt sgt lt col gen maj cmdr prof rev fr sr jr mt no vs etc e.g i.e a.m p.m dept approx".split(
    " ",
  ),
);
const TERMINATOR = /[.!?\u2026]+["'\u201d\u2019)]*/g;
const QUOTES = /["\u201c\u201d]/g;

/** Number of double quotation marks, straight or curly; odd means that a quotation is open. */
export function countQuotes(text: string): number {
  return text.match(QUOTES)?.length ?? 0;
}

/**
 * Index just after the first sentence of `text`, closing quotes included, or -1 when no sentence is surely complete. A
 * sentence needs something behind it to be sure (white space and then no small letter), unless `final` says that nothing
 * more will come. A line break behind a terminator always ends it. Quotations must be closed.
 */
export function findSentenceEnd(text: string, final: boolean): number {
  for (const match of text.matchAll(TERMINATOR)) {
    const end = match.index + match[0].length;
    if (countQuotes(text.slice(0, end)) % 2 === 1) continue;
    if (isAbbreviation(text, match)) continue;
    if (endsBefore(text.slice(end), final)) return end;
  }
  return -1;
}

/** Splits finished text into sentences; a last part without a terminator is a sentence too. Line breaks always split. */
export function splitSentences(text: string): string[] {
  const sentences: string[] = [];
  for (const line of text.split(/\n+/)) {
    let rest = line.trim();
    while (rest !== "") {
      const found = findSentenceEnd(rest, true);
      const end = found === -1 ? rest.length : found;
      sentences.push(rest.slice(0, end).trim());
      rest = rest.slice(end).trim();
    }
  }
  return sentences;
}

/** `text` up to its last complete sentence, an open quotation closed; empty when there is none. */
export function cutToLastSentence(text: string): string {
  const ends = [...text.matchAll(TERMINATOR)]
    .filter((match) => !isAbbreviation(text, match))
    .map((match) => match.index + match[0].length)
    .filter((end) => endsBefore(text.slice(end), true));
  return closeQuotes(text.slice(0, ends.at(-1) ?? 0));
}

function closeQuotes(text: string): string {
  const paragraph = text.slice(text.lastIndexOf("\n") + 1);
  return countQuotes(paragraph) % 2 === 1 ? `${text}"` : text;
}

/** Whether what follows a terminator lets it end a sentence. */
function endsBefore(rest: string, final: boolean): boolean {
  if (rest === "") return final;
  if (/^[^\S\n]*\n/.test(rest)) return true;
  const next = /^\s+(\S)/.exec(rest);
  if (next === null) return final && rest.trim() === "";
  return !/[a-z,;:]/.test(next[1]!);
}

/** Whether the terminator is the full stop of an abbreviation or an initial ("Mr.", "J.", "U.S."), or of a number. */
function isAbbreviation(text: string, match: RegExpExecArray): boolean {
  if (match[0] !== ".") return false;
  const word = /[\p{L}\p{N}.]*$/u.exec(text.slice(0, match.index))?.[0] ?? "";
  return ABBREVIATIONS.has(word.toLowerCase()) || /^\p{Lu}(\.\p{Lu})*$/u.test(word.replace(/^I$/, ""));
}
