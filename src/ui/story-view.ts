/**
 * A window onto the page: wrapped rows and the place of the reader. Follows the end while text streams, unless the reader
 * went up. Only lines that changed are wrapped again, so streaming costs the same in a long story as in a short one.
 */
import type { UiUpdate } from "../game/protocol.ts";
import { Page } from "./page.ts";
import type { TextStyle } from "./text/styled-lines.ts";
import { wrapLine } from "./text/wrap.ts";

/** One row as it stands on the screen, without its left margin. */
export interface StyledRow {
  readonly text: string;
  readonly style: TextStyle;
}

/** Width and height in columns and rows; rows are counted from 0 at the top of the page. */
export class StoryView {
  readonly #page = new Page();
  readonly #rows: StyledRow[] = [];
  /** Index of the first row of each line of the page. */
  readonly #rowOfLine: number[] = [];
  #widthColumns = 80;
  #heightRows = 24;
  /** First visible row; not used while following. */
  #top = 0;
  #isFollowing = true;

  /** Rows that are below the window. */
  get rowsBelow(): number {
    return Math.max(0, this.#rows.length - this.#topRow() - this.#heightRows);
  }

  /** Whether the window stays at the end when text is added. */
  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  /** Applies an update of the game. A new page is shown from its end; so is the reader's own action. */
  apply(update: UiUpdate): void {
    const firstChanged = this.#page.apply(update);
    if (firstChanged !== undefined) this.#wrapFrom(firstChanged);
    if (update.type === "page" || (update.type === "block" && update.block.kind === "action"))
      this.scrollToEnd();
  }

  /** Sets the window's size (1 or more each). The line at the top of the window stays there. */
  resize(widthColumns: number, heightRows: number): void {
    const isNewWidth = widthColumns !== this.#widthColumns;
    this.#heightRows = heightRows;
    if (!isNewWidth) return;
    const line = this.#rowOfLine.findLastIndex((row) => row <= this.#top);
    const rowInLine = this.#top - (this.#rowOfLine[line] ?? 0);
    this.#widthColumns = widthColumns;
    this.#wrapFrom(0);
    const lineRow = this.#rowOfLine[line] ?? 0;
    const nextLineRow = this.#rowOfLine[line + 1] ?? this.#rows.length;
    this.#top = Math.min(lineRow + rowInLine, Math.max(lineRow, nextLineRow - 1));
  }

  /** Moves the window down by `rows`, up when negative. Reaching the end means following again. */
  scrollBy(rows: number): void {
    this.#top = Math.max(0, this.#topRow() + rows);
    this.#isFollowing = this.#top >= this.#endTop();
  }

  /** Moves the window by pages of its own height, keeping one row for the eye. */
  scrollByPages(pages: number): void {
    this.scrollBy(pages * Math.max(1, this.#heightRows - 1));
  }

  scrollToStart(): void {
    this.scrollBy(-this.#rows.length);
  }

  scrollToEnd(): void {
    this.#isFollowing = true;
  }

  /** The rows in the window, at most its height. */
  visibleRows(): readonly StyledRow[] {
    const top = this.#topRow();
    return this.#rows.slice(top, top + this.#heightRows);
  }

  #endTop(): number {
    return Math.max(0, this.#rows.length - this.#heightRows);
  }

  #topRow(): number {
    return this.#isFollowing ? this.#endTop() : Math.min(this.#top, this.#endTop());
  }

  #wrapFrom(firstLine: number): void {
    const { lines } = this.#page;
    this.#rows.length = this.#rowOfLine[firstLine] ?? this.#rows.length;
    this.#rowOfLine.length = Math.min(firstLine, this.#rowOfLine.length);
    for (let index = firstLine; index < lines.length; index += 1) {
      const line = lines[index];
      if (line === undefined) continue;
      this.#rowOfLine.push(this.#rows.length);
      for (const text of wrapLine(line.text, this.#widthColumns, line.hangingColumns)) {
        this.#rows.push({ text, style: line.style });
      }
    }
  }
}
