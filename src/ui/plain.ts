/**
 * The plain front end: a line in, lines out. For pipes, scripts, screen readers and terminals that cannot move their
 * cursor. Nothing is ever redrawn, and status updates are not shown, so a seeded game prints the same bytes every time.
 */
import type { Block, EventHandler, FrontEnd, InputRequest, UiEvent, UiUpdate } from "../game/protocol.ts";
import { LineReader } from "./line-reader.ts";
import { isColourWanted } from "./locale.ts";
import { PendingEvents } from "./pending-events.ts";
import { PassageText, toPrintable } from "./text/passage-text.ts";
import { type StyledLine, styledLinesOf, type TextStyle } from "./text/styled-lines.ts";
import { StreamWrap, wrapLine } from "./text/wrap.ts";

/** Any streams; `isTTY` and `columns` are used where they exist. `environment`: NO_COLOR and TERM are looked at. */
export interface PlainOptions {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const DEFAULT_COLUMNS = 80;
const SGR: Readonly<Partial<Record<TextStyle, string>>> = { title: "1", action: "1", ending: "1", info: "2" };

/** Turns that are printed when a page is shown again. */
const RECAP_TURNS = 3;

interface Passage {
  readonly text: PassageText;
  readonly wrap: StreamWrap;
}

/** One use: after `close` create another one. */
export class PlainFrontEnd implements FrontEnd {
  readonly #options: PlainOptions;
  readonly #pending = new PendingEvents();
  readonly #isColoured: boolean;
  #reader: LineReader | undefined;
  #passage: Passage | undefined;
  #request: InputRequest | undefined;
  #isEmpty = true;
  #isAtRowStart = true;
  #isPromptShown = false;
  #isClosed = false;
  #isBroken = false;

  constructor(options: PlainOptions) {
    this.#options = options;
    this.#isColoured = options.output.isTTY === true && isColourWanted(options.environment);
    options.output.on("error", this.#onOutputError);
  }

  async run(handle: EventHandler): Promise<void> {
    process.on("SIGINT", this.#onInterrupt);
    try {
      if (!this.#isClosed) void this.#readLines();
      await this.#pending.run(handle);
    } finally {
      this.close();
    }
  }

  update(update: UiUpdate): void {
    if (this.#isClosed) return;
    if (update.type === "page") for (const block of recapOf(update.blocks)) this.#printBlock(block);
    else if (update.type === "block") this.#printBlock(update.block);
    else if (update.type === "text") this.#printText(update.text);
    else if (update.type === "told") this.#endPassage();
    else if (update.type === "request") this.#ask(update.request);
    else if (update.type === "bye") this.#sayBye(update.text);
  }

  close(): void {
    process.off("SIGINT", this.#onInterrupt);
    if (this.#isClosed) return;
    this.#endPassage();
    if (!this.#isAtRowStart) this.#write("\n");
    this.#isClosed = true;
    this.#reader?.close();
    this.#pending.finish();
  }

  async #readLines(): Promise<void> {
    this.#reader = new LineReader(this.#options.input);
    while (!this.#isClosed) {
      const text = await this.#reader.next();
      if (this.#isClosed) return;
      // The terminal has echoed the line and its end.
      if (this.#isPromptShown && text !== undefined) this.#isAtRowStart = true;
      this.#isPromptShown = false;
      if (text === undefined) return this.#pending.send({ type: "close" });
      await this.#pending.send({ type: "submit", text, mode: "do" });
      this.#showPrompt();
    }
  }

  readonly #onInterrupt = (): void => {
    // The terminal has shown ^C.
    if (this.#options.input.isTTY === true) this.#isAtRowStart = false;
    void this.#pending.send({ type: "interrupt" } satisfies UiEvent);
  };

  /** Nobody reads any more (`| head`): the game is left in order, without a word. */
  readonly #onOutputError = (): void => {
    this.#isBroken = true;
    void this.#pending.send({ type: "close" });
  };

  #ask(request: InputRequest): void {
    this.#request = request;
    if (request.kind === "question") this.#printQuestion(request);
    this.#showPrompt();
  }

  /** The text to be edited cannot be put into a line that the terminal edits, so it is shown. */
  #printQuestion({ label, initial = "" }: InputRequest): void {
    this.#printBlock({ kind: "info", text: initial === "" ? label : `${label}\n[${initial}]` });
  }

  #showPrompt(): void {
    if (this.#options.input.isTTY !== true || this.#isPromptShown || this.#isClosed) return;
    if (this.#request === undefined) return;
    this.#beginBlock();
    this.#write("> ");
    this.#isPromptShown = true;
  }

  #printBlock(block: Block): void {
    this.#beginBlock();
    for (const line of styledLinesOf(block)) this.#write(this.#rendered(line));
  }

  #rendered(line: StyledLine): string {
    const code = this.#isColoured ? SGR[line.style] : undefined;
    return wrapLine(line.text, this.#columns(), line.hangingColumns)
      .map((row) => (code === undefined || row === "" ? `${row}\n` : `\u001b[${code}m${row}\u001b[0m\n`))
      .join("");
  }

  #printText(text: string): void {
    const passage = this.#passage ?? { text: new PassageText(), wrap: new StreamWrap(this.#columns()) };
    const shown = passage.text.push(text);
    if (shown === "") return;
    if (this.#passage === undefined) this.#beginBlock();
    this.#passage = passage;
    this.#write(passage.wrap.push(shown));
  }

  #endPassage(): void {
    const passage = this.#passage;
    this.#passage = undefined;
    if (passage !== undefined) this.#write(`${passage.wrap.flush()}\n`);
  }

  /** Ends what came before; one blank line lies between two blocks. */
  #beginBlock(): void {
    this.#endPassage();
    this.#isPromptShown = false;
    if (!this.#isAtRowStart) this.#write("\n");
    if (!this.#isEmpty) this.#write("\n");
    this.#isEmpty = false;
  }

  #sayBye(text: string): void {
    if (text !== "") this.#printBlock({ kind: "info", text: toPrintable(text) });
    this.close();
  }

  #columns(): number {
    const { output } = this.#options;
    return output.isTTY === true ? output.columns || DEFAULT_COLUMNS : DEFAULT_COLUMNS;
  }

  #write(text: string): void {
    if (text === "" || this.#isBroken || this.#isClosed) return;
    this.#isAtRowStart = text.endsWith("\n");
    this.#options.output.write(text);
  }
}

/** What is printed of a page: a long story told again from its beginning at every step back helps nobody. */
function recapOf(blocks: readonly Block[]): readonly Block[] {
  const actions = blocks.flatMap((block, index) => (block.kind === "action" ? [index] : []));
  const start = actions.at(-RECAP_TURNS) ?? 0;
  if (actions.length <= RECAP_TURNS) return blocks;
  const titles = blocks.slice(0, start).filter((block) => block.kind === "title");
  return [...titles, { kind: "info", text: "(earlier turns are not repeated)" }, ...blocks.slice(start)];
}
