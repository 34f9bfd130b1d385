/** A progress bar with the percentage and the time left, on a terminal only. */

const BAR_CELLS = 24;
/** Before this, the time left is a guess. */
const FIRST_ESTIMATE_MS = 1000;

/** `onProgress` functions that draw on `stream`; each draws over the last, and 1 (or `end`) wipes the line. */
export class ProgressBar {
  readonly #stream: NodeJS.WriteStream;
  readonly #label: string;
  readonly #started = Date.now();
  #isDrawn = false;

  constructor(label: string, stream: NodeJS.WriteStream = process.stderr) {
    this.#label = label;
    this.#stream = stream;
  }

  /** `fraction` is how much is done, 0 to 1. */
  readonly update = (fraction: number): void => {
    if (!this.#stream.isTTY) return;
    const line = progressLine(this.#label, fraction, Date.now() - this.#started);
    this.#stream.write(`\r${line.slice(0, this.#stream.columns - 1)}\u001b[K`);
    this.#isDrawn = true;
    if (fraction >= 1) this.end();
  };

  readonly end = (): void => {
    if (this.#isDrawn) this.#stream.write("\r\u001b[K");
    this.#isDrawn = false;
  };
}

/** `Importing [######------------------]  25 %, 12 s left`. */
export function progressLine(label: string, fraction: number, elapsedMs: number): string {
  const done = Math.min(1, Math.max(0, fraction));
  const filled = Math.round(done * BAR_CELLS);
  const bar = "#".repeat(filled) + "-".repeat(BAR_CELLS - filled);
  const left =
    done > 0 && elapsedMs >= FIRST_ESTIMATE_MS ? `, ${timeLeft((elapsedMs / done) * (1 - done))}` : "";
  return `${label} [${bar}] ${String(Math.floor(done * 100)).padStart(3)} %${left}`;
}

function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 100 ? `${seconds} s left` : `${Math.ceil(seconds / 60)} min left`;
}
