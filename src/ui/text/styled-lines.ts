/**
 * From blocks of the protocol to styled lines, the same for every front end. A line here is a logical one: it has not been
 * wrapped yet.
 */
import type { Block } from "../../game/protocol.ts";
import { toPrintable } from "./passage-text.ts";

/** What a stretch of text is; a front end decides how that looks. */
export type TextStyle = "title" | "story" | "action" | "ending" | "info" | "error" | "hint" | "choices";

/** One unwrapped line. `hangingColumns`: indent of the rows after the first. */
export interface StyledLine {
  readonly style: TextStyle;
  readonly text: string;
  readonly hangingColumns: number;
}

const STYLE_OF_KIND: Readonly<Record<Block["kind"], TextStyle>> = {
  title: "title",
  opening: "story",
  action: "action",
  passage: "story",
  ending: "ending",
  info: "info",
  error: "error",
  choices: "choices",
};

/** The line that separates two blocks. */
export const BLANK_LINE: StyledLine = { style: "story", text: "", hangingColumns: 0 };

/** A line of running story text. */
export function storyLine(text: string): StyledLine {
  return { style: "story", text, hangingColumns: 0 };
}

/**
 * The lines of a block: actions behind `> `, errors behind `! ` with their hint in the lines after it, choices numbered.
 * The marks do not depend on colour, so that a screen reader and a terminal without colours tell the same.
 */
export function styledLinesOf(block: Block): StyledLine[] {
  const lines = toPrintable(block.text)
    .replace(/^(\s*\n)+/, "")
    .trimEnd()
    .split("\n");
  const style = STYLE_OF_KIND[block.kind];
  if (block.kind === "action") return marked(lines, style, "> ");
  if (block.kind === "error") return marked(lines, style, "! ", "hint");
  if (block.kind === "choices") return numbered(lines).map((text) => toLine(text, style, markWidth(text)));
  return lines.map((text) => toLine(text, style, hangingOf(text)));
}

function toLine(text: string, style: TextStyle, hangingColumns: number): StyledLine {
  return { style, text, hangingColumns };
}

function marked(lines: readonly string[], style: TextStyle, mark: string, restStyle = style): StyledLine[] {
  const indent = " ".repeat(mark.length);
  return lines.map((text, index) => {
    if (index === 0) return toLine(mark + text, style, mark.length);
    return toLine(text === "" ? "" : indent + text, restStyle, mark.length);
  });
}

const NUMBER = /^\s*\d+[.):]\s+/;

function numbered(lines: readonly string[]): readonly string[] {
  // The game may have numbered them; numbering twice would be worse than not at all.
  if (lines.some((line) => NUMBER.test(line))) return lines;
  let count = 0;
  return lines.map((line) => {
    if (line.trim() === "") return line;
    count += 1;
    return `${count}. ${line.trim()}`;
  });
}

function markWidth(text: string): number {
  return NUMBER.exec(text)?.[0].length ?? leadingSpaces(text);
}

/** In a table (`/undo    go back`) the second column; else the line's own indent. */
function hangingOf(text: string): number {
  const table = /^ *\S.{0,30}? {2,}(?=\S)/.exec(text);
  return table?.[0].length ?? leadingSpaces(text);
}

function leadingSpaces(text: string): number {
  return text.length - text.trimStart().length;
}
