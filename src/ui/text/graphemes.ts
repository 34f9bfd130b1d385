/**
 * What a terminal shows as one character: grapheme clusters (Unicode UAX #29) and their width in columns. Everything else
 * in the front ends counts columns with these functions and never with `length`.
 */
import stringWidth from "string-width";

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Characters that are one column each and never join with a neighbour: nearly all prose, so nearly all the time. */
const NARROW = /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2015\u2018-\u2027]*$/;

/** Whether every UTF-16 unit of `text` is a character of its own, one column wide. */
export function isNarrow(text: string): boolean {
  return NARROW.test(text);
}

/** Display width of `text` in columns; East Asian ambiguous characters count as one. */
export function widthOf(text: string): number {
  return NARROW.test(text) ? text.length : stringWidth(text, { countAnsiEscapeCodes: true });
}

/** The grapheme clusters of `text`, in order; joined they are `text`. */
export function graphemesOf(text: string): string[] {
  return NARROW.test(text) ? text.split("") : Array.from(segmenter.segment(text), (part) => part.segment);
}

/** Index (UTF-16) where the cluster before `index` begins; 0 at the start. */
export function boundaryBefore(text: string, index: number): number {
  return index <= 0 ? 0 : (segmenter.segment(text).containing(index - 1)?.index ?? 0);
}

/** Index (UTF-16) where the cluster at `index` ends; the length of `text` at its end. */
export function boundaryAfter(text: string, index: number): number {
  const part = segmenter.segment(text).containing(index);
  return part === undefined ? text.length : part.index + part.segment.length;
}

/** The nearest cluster boundary at or after `index` (UTF-16), within `text`. */
export function snapToBoundary(text: string, index: number): number {
  if (index <= 0) return 0;
  const part = segmenter.segment(text).containing(index);
  if (part === undefined) return text.length;
  return part.index === index ? index : part.index + part.segment.length;
}

/** The longest beginning of `text` that is at most `widthColumns` wide, ended by `ellipsis` where text was cut. */
export function truncate(text: string, widthColumns: number, ellipsis = ""): string {
  if (widthOf(text) <= widthColumns) return text;
  let kept = "";
  let columns = widthOf(ellipsis);
  if (columns > widthColumns) return "";
  for (const cluster of graphemesOf(text)) {
    columns += widthOf(cluster);
    if (columns > widthColumns) break;
    kept += cluster;
  }
  return kept + ellipsis;
}
