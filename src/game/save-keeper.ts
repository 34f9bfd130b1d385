/**
 * Keeps the adventure being played on disk: after a failure the game goes on in memory and the next turn tries again,
 * and the player is told when something changes.
 */
import { AppError } from "../shared/errors.ts";
import type { Adventure } from "./adventure.ts";
import { buildBlock } from "./page.ts";
import type { Block } from "./protocol.ts";
import type { SaveStore } from "./saves/save-store.ts";

export class SaveKeeper {
  private readonly store: SaveStore;
  private currentSlug: string | undefined;
  private lastFailure: AppError | undefined;

  /** `slug` of a loaded adventure; without one the first save makes a fresh slug. */
  constructor(store: SaveStore, slug?: string) {
    this.store = store;
    this.currentSlug = slug;
  }

  /** `undefined` until the adventure has been written once. */
  get slug(): string | undefined {
    return this.currentSlug;
  }

  /** Why the adventure on disk is older than the one in memory; `undefined` when it is not. */
  get failure(): AppError | undefined {
    return this.lastFailure;
  }

  /** Saves; never throws an `AppError`. Gives what the player should be told, if anything. */
  async save(adventure: Adventure): Promise<Block | undefined> {
    const { currentSlug, lastFailure } = this;
    try {
      this.currentSlug =
        currentSlug === undefined
          ? await this.store.create(adventure)
          : await this.store.write(currentSlug, adventure);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return this.reportFailure(error);
    }
    this.lastFailure = undefined;
    if (currentSlug !== undefined && this.currentSlug !== currentSlug) {
      const reason = `"${currentSlug}" was changed by another program`;
      return buildBlock(
        "info",
        `${reason}, so this adventure goes on as "${this.currentSlug}". Both are kept.`,
      );
    }
    return lastFailure === undefined ? undefined : buildBlock("info", "Saving works again; nothing is lost.");
  }

  private reportFailure(error: AppError): Block {
    this.lastFailure = error;
    const promise = "The game goes on in memory, and saving is tried again after the next turn.";
    return buildBlock("error", [error.message, promise, error.hint ?? ""].join("\n").trim());
  }
}
