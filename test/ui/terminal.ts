/**
 * A terminal for tests: bytes of a program go into xterm's own parser (@xterm/headless) and tests look at the screen that
 * comes out, never at bytes. `spawnTerminal` runs a command in a real pseudo-terminal; `Screen` alone serves tests that
 * run a front end in their own process. Waiting is for a condition with a deadline; a failure shows the screen.
 */
import { type IPty, spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";

const DEADLINE_MS = 8_000;

/** Size in columns and rows, default 80x24. */
export interface ScreenSize {
  readonly columns?: number;
  readonly rows?: number;
}

/** What a test waits for: text anywhere on the screen (or a pattern), or any condition. */
export type ScreenCondition = string | RegExp | ((text: string) => boolean);

/** The screen of a terminal. */
export class Screen {
  readonly #terminal: xterm.Terminal;
  #isCursorShown = true;

  constructor({ columns = 80, rows = 24 }: ScreenSize = {}) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true });
    for (const final of ["h", "l"]) {
      this.#terminal.parser.registerCsiHandler({ prefix: "?", final }, (parameters) => {
        if (parameters.includes(25)) this.#isCursorShown = final === "h";
        return false;
      });
    }
  }

  write(data: string | Uint8Array): void {
    this.#terminal.write(data);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  /** Everything written so far has been parsed. */
  async settled(): Promise<void> {
    await new Promise<void>((resolve) => this.#terminal.write("", resolve));
  }

  /** The visible rows, without the blanks at their ends. */
  rows(): string[] {
    const buffer = this.#terminal.buffer.active;
    return Array.from({ length: this.#terminal.rows }, (_, row) => {
      return (
        buffer
          .getLine(buffer.baseY + row)
          ?.translateToString()
          .trimEnd() ?? ""
      );
    });
  }

  /** The visible rows as one text. */
  text(): string {
    return this.rows().join("\n");
  }

  /** Row and column of the cursor, from 0. */
  cursor(): { row: number; column: number } {
    const { cursorY, cursorX } = this.#terminal.buffer.active;
    return { row: cursorY, column: cursorX };
  }

  isCursorShown(): boolean {
    return this.#isCursorShown;
  }

  /** Whether a full-screen program has the terminal. */
  isAlternate(): boolean {
    return this.#terminal.buffer.active.type === "alternate";
  }

  /** Whether the terminal reports the mouse or brackets pastes. */
  modes(): { mouse: boolean; bracketedPaste: boolean } {
    const { mouseTrackingMode, bracketedPasteMode } = this.#terminal.modes;
    return { mouse: mouseTrackingMode !== "none", bracketedPaste: bracketedPasteMode };
  }

  /** How the cell where `text` begins looks; throws when it is not on the screen. */
  styleOf(text: string): { bold: boolean; colour: number | undefined } {
    const row = this.rows().findIndex((line) => line.includes(text));
    const column = this.rows()[row]?.indexOf(text) ?? -1;
    const buffer = this.#terminal.buffer.active;
    const cell = buffer.getLine(buffer.baseY + row)?.getCell(column);
    if (cell === undefined) throw new Error(`not on the screen: ${text}\n${this.framed()}`);
    return { bold: cell.isBold() !== 0, colour: cell.isFgDefault() ? undefined : cell.getFgColor() };
  }

  /** The screen with a frame, for messages. */
  framed(): string {
    return this.rows()
      .map((row) => `| ${row}`)
      .join("\n");
  }

  /** Waits until the screen meets `condition`; fails with the screen after `deadlineMs`. */
  async waitFor(condition: ScreenCondition, deadlineMs = DEADLINE_MS): Promise<void> {
    const end = performance.now() + deadlineMs;
    while (!meets(this.text(), condition)) {
      if (performance.now() > end) throw new Error(`not seen: ${String(condition)}\n${this.framed()}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await this.settled();
    }
  }
}

function meets(text: string, condition: ScreenCondition): boolean {
  if (typeof condition === "string") return text.includes(condition);
  return typeof condition === "function" ? condition(text) : condition.test(text);
}

/** `env` is added to a small clean environment (TERM=xterm-256color, UTF-8, no NO_COLOR); undefined removes. */
export interface SpawnOptions extends ScreenSize {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A command running in a pseudo-terminal. Call `kill` when done, whatever happened. */
export class TestTerminal extends Screen {
  readonly #pty: IPty;
  readonly #exit: Promise<number>;
  #output = "";

  constructor(command: string, parameters: readonly string[], options: SpawnOptions) {
    super(options);
    const { columns = 80, rows = 24, cwd = process.cwd() } = options;
    this.#pty = spawn(command, [...parameters], {
      cols: columns,
      rows,
      cwd,
      env: environmentOf(options.env),
    });
    this.#pty.onData((data) => {
      this.#output += data;
      this.write(data);
    });
    this.#exit = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => resolve(signal ? 128 + signal : exitCode));
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** Every byte the program has written, for the rare test that needs them. */
  get output(): string {
    return this.#output;
  }

  /** Types keys: text, or escape sequences such as `KEYS.up`. */
  send(keys: string): void {
    this.#pty.write(keys);
  }

  override resize(columns: number, rows: number): void {
    super.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  /** Exit code of the program (128 + signal number when killed by a signal); fails with the screen after `deadlineMs`. */
  async exitCode(deadlineMs = DEADLINE_MS): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`still running\n${this.framed()}`)), deadlineMs);
    });
    const code = await Promise.race([this.#exit, late]).finally(() => clearTimeout(timer));
    await this.settled();
    return code;
  }

  /** Ends the program if it still runs. */
  kill(): void {
    try {
      this.#pty.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }
}

function environmentOf(added: SpawnOptions["env"] = {}): Record<string, string> {
  const { PATH = "", HOME = "" } = process.env;
  const all = { PATH, HOME, TERM: "xterm-256color", LANG: "C.UTF-8", ...added };
  return Object.fromEntries(
    Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

/** Runs `command` in a pseudo-terminal of 80x24 (or `options`). */
export function spawnTerminal(
  command: string,
  parameters: readonly string[],
  options: SpawnOptions = {},
): TestTerminal {
  return new TestTerminal(command, parameters, options);
}

/** What xterm sends for keys. */
export const KEYS = {
  enter: "\r",
  tab: "\t",
  shiftTab: "\u001b[Z",
  backspace: "\u007f",
  delete: "\u001b[3~",
  up: "\u001b[A",
  down: "\u001b[B",
  right: "\u001b[C",
  left: "\u001b[D",
  home: "\u001b[H",
  end: "\u001b[F",
  pageUp: "\u001b[5~",
  pageDown: "\u001b[6~",
  ctrlHome: "\u001b[1;5H",
  ctrlEnd: "\u001b[1;5F",
  f1: "\u001bOP",
  wheelUp: "\u001b[<64;10;10M",
  wheelDown: "\u001b[<65;10;10M",
  ctrlC: "\u0003",
  ctrlD: "\u0004",
  ctrlL: "\u000c",
  ctrlZ: "\u001a",
} as const;
