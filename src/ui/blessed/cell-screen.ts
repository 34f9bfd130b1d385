/**
 * The only file that touches blessed: its alternate screen, its terminfo and its cell buffer, which sends the terminal
 * nothing but what changed. We fill the cells ourselves: blessed's widgets measure text with width tables of 2013, which
 * puts emoji in the wrong columns, and its textbox doubles keys after a re-focus (chjj/blessed#109, #362, #435).
 */
import { PassThrough } from "node:stream";
import blessed from "blessed";
import type { Frame, FrameStyle, Size, Span } from "../frame.ts";
import { graphemesOf, isNarrow, widthOf } from "../text/graphemes.ts";

/** One screen cell: attributes (flags << 18 | foreground << 9 | background) and what is written there. */
type Cell = [attributes: number, text: string];

/** The parts of a blessed screen that @types/blessed leaves out or leaves vague. */
interface BlessedScreen {
  /** What is to be shown, and what the terminal shows. */
  lines: (Cell[] & { dirty?: boolean })[];
  olines: Cell[][];
  tput: { colors: number; strings: Record<string, string | undefined> };
  draw(start: number, end: number): void;
  realloc(): void;
  enter(): void;
  leave(): void;
  destroy(): void;
  on(event: "resize", listener: () => void): void;
}

const DEFAULT_COLOUR = 0x1ff;
const BOLD = 1;
const BLANK: Cell = [attributesOf(false, DEFAULT_COLOUR), " "];

/** Colour numbers in terminals of 256 colours, of 16, and of none. */
type Colour = readonly [of256: number, of16: number, of1: number];

/** 243 is the grey whose contrast is 4.5 on black and on white alike; 16 colours have none that is safe on both. */
const GREY: Colour = [243, DEFAULT_COLOUR, DEFAULT_COLOUR];
const BRASS: Colour = [136, 3, DEFAULT_COLOUR];
const RED: Colour = [1, 1, DEFAULT_COLOUR];

const STYLES: Readonly<Partial<Record<FrameStyle, { isBold?: boolean; colour?: Colour }>>> = {
  title: { isBold: true, colour: BRASS },
  action: { isBold: true },
  ending: { isBold: true },
  info: { colour: GREY },
  error: { colour: RED },
  hint: { colour: GREY },
  prompt: { isBold: true, colour: BRASS },
  rule: { colour: GREY },
  dim: { colour: GREY },
  notice: { colour: GREY },
};

/** How many colours the terminal has, as an index into `Colour`. Node reads TERM and COLORTERM better than blessed. */
function paletteOf(output: NodeJS.WriteStream, isColoured: boolean): 0 | 1 | 2 {
  if (!isColoured) return 2;
  // Not a TTY object: a test's stream.
  const depthBits = output.getColorDepth?.() ?? 8;
  return depthBits >= 8 ? 0 : depthBits >= 4 ? 1 : 2;
}

function attributesOf(isBold: boolean, colour: number): number {
  return ((isBold ? BOLD : 0) << 18) | (colour << 9) | DEFAULT_COLOUR;
}

/** Where the screen is drawn. `TERM` and the size are the terminal's. */
export interface CellScreenOptions {
  readonly output: NodeJS.WriteStream;
  readonly isColoured: boolean;
  /** The terminal was resized or must be drawn anew. */
  onResize(): void;
}

/** An open alternate screen. Create it late, close it always; it does not read keys. */
export class CellScreen {
  readonly #screen: BlessedScreen;
  readonly #program: blessed.BlessedProgram;
  readonly #output: NodeJS.WriteStream;
  readonly #palette: 0 | 1 | 2;
  #isCursorShown = false;

