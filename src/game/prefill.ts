/** Lets the narrator read ahead while the player thinks. Only saves time, so a failure here is nobody's concern. */
import { type Adventure, buildRequestBase } from "./adventure.ts";
import type { Narrator } from "./ports.ts";

interface Running {
  readonly adventure: Adventure;
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

export class Prefill {
  private readonly narrator: Narrator;
  private running: Running | undefined;

  constructor(narrator: Narrator) {
    this.narrator = narrator;
  }

  /** Begins in the background, unless it has for this very state. `stop` must come before the state changes. */
  start(adventure: Adventure): void {
    if (this.running?.adventure === adventure) return;
    const controller = new AbortController();
    const done = this.prepare(adventure, controller.signal);
    this.running = { adventure, controller, done };
  }

  /** Aborts and waits until the narrator is idle. */
  async stop(): Promise<void> {
    this.running?.controller.abort();
    await this.running?.done;
    this.running = undefined;
  }

  private async prepare(adventure: Adventure, signal: AbortSignal): Promise<void> {
    try {
      await this.narrator.prepare(buildRequestBase(adventure), signal);
    } catch {
      // whatever is wrong will show in the next narrate, which can tell the player
    }
  }
}
