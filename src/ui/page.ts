/**
 * The page as data: every update of the game applied to a list of unwrapped styled lines. Pure bookkeeping, no width and
 * no terminal; story-view.ts wraps it.
 */
import type { Block, UiUpdate } from "../game/protocol.ts";
import { PassageText } from "./text/passage-text.ts";
import { BLANK_LINE, type StyledLine, storyLine, styledLinesOf } from "./text/styled-lines.ts";

/** Grows at the end or is replaced as a whole; only the last line ever changes. */
export class Page {
  readonly #lines: StyledLine[] = [];
  #passage: PassageText | undefined;

  /** The lines from top to bottom, blocks separated by a blank line. */
  get lines(): readonly StyledLine[] {
    return this.#lines;
  }

  /** Applies an update in place; returns the index of the first line that changed, nothing when none did. */
  apply(update: UiUpdate): number | undefined {
    if (update.type === "text") return this.#appendText(update.text);
    if (update.type === "page") return this.#replace(update.blocks);
    if (update.type === "block") return this.#appendBlock(update.block);
    if (update.type === "told") this.#passage = undefined;
    return undefined;
  }

  #replace(blocks: readonly Block[]): number {
    this.#lines.length = 0;
    for (const block of blocks) this.#appendBlock(block);
    this.#passage = undefined;
    return 0;
  }

  #appendBlock(block: Block): number {
    this.#passage = undefined;
    const firstChanged = this.#lines.length;
    if (firstChanged > 0) this.#lines.push(BLANK_LINE);
    for (const line of styledLinesOf(block)) this.#lines.push(line);
    return firstChanged;
  }

  #appendText(text: string): number | undefined {
    const isNew = this.#passage === undefined;
    this.#passage ??= new PassageText();
    const shown = this.#passage.push(text);
    if (shown === "") {
      if (isNew) this.#passage = undefined;
      return undefined;
    }
    const firstChanged = isNew ? this.#lines.length : this.#lines.length - 1;
    if (isNew) this.#beginPassage();
    this.#extendLastLine(shown);
    return firstChanged;
  }

  #beginPassage(): void {
    if (this.#lines.length > 0) this.#lines.push(BLANK_LINE);
    this.#lines.push(storyLine(""));
  }

  #extendLastLine(text: string): void {
    const [first = "", ...rest] = text.split("\n");
    const last = this.#lines.pop()?.text ?? "";
    this.#lines.push(storyLine(last + first), ...rest.map(storyLine));
  }
}