  constructor(options: CellScreenOptions) {
    this.#output = options.output;
    this.#palette = paletteOf(options.output, options.isColoured);
    this.#program = createProgram(options.output);
    this.#screen = withoutProcessHandlers(() => createScreen(this.#program));
    mendTerminfo(this.#screen);
    this.#screen.on("resize", () => options.onResize());
  }

  /** At least 1x1, whatever the terminal says. */
  get size(): Size {
    return { columns: Math.max(1, this.#output.columns || 1), rows: Math.max(1, this.#output.rows || 1) };
  }

  /** Shows a frame; only cells that differ from the frame before are sent. */
  paint(frame: Frame): void {
    const { lines, olines } = this.#screen;
    for (const [row, line] of lines.entries()) {
      const isChanged = writeCells(line, this.#cellsOf(frame.rows[row] ?? [], row, line.length));
      // A terminal that does not join an emoji sequence draws it over its neighbours: the whole row is drawn again.
      if (isChanged && line.some(([, text]) => text.length > 1)) forgetCells(olines[row] ?? []);
      line.dirty = isChanged;
    }
    this.#screen.draw(0, lines.length - 1);
    this.#program.cup(frame.cursorRow, frame.cursorColumn);
    if (!this.#isCursorShown) this.#program.showCursor();
    this.#isCursorShown = true;
  }

  /** Forgets what the terminal shows: the next paint sends everything. */
  invalidate(): void {
    // Clears the terminal and both cell buffers.
    this.#screen.realloc();
  }

  /** Back to the normal screen for a while (job control). */
  leave(): void {
    this.#screen.leave();
    this.#program.flush();
  }

  /** Takes the alternate screen again after `leave`. */
  enter(): void {
    this.#screen.enter();
    this.#isCursorShown = false;
    this.invalidate();
  }

  /** Leaves the alternate screen and shows the cursor. Everything is written when it returns. */
  close(): void {
    this.#screen.destroy();
  }

  #cellsOf(spans: readonly Span[], row: number, width: number): Cell[] {
    const cells = Array.from({ length: width }, () => BLANK);
    for (const span of spans) this.#placeSpan(cells, span, row);
    return cells;
  }

  #placeSpan(cells: Cell[], span: Span, row: number): void {
    const { isBold = false, colour } = STYLES[span.style] ?? {};
    const attributes = attributesOf(isBold, colour?.[this.#palette] ?? DEFAULT_COLOUR);
    let column = span.column;
    for (const cluster of graphemesOf(span.text)) {
      const columns = widthOf(cluster);
      if (column + columns > cells.length) return;
      if (columns === 0) continue;
      cells[column] = [attributes, this.#cellText(cluster, row, column)];
      for (let covered = 1; covered < columns; covered += 1) cells[column + covered] = [attributes, ""];
      column += columns;
    }
  }

  /** Terminals disagree on the width of new emoji; stating the column before and after keeps the rest of the row right. */
  #cellText(cluster: string, row: number, column: number): string {
    const columns = widthOf(cluster);
    if (isNarrow(cluster) || (columns === 1 && cluster.length === 1)) return cluster;
    const goTo = (target: number) => `\u001b[${row + 1};${target + 1}H`;
    return " ".repeat(columns) + goTo(column) + cluster + goTo(column + columns);
  }
}

/** Writes `cells` into `line`; returns whether anything is different now. */
function writeCells(line: Cell[], cells: readonly Cell[]): boolean {
  let isChanged = false;
  for (const [column, [attributes, text]] of cells.entries()) {
    const cell = line[column];
    if (cell === undefined || (cell[0] === attributes && cell[1] === text)) continue;
    cell[0] = attributes;
    cell[1] = text;
    isChanged = true;
  }
  return isChanged;
}

function forgetCells(line: readonly Cell[]): void {
  for (const cell of line) cell[1] = "";
}

function createProgram(output: NodeJS.WriteStream): blessed.BlessedProgram {
  const options = {
    // blessed gets no keys: its parser splits surrogate pairs and knows no bracketed paste. See text/keys.ts.
    input: new PassThrough(),
    output,
    buffer: true,
    zero: true,
    tput: true,
    // A name that no terminfo database has: blessed then takes the xterm entry it carries. It misreads the format of
    // today's databases (32-bit numbers, ncurses 6.1) and prints complaints on standard error, while the dozen sequences
    // used here are the same in every terminal that is not `dumb`.
    terminal: "~xterm",
    // blessed asks the locale; without this it shows `?` for every character beyond ASCII under LANG=C.
    forceUnicode: true,
  };
  return blessed.program(options as object as blessed.Widgets.IScreenOptions);
}

function createScreen(program: blessed.BlessedProgram): BlessedScreen {
  // `fullUnicode` stays off: it would apply the old width tables to cells that are already laid out.
  return blessed.screen({ program, forceUnicode: true, useBCE: true }) as unknown as BlessedScreen;
}

function mendTerminfo(screen: BlessedScreen): void {
  // The entry says 8 colours, which turns grey into black. The palette is chosen above.
  screen.tput.colors = 256;
  // Relative moves over a wide cell would count it as one column.
  delete screen.tput.strings.parm_right_cursor;
  // Line drawing through the alternate character set shows `qqq` in terminals that are in UTF-8 (PuTTY, Linux console).
  delete screen.tput.strings.enter_alt_charset_mode;
}

const HANDLED = ["uncaughtException", "SIGTERM", "SIGINT", "SIGQUIT"] as const;

/** blessed answers signals with exit code 0 and uncaught errors with its own exit; the process belongs to the program. */
function withoutProcessHandlers<T>(create: () => T): T {
  const before = HANDLED.map((name) => process.listeners(name as "SIGTERM"));
  const result = create();
  for (const [index, name] of HANDLED.entries()) {
    for (const listener of process.listeners(name as "SIGTERM")) {
      if (!before[index]?.includes(listener)) process.removeListener(name, listener);
    }
  }
  return result;
}
