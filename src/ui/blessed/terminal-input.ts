/**
 * Keys from a terminal in raw mode, with bracketed paste and wheel reports switched on while it is open.
 */
import { KeyDecoder, type KeyEvent } from "../text/keys.ts";

/** A lone escape byte is the escape key when nothing follows within this time. */
const ESCAPE_TIMEOUT_MS = 50;

/** Wheel reports need buttons (1000) in SGR form (1006); movement is not asked for. Then bracketed paste (2004). */
const MODES_ON = "\u001b[?1000h\u001b[?1006h\u001b[?2004h";
const MODES_OFF = "\u001b[?2004l\u001b[?1006l\u001b[?1000l";

/** Where keys come from and who gets them. */
export interface TerminalInputOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  onKey(event: KeyEvent): void;
  /** The terminal is gone. */
  onEnd(): void;
}

/** Closed at first; `open` and `close` may alternate (job control). */
export class TerminalInput {
  readonly #options: TerminalInputOptions;
  readonly #decoder = new KeyDecoder();
  #escapeTimer: NodeJS.Timeout | undefined;
  #isOpen = false;

  constructor(options: TerminalInputOptions) {
    this.#options = options;
  }

  open(): void {
    const { input, output } = this.#options;
    if (this.#isOpen) return;
    this.#isOpen = true;
    input.setRawMode?.(true);
    input.on("data", this.#onData);
    input.on("end", this.#onEnd);
    input.on("error", this.#onEnd);
    input.resume();
    output.write(MODES_ON);
  }

  /** Raw mode and reports off. The input is paused, so that it does not keep the process alive. */
  close(): void {
    const { input, output } = this.#options;
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#escapeTimer);
    input.off("data", this.#onData);
    input.off("end", this.#onEnd);
    input.off("error", this.#onEnd);
    input.pause();
    if (output.writable) output.write(MODES_OFF);
    if (!input.destroyed) input.setRawMode?.(false);
  }

  readonly #onEnd = (): void => this.#options.onEnd();

  readonly #onData = (data: Uint8Array | string): void => {
    clearTimeout(this.#escapeTimer);
    this.#emit(this.#decoder.push(typeof data === "string" ? Buffer.from(data) : data));
    if (!this.#decoder.isPending || !this.#isOpen) return;
    this.#escapeTimer = setTimeout(() => this.#emit(this.#decoder.flush()), ESCAPE_TIMEOUT_MS);
  };

  #emit(events: readonly KeyEvent[]): void {
    for (const event of events) {
      if (this.#isOpen) this.#options.onKey(event);
    }
  }
}
