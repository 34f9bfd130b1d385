/**
 * Lays the line being edited out in rows, with the place of the cursor. Words stay whole where they fit; unlike story text
 * every space stays, because the player is looking at what they type.
 */
import { graphemesOf, widthOf } from "./graphemes.ts";

/** Rows from the top; the cursor's row and column count from 0. */
export interface InputLayout {
  readonly rows: readonly string[];
  readonly cursorRow: number;
  readonly cursorColumn: number;
}

/** Rows of at most `widthColumns` columns (spaces at a row's end may hang over). `cursor` is an index into `text`. */
export function layoutInput(text: string, cursor: number, widthColumns: number): InputLayout {
  const width = Math.max(1, widthColumns);
  const starts = rowStarts(text, width);
  const rows = starts.map((start, index) => text.slice(start, starts[index + 1]));
  const cursorRow = starts.findLastIndex((start) => start <= cursor);
  const before = text.slice(starts[cursorRow] ?? 0, cursor);
  return { rows, cursorRow, cursorColumn: Math.min(widthOf(before), width - 1) };
}

function rowStarts(text: string, width: number): number[] {
  const starts = [0];
  let start = 0;
  let index = 0;
  let columns = 0;
  let breakIndex = 0;
  for (const cluster of graphemesOf(text)) {
    const clusterColumns = widthOf(cluster);
    // Twice where a word that went down with its row is still too wide there.
    while (columns + clusterColumns > width && cluster !== " " && start < index) {
      start = breakIndex > start ? breakIndex : index;
      starts.push(start);
      columns = widthOf(text.slice(start, index));
    }
    index += cluster.length;
    columns += clusterColumns;
    if (cluster === " ") breakIndex = index;
  }
  // The cursor behind a full row stands at the start of the next one.
  if (columns >= width) starts.push(text.length);
  return starts;
}

/** At most `rowLimit` (1 or more) rows of a layout, those around the cursor. */
export function clipLayout(layout: InputLayout, rowLimit: number): InputLayout {
  const first = Math.max(0, Math.min(layout.cursorRow - rowLimit + 1, layout.rows.length - rowLimit));
  const top = layout.rows.length <= rowLimit ? 0 : first;
  return {
    rows: layout.rows.slice(top, top + rowLimit),
    cursorRow: layout.cursorRow - top,
    cursorColumn: layout.cursorColumn,
  };
}
