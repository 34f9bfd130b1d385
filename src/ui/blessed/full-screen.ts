/**
 * The full-screen front end: keys to events, updates to frames. Owns when to draw and when to listen; what the screen looks
 * like is frame.ts, what a key does to the line is editor.ts. The terminal is taken in `run` and given back by `close`.
 */
import type { EventHandler, FrontEnd, UiEvent, UiUpdate } from "../../game/protocol.ts";
import { Controls } from "../controls.ts";
import { drawFrame } from "../frame.ts";
import { isColourWanted, isUtf8Locale } from "../locale.ts";
import { PendingEvents } from "../pending-events.ts";
import { toPrintable } from "../text/passage-text.ts";
import { CellScreen } from "./cell-screen.ts";
import { guardProcess } from "./process-guard.ts";
import { TerminalInput } from "./terminal-input.ts";

/** About 30 pictures a second while text streams; keys are shown at once. */
const FRAME_INTERVAL_MS = 33;

/** The terminal. `environment`: TERM, NO_COLOR and the locale variables are looked at. */
export interface FullScreenOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** One use: after `close` create another one. */
export class FullScreenFrontEnd implements FrontEnd {
  readonly #options: FullScreenOptions;
  readonly #controls: Controls;
  readonly #pending = new PendingEvents();
  readonly #keys: TerminalInput;
  #screen: CellScreen | undefined;
  #releaseProcess: (() => void) | undefined;
  #drawTimer: NodeJS.Timeout | undefined;
  #drawnAtMs = 0;
  #isClosed = false;

  constructor(options: FullScreenOptions) {
    this.#options = options;
    this.#controls = new Controls({
      isUnicode: isUtf8Locale(options.environment),
      isBusy: () => this.#pending.isBusy,
      send: (event) => this.#send(event),
      redraw: () => this.#screen?.invalidate(),
      suspend: () => this.#suspend(),
    });
    this.#keys = new TerminalInput({
      input: options.input,
      output: options.output,
      onKey: (event) => {
        this.#controls.handleKey(event);
        this.#scheduleDraw(0);
      },
      onEnd: () => this.#send({ type: "close" }),
    });
  }

  async run(handle: EventHandler): Promise<void> {
    if (!this.#isClosed) this.#open();
    try {
      await this.#pending.run(handle);
    } finally {
      this.close();
    }
  }

  update(update: UiUpdate): void {
    if (this.#isClosed) return;
    this.#controls.apply(update);
    if (update.type === "bye") {
      this.close();
      // Said on the normal screen, where it stays to be read.
      if (update.text !== "") this.#options.output.write(`${toPrintable(update.text)}\n`);
      return;
    }
    this.#scheduleDraw(FRAME_INTERVAL_MS);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#drawTimer);
    this.#releaseProcess?.();
    this.#options.output.off("error", this.#onOutputError);
    if (this.#screen !== undefined) {
      this.#keys.close();
      this.#screen.close();
    }
    this.#pending.finish();
  }

  #open(): void {
    const { output, environment } = this.#options;
    this.#releaseProcess = guardProcess({
      restore: () => this.close(),
      onInterrupt: () => this.#send({ type: "interrupt" }),
      onContinue: () => this.#resume(),
    });
    output.on("error", this.#onOutputError);
    this.#screen = new CellScreen({
      output,
      isColoured: isColourWanted(environment),
      onResize: () => this.#scheduleDraw(0),
    });
    this.#keys.open();
    this.#scheduleDraw(0);
  }

  /** The terminal was closed under us: nothing can be shown, but the game can still be left in order. */
  readonly #onOutputError = (): void => this.#send({ type: "close" });

  #send(event: UiEvent): void {
    this.#pending.send(event);
    this.#scheduleDraw(0);
  }

  /** Draws at most every `intervalMs`; 0 draws as soon as the keys that wait have been read. */
  #scheduleDraw(intervalMs: number): void {
    if (this.#isClosed || this.#screen === undefined) return;
    if (this.#drawTimer !== undefined && intervalMs > 0) return;
    clearTimeout(this.#drawTimer);
    const waitMs = Math.max(0, this.#drawnAtMs + intervalMs - performance.now());
    this.#drawTimer = setTimeout(() => this.#draw(), waitMs);
  }

  #draw(): void {
    this.#drawTimer = undefined;
    if (this.#isClosed || this.#screen === undefined) return;
    this.#drawnAtMs = performance.now();
    this.#screen.paint(drawFrame(this.#controls.screenful(), this.#screen.size));
  }

  /** Ctrl-Z. The whole process group stops, for a package runner may stand between us and the shell. */
  #suspend(): void {
    if (this.#options.input !== process.stdin || process.platform === "win32") return;
    this.#keys.close();
    this.#screen?.leave();
    process.kill(0, "SIGTSTP");
    // Reached when the process goes on, or at once where no shell could wake it (orphaned process group).
    this.#resume();
  }

  #resume(): void {
    if (this.#isClosed) return;
    // The shell may have changed the modes behind our back: take them anew.
    this.#keys.close();
    this.#keys.open();
    this.#screen?.enter();
    this.#scheduleDraw(0);
  }
}
