/**
 * Text from players and authors made fit for the narrator's text format: ASCII punctuation, no control characters, and
 * nothing in it that could be taken for a bracket line, an action line or an end mark.
 */
import { stripControls, toAsciiPunctuation, toOneLine } from "../shared/text.ts";

/** One line: white space folded, brackets to parentheses, leading `>` and `<|...|>` marks dropped. Idempotent. */
export function tidyLine(text: string): string {
  const safe = toOneLine(toAsciiPunctuation(stripControls(text)))
    .replaceAll("[", "(")
    .replaceAll("]", ")")
    .replace(/<\|[^<>|]*\|>/g, "")
    // halves that are left, or that came together when a mark between them went
    .replaceAll("<|", "(")
    .replaceAll("|>", ")");
  return toOneLine(safe.replace(/^(?:\s*>)+/, ""));
}

/** A key of a world note, which the narrator never reads: brackets may stay, because they mean something in a regex. */
export function tidyKey(text: string): string {
  return toOneLine(toAsciiPunctuation(text));
}

/** Paragraphs separated by one blank line, each as `tidyLine` leaves it; empty ones are dropped. */
export function tidyParagraphs(text: string): string {
  return stripControls(text)
    .split(/\n\s*\n/)
    .map(tidyLine)
    .filter((paragraph) => paragraph !== "")
    .join("\n\n");
}
