/**
 * One picture of the full screen as data: where the story, the status line, the rule and the input line go, for any size
 * from 1x1 up. Everything stands in one centred column, for lines of 60 to 84 characters are what eyes like to read.
 */
import type { InputRequest, Status } from "../game/protocol.ts";
import type { StoryView } from "./story-view.ts";
import type { EditorState } from "./text/editor.ts";
import { truncate, widthOf } from "./text/graphemes.ts";
import { clipLayout, type InputLayout, layoutInput } from "./text/input-layout.ts";
import type { TextStyle } from "./text/styled-lines.ts";

/** `prompt` is the mode or question before the input, `input` the typed text, `rule` lines, `dim` what can be overlooked. */
export type FrameStyle = TextStyle | "prompt" | "input" | "rule" | "dim" | "notice";

/** Text at a column (from 0). Spans of a row do not overlap. */
export interface Span {
  readonly column: number;
  readonly text: string;
  readonly style: FrameStyle;
}

/** Exactly as many rows as the screen has; the cursor is inside. */
export interface Frame {
  readonly rows: readonly (readonly Span[])[];
  readonly cursorRow: number;
  readonly cursorColumn: number;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The characters that are drawn beside text. */
export interface Symbols {
  readonly rule: string;
  readonly dot: string;
  readonly ellipsis: string;
  readonly down: string;
}

export const UNICODE_SYMBOLS: Symbols = { rule: "─", dot: "·", ellipsis: "…", down: "↓" };
export const ASCII_SYMBOLS: Symbols = { rule: "-", dot: "-", ellipsis: "...", down: "v" };

/** What is on the screen. `notice`: a short hint in the rule above the input, empty for none. */
export interface Screenful {
  readonly story: StoryView;
  readonly status: Status | undefined;
  readonly request: InputRequest | undefined;
  readonly editor: EditorState;
  readonly notice: string;
  readonly symbols: Symbols;
}

const TEXT_COLUMNS_LIMIT = 84;

interface Layout {
  readonly left: number;
  readonly width: number;
  readonly statusRows: number;
  readonly storyRows: number;
  readonly ruleRows: number;
  readonly inputRowLimit: number;
}

/** Draws `screenful` for a screen of `size`; fits the story's window to the place that is left for it. */
export function drawFrame(screenful: Screenful, size: Size): Frame {
  const prompt = promptOf(screenful, columnOf(size.columns).width);
  const layout = deriveLayout(
    size,
    (rowLimit) => layoutOf(screenful.editor, prompt, size, rowLimit).rows.length,
  );
  const input = layoutOf(screenful.editor, prompt, size, layout.inputRowLimit);
  screenful.story.resize(layout.width, Math.max(1, layout.storyRows));
  const rows = [
    ...statusRows(screenful, layout),
    ...storyRows(screenful.story, layout),
    ...ruleRows(screenful, layout),
    ...inputRows(input, prompt, layout),
  ].slice(-size.rows);
  return {
    rows,
    cursorRow: rows.length - input.rows.length + input.cursorRow,
    cursorColumn: Math.min(layout.left + widthOf(prompt) + input.cursorColumn, size.columns - 1),
  };
}

function columnOf(columns: number): { left: number; width: number } {
  const margin = columns >= 60 ? 2 : columns >= 30 ? 1 : 0;
  const width = Math.max(1, Math.min(TEXT_COLUMNS_LIMIT, columns - 2 * margin));
  return { left: Math.floor((columns - width) / 2), width };
}

function deriveLayout(size: Size, inputRowCount: (rowLimit: number) => number): Layout {
  const inputRowLimit = Math.max(1, Math.floor(size.rows / 3));
  const statusRows = size.rows >= 12 ? 2 : size.rows >= 8 ? 1 : 0;
  const ruleRows = size.rows >= 4 ? 1 : 0;
  const taken = statusRows + ruleRows + inputRowCount(inputRowLimit);
  return {
    ...columnOf(size.columns),
    statusRows,
    ruleRows,
    inputRowLimit,
    storyRows: Math.max(0, size.rows - taken),
  };
}

function layoutOf(editor: EditorState, prompt: string, size: Size, rowLimit: number): InputLayout {
  const width = columnOf(size.columns).width - widthOf(prompt);
  return clipLayout(layoutInput(editor.text, editor.cursor, width), rowLimit);
}

const MODE_PROMPTS = { do: "Do > ", say: "Say > ", story: "Story > " } as const;

function promptOf({ request, editor, symbols }: Screenful, width: number): string {
  if (request?.kind !== "question") return truncate(MODE_PROMPTS[editor.mode], Math.floor(width / 2));
  // The answer needs room too.
  const label = truncate(request.label, Math.floor(width / 2), symbols.ellipsis);
  return /[?:>]$/.test(label) ? `${label} ` : `${label} > `;
}

function statusRows(
  { story, status, symbols }: Screenful,
  { left, width, statusRows: count }: Layout,
): Span[][] {
  if (count === 0) return [];
  const rule: Span = { column: left, text: symbols.rule.repeat(width), style: "rule" };
  // A title that can be read on the page just below is not said twice.
  const isSaid = story.visibleRows().some((row) => row.style === "title" && row.text === status?.title);
  const shown = status !== undefined && isSaid ? { ...status, title: "" } : status;
  return [shown === undefined ? [] : statusSpans(shown, symbols, { left, width }), [rule]].slice(0, count);
}

/** Facts in the order they are shown; each with the rank in which it gives way when there is no room. */
function statusFacts(status: Status): { text: string; rank: number }[] {
  const context =
    status.contextTokens === undefined ? "" : `${status.contextTokens}/${status.contextSize} tokens`;
  const speed = status.tokensPerSecond === undefined ? "" : `${status.tokensPerSecond.toFixed(0)} tok/s`;
  return [
    { text: `turn ${status.turn}`, rank: 0 },
    { text: speed, rank: 3 },
    { text: context, rank: 2 },
    { text: status.model, rank: 1 },
  ].filter((fact) => fact.text !== "");
}

function statusSpans(
  status: Status,
  symbols: Symbols,
  { left, width }: { left: number; width: number },
): Span[] {
  let facts = statusFacts(status);
  const join = () => facts.map((fact) => fact.text).join(` ${symbols.dot} `);
  const titleWidth = Math.min(widthOf(status.title), Math.floor(width / 2));
  while (facts.length > 0 && widthOf(join()) + titleWidth + 2 > width) {
    const worst = Math.max(...facts.map((fact) => fact.rank));
    facts = facts.filter((fact) => fact.rank !== worst);
  }
  const right = join();
  const title = truncate(status.title, right === "" ? width : width - widthOf(right) - 2, symbols.ellipsis);
  return [
    { column: left, text: title, style: "title" },
    { column: left + width - widthOf(right), text: right, style: "dim" },
  ];
}

function storyRows(story: StoryView, { left, storyRows: count }: Layout): Span[][] {
  const rows = story.visibleRows().map((row): Span[] => [{ column: left, text: row.text, style: row.style }]);
  return Array.from({ length: count }, (_, index) => rows[index] ?? []);
}

function ruleRows(screenful: Screenful, { left, width, ruleRows: count }: Layout): Span[][] {
  if (count === 0) return [];
  const { symbols } = screenful;
  const words = truncate(ruleWords(screenful), Math.max(0, width - 4), symbols.ellipsis);
  if (words === "") return [[{ column: left, text: symbols.rule.repeat(width), style: "rule" }]];
  const label = ` ${words} `;
  const after = width - 2 - widthOf(label);
  return [
    [
      { column: left, text: symbols.rule.repeat(2), style: "rule" },
      { column: left + 2, text: label, style: "notice" },
      { column: left + 2 + widthOf(label), text: symbols.rule.repeat(Math.max(0, after)), style: "rule" },
    ],
  ];
}

/** Beside the input, because the eyes are there: the status line is far away and hidden on small screens. */
function ruleWords({ notice, status, story, symbols }: Screenful): string {
  const telling = status?.state === "telling" ? `telling${symbols.ellipsis}` : "";
  const below = story.rowsBelow > 0 ? `${symbols.down} more below (Ctrl-End)` : "";
  return [notice === "" ? telling : notice, below].filter((words) => words !== "").join(` ${symbols.dot} `);
}

function inputRows(input: InputLayout, prompt: string, { left }: Layout): Span[][] {
  const textColumn = left + widthOf(prompt);
  return input.rows.map((text, index): Span[] => {
    const typed: Span = { column: textColumn, text, style: "input" };
    return index === 0 ? [{ column: left, text: prompt, style: "prompt" }, typed] : [typed];
  });
}
