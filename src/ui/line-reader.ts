/**
 * Lines from a stream of bytes, one at a time and as slowly as the reader asks. Never throws: what is not UTF-8 becomes
 * U+FFFD, a line without end is cut, an error of the stream is its end.
 */

/** Longest line in UTF-16 units; the rest of a longer one is dropped, or `cat /dev/zero` would fill the memory. */
export const LINE_LIMIT = 1_000_000;

/** Starts reading when created. */
export class LineReader {
  readonly #input: NodeJS.ReadableStream;
  readonly #decoder = new TextDecoder();
  readonly #lines: string[] = [];
  #partial = "";
  #isEnded = false;
  #wake: () => void = () => undefined;

  constructor(input: NodeJS.ReadableStream) {
    this.#input = input;
    input.on("data", this.#onData);
    input.on("end", this.#onEnd);
    input.on("close", this.#onEnd);
    input.on("error", this.#onEnd);
  }

  /** The next line without its end; nothing after the last one or after `close`. One call at a time. */
  async next(): Promise<string | undefined> {
    while (this.#lines.length === 0 && !this.#isEnded) {
      this.#input.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#lines.shift();
  }

  /** Stops reading; lines that were not asked for are dropped. */
  close(): void {
    this.#input.off("data", this.#onData);
    this.#input.off("end", this.#onEnd);
    this.#input.off("close", this.#onEnd);
    // The error listener stays: a terminal that fails after this is nobody's concern.
    this.#input.pause();
    this.#lines.length = 0;
    this.#partial = "";
    this.#isEnded = true;
    this.#wake();
  }

  readonly #onData = (data: Uint8Array | string): void => {
    this.#take(typeof data === "string" ? data : this.#decoder.decode(data, { stream: true }));
    // The stream waits while the game tells.
    if (this.#lines.length > 0) this.#input.pause();
    this.#wake();
  };

  readonly #onEnd = (): void => {
    if (this.#isEnded) return;
    this.#take(this.#decoder.decode());
    if (this.#partial !== "") this.#lines.push(this.#partial);
    this.#partial = "";
    this.#isEnded = true;
    this.#wake();
  };

  #take(text: string): void {
    const [first = "", ...rest] = text.split("\n");
    this.#extend(first);
    for (const line of rest) {
      this.#lines.push(this.#partial.replace(/\r$/, ""));
      this.#partial = "";
      this.#extend(line);
    }
  }

  #extend(text: string): void {
    this.#partial += text.slice(0, LINE_LIMIT - this.#partial.length);
  }
}
