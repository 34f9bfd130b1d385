/**
 * Word wrap by display width, for text that arrives in pieces and for whole lines. Breaks at spaces, breaks words that
 * are wider than a row between grapheme clusters, and never loses anything but the spaces at a break.
 */
import { graphemesOf, widthOf } from "./graphemes.ts";

const TOKENS = /\n| +|[^ \n]+/g;

/** Wraps a stream of text. `push` returns what may be printed now; the last word is held until it is complete. */
export class StreamWrap {
  readonly #widthColumns: number;
  readonly #hangingColumns: number;
  #column = 0;
  #spaces = "";
  #word = "";

  /** Rows of at most `widthColumns` (1 or more); rows after a break begin with `hangingColumns` spaces (default 0). */
  constructor(widthColumns: number, hangingColumns = 0) {
    this.#widthColumns = Math.max(1, widthColumns);
    // A hanging indent that eats a narrow terminal helps nobody.
    this.#hangingColumns = Math.min(hangingColumns, Math.floor(this.#widthColumns / 3));
  }

  /** Takes more text; returns the part that is settled, with line breaks in it. */
  push(text: string): string {
    let settled = "";
    for (const token of text.match(TOKENS) ?? []) {
      if (token === "\n") settled += this.flush() + this.#newline();
      else if (token[0] === " ") {
        settled += this.flush();
        this.#spaces += token;
      } else this.#word += token;
    }
    return settled;
  }

  /** Settles the word that is held. Call at the end of the text. */
  flush(): string {
    if (this.#word === "") return "";
    const word = this.#word;
    this.#word = "";
    const wordColumns = widthOf(word);
    if (this.#column + this.#spaces.length + wordColumns <= this.#widthColumns) {
      return this.#place(word, wordColumns);
    }
    if (wordColumns > this.#widthColumns - this.#hangingColumns) return this.#breakWord(word);
    return this.#breakRow() + this.#place(word, wordColumns);
  }

  #place(text: string, columns: number): string {
    const placed = this.#spaces + text;
    this.#column += this.#spaces.length + columns;
    this.#spaces = "";
    return placed;
  }

  #newline(): string {
    this.#column = 0;
    this.#spaces = "";
    return "\n";
  }

  #breakRow(): string {
    const newline = this.#newline();
    this.#column = this.#hangingColumns;
    return newline + " ".repeat(this.#hangingColumns);
  }

  #breakWord(word: string): string {
    let settled = "";
    for (const cluster of graphemesOf(word)) {
      const columns = widthOf(cluster);
      const isFull = this.#column + this.#spaces.length + columns > this.#widthColumns;
      // A cluster wider than the whole row is placed all the same: losing text would be worse.
      if (isFull && (this.#column > this.#hangingColumns || this.#spaces !== "")) settled += this.#breakRow();
      settled += this.#place(cluster, columns);
    }
    return settled;
  }
}

/**
 * Rows of one line of text (no newline in it), each at most `widthColumns` wide, at least one row. Leading spaces stay;
 * spaces at a break and at the end go. Only a two-column character in a one-column terminal exceeds the width.
 */
export function wrapLine(line: string, widthColumns: number, hangingColumns = 0): string[] {
  const wrap = new StreamWrap(widthColumns, hangingColumns);
  return (wrap.push(line) + wrap.flush()).split("\n");
}

/** `wrapLine` for every line of `text`: paragraphs and blank lines stay. */
export function wrapText(text: string, widthColumns: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line, widthColumns));
}
