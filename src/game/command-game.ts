/** The session as commands see it. */
import type { Adventure } from "./adventure.ts";
import type { ContextReport, StyleCatalog, TokenChoice } from "./ports.ts";
import type { Block, InputMode } from "./protocol.ts";
import type { SaveStore } from "./saves/save-store.ts";

/** A question to the player; `answer` gets the line and may ask again by throwing an `AppError`. */
export interface Question {
  readonly label: string;
  readonly initial?: string;
  readonly answer: (text: string) => Promise<void>;
}

/** What commands may see and do. */
export interface CommandGame {
  /** Throws `story.none` while no story has begun. */
  readonly adventure: Adventure;
  readonly saves: SaveStore;
  /** `undefined` while the adventure is not on disk. */
  readonly slug: string | undefined;
  show(...blocks: readonly Block[]): void;
  ask(question: Question): void;
  change(adventure: Adventure, shows: "page" | "nothing"): Promise<void>;
  act(text: string, mode: InputMode): Promise<void>;
  retell(): Promise<void>;
  loadSave(slug: string): Promise<void>;
  explain(): ContextReport;
  readonly styles: StyleCatalog;
  suggest(): Promise<readonly string[]>;
  explainPassage(): Promise<readonly TokenChoice[]>;
  quit(): Promise<void>;
}
