/**
 * The events that the game has not answered yet. Lets a front end wait for the game, and ends `run` when the front end is
 * closed and nothing is under way, or when a handler fails.
 */
import type { EventHandler, UiEvent } from "../game/protocol.ts";

/** One per front end. Events before `run` are kept and handled first. */
export class PendingEvents {
  readonly #early: UiEvent[] = [];
  readonly #answers = new Set<Promise<void>>();
  #handle: EventHandler | undefined;
  #submitted = 0;
  #isCloseSent = false;
  #settle: () => void = () => undefined;
  readonly #finished = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });
  #failure: { readonly error: unknown } | undefined;

  /** Whether a submitted line has not been answered yet. */
  get isBusy(): boolean {
    return this.#submitted > 0;
  }

  /** Passes an event on; resolves when it is answered. `close` is passed on once, and ends `run` when answered. */
  async send(event: UiEvent): Promise<void> {
    if (this.#handle === undefined) {
      this.#early.push(event);
      return;
    }
    if (event.type === "close" && this.#isCloseSent) return;
    const answer = this.#answer(event, this.#handle);
    this.#answers.add(answer);
    await answer;
    this.#answers.delete(answer);
  }

  /** Resolves when `finish` was called and every event is answered; rejects with what a handler threw. */
  async run(handle: EventHandler): Promise<void> {
    this.#handle = handle;
    for (const event of this.#early.splice(0)) void this.send(event);
    await this.#finished;
    while (this.#answers.size > 0 && this.#failure === undefined) await Promise.race(this.#answers);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** No more events come. */
  finish(): void {
    this.#settle();
  }

  /** Never rejects: a failure ends `run`. */
  async #answer(event: UiEvent, handle: EventHandler): Promise<void> {
    if (event.type === "submit") this.#submitted += 1;
    if (event.type === "close") this.#isCloseSent = true;
    try {
      await handle(event);
      if (event.type === "close") this.finish();
    } catch (error) {
      this.#failure ??= { error };
      this.finish();
    } finally {
      if (event.type === "submit") this.#submitted -= 1;
    }
  }
}
