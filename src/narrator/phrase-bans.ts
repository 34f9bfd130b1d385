/**
 * Phrases that must never be told: whole words in any case, with any white space between them. The passage writer goes
 * back to where a phrase began and rules out the token that began it, at that place only (as koboldcpp's phrase bans do).
 */
import type { TokenId, Tokenizer } from "../model/types.ts";

/** Finds where the first banned phrase begins in a text; -1 for none. */
export type PhraseFinder = (text: string) => number;

export function createPhraseFinder(phrases: readonly string[]): PhraseFinder {
  const patterns = phrases.filter((phrase) => /[\p{L}\p{N}]/u.test(phrase)).map(patternOf);
  return (text) => {
    const places = patterns.map((pattern) => text.search(pattern)).filter((place) => place !== -1);
    return places.length === 0 ? -1 : Math.min(...places);
  };
}

/** Which of `tokens` holds the character at `place` of their text; 0 when the place lies before them. */
export function tokenAt(tokens: readonly TokenId[], place: number, tokenizer: Tokenizer): number {
  let index = 0;
  while (index < tokens.length - 1 && tokenizer.decode(tokens.slice(0, index + 1)).length <= place) index++;
  return index;
}

/** The phrase itself with word boundaries where it begins and ends in a letter or digit. */
function patternOf(phrase: string): RegExp {
  const words = phrase.trim().split(/\s+/).map(escapePattern).join("\\s+");
  const before = /^[\p{L}\p{N}]/u.test(phrase.trim()) ? "(?<![\\p{L}\\p{N}])" : "";
  const after = /[\p{L}\p{N}]$/u.test(phrase.trim()) ? "(?![\\p{L}\\p{N}])" : "";
  return new RegExp(`${before}${words}${after}`, "iu");
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
