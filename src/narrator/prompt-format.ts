/**
 * The adventure text format the built-in narrator was trained on, written and defended in one place: whatever a player,
 * a story or a save contains, it cannot forge an action line, a bracket line or a document separator.
 */
import type { BracketLine, PlayerAction } from "../game/ports.ts";
import { stripControls, toAsciiPunctuation, toOneLine } from "../shared/text.ts";

/** `[Name: text]` on one line; brackets inside become parentheses. */
export function formatBracketLine(line: BracketLine): string {
  const name = withoutBrackets(toOneLine(line.name)).replaceAll(":", "");
  return `[${name}: ${withoutBrackets(toOneLine(toAsciiPunctuation(line.text)))}]`;
}

/** The action as it stands in the text: `> You ...` on one line, a plain paragraph for `story`, empty for `continue`. */
export function formatAction(action: PlayerAction): string {
  if (action.kind === "continue") return "";
  if (action.kind === "story") return formatProse(action.text);
  return `> ${withoutBrackets(toOneLine(toAsciiPunctuation(action.text))).replace(/^[>\s]+/, "")}`;
}

/** Prose: paragraphs separated by one blank line, no line that starts like an action, no brackets. */
export function formatProse(text: string): string {
  return withoutBrackets(toAsciiPunctuation(stripControls(text)))
    .split(/\n\s*\n|\n/)
    .map((paragraph) =>
      paragraph
        .replace(/\s+/g, " ")
        .trim()
        .replace(/^[>\s]+/, ""),
    )
    .filter((paragraph) => paragraph !== "")
    .join("\n\n");
}

function withoutBrackets(text: string): string {
  return text.replaceAll("[", "(").replaceAll("]", ")").replaceAll("<|", "(").replaceAll("|>", ")");
}
