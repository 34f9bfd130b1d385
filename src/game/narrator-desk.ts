/**
 * The way to the narrator, who does one thing at a time: reads ahead while nobody asks for anything, tells when asked, and
 * can be stopped.
 */
import type { Adventure } from "./adventure.ts";
import type { Narrator } from "./ports.ts";
import { Prefill } from "./prefill.ts";

export class NarratorDesk {
  private readonly narrator: Narrator;
  private readonly onBusy: () => void;
  private readonly prefill: Prefill;
  private work: AbortController | undefined;

  /** `onBusy` is called when something begins that the player waits for. */
  constructor(narrator: Narrator, onBusy: () => void) {
    this.narrator = narrator;
    this.onBusy = onBusy;
    this.prefill = new Prefill(narrator);
  }

  /** Whether the player waits for the narrator. */
  get isBusy(): boolean {
    return this.work !== undefined;
  }

  /** Has the narrator for itself; `signal` is aborted by `stop`. Busy from the call on, so that `stop` always finds it. */
  async use<T>(task: (narrator: Narrator, signal: AbortSignal) => Promise<T>): Promise<T> {
    const work = new AbortController();
    this.work = work;
    this.onBusy();
    try {
      await this.prefill.stop();
      return await task(this.narrator, work.signal);
    } finally {
      this.work = undefined;
    }
  }

  /** What was asked for ends soon, with what there is of it. */
  stop(): void {
    this.work?.abort();
  }

  readAhead(adventure: Adventure): void {
    this.prefill.start(adventure);
  }

  /** Must come before the adventure changes. */
  async endReadingAhead(): Promise<void> {
    await this.prefill.stop();
  }
}
