/**
 * Tidies a passage while it streams: no white space at its start or end, at most one blank line between paragraphs, no
 * control characters, tabs as spaces. What is held back (white space) appears when more text follows.
 */
import { stripControls } from "../../shared/text.ts";

/** `text` without control characters and with tabs as four spaces. */
export function toPrintable(text: string): string {
  return stripControls(text).replaceAll("\t", "    ");
}

/** One passage. Create a new one for the next passage. */
export class PassageText {
  #held = "";
  #isStarted = false;

  /** Takes the next piece; returns what can be shown. */
  push(text: string): string {
    const all = this.#held + toPrintable(text);
    const shown = all.trimEnd();
    this.#held = all.slice(shown.length);
    if (shown === "") return "";
    const result = this.#isStarted ? shown : shown.trimStart();
    this.#isStarted = true;
    return result.replace(/ *\n/g, "\n").replace(/\n{3,}/g, "\n\n");
  }
}
