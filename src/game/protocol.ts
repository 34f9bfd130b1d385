/**
 * What passes between the game and a front end (full screen, plain lines, JSON lines). Plain data only; all text is free
 * of control characters. A front end knows this file and nothing else of the game.
 */

/** How typed text is meant: an action, words spoken, or a paragraph of the story itself. */
export type InputMode = "do" | "say" | "story";

export type UiEvent =
  /** A line was entered. `text` may be anything, also empty (continue) or a `/command`. */
  | { readonly type: "submit"; readonly text: string; readonly mode: InputMode }
  /** Ctrl-C: stops the passage being told; when nothing is being told, a second one within two seconds leaves. */
  | { readonly type: "interrupt" }
  /** No more input will come (end of file, terminal gone). */
  | { readonly type: "close" };

/**
 * A stretch of text on the page. `opening`, `action` (the player's line, without `> `), `passage` and `ending` are the
 * story; `info` answers a command, `error` says what was wrong and how to mend it, `choices` lists what ink offers.
 */
export interface Block {
  readonly kind: "title" | "opening" | "action" | "passage" | "ending" | "info" | "error" | "choices";
  /** Paragraphs separated by a blank line; single newlines are kept. */
  readonly text: string;
}

/** What the game is waiting for. */
export interface InputRequest {
  /** `action`: a turn or a command. `question`: a free answer, shown with `label`; the mode does not matter. */
  readonly kind: "action" | "question";
  readonly label: string;
  /** Text to put into the input line, for editing. */
  readonly initial?: string;
}

export interface Status {
  readonly title: string;
  readonly model: string;
  /** Turns told on the current path. */
  readonly turn: number;
  readonly state: "waiting" | "telling";
  /** Sampled tokens a second of the last passage; absent before the first. */
  readonly tokensPerSecond?: number;
  /** Tokens of the last prompt and reply, and the model's limit. */
  readonly contextTokens?: number;
  readonly contextSize: number;
}

export type UiUpdate =
  /** Replaces the whole page (a story starts, is loaded, or goes back). */
  | { readonly type: "page"; readonly blocks: readonly Block[] }
  /** Adds to the end of the page. */
  | { readonly type: "block"; readonly block: Block }
  /** Text that continues the passage being told; the first one after anything else begins a new passage. */
  | { readonly type: "text"; readonly text: string }
  /** The passage being told is complete. */
  | { readonly type: "told" }
  | { readonly type: "status"; readonly status: Status }
  | { readonly type: "request"; readonly request: InputRequest }
  /** The game is over for this run; the front end closes. */
  | { readonly type: "bye"; readonly text: string };

/** Where a front end sends what the player does. Resolves when the game has answered completely (a turn is on disk). */
export type EventHandler = (event: UiEvent) => Promise<void>;

export interface FrontEnd {
  /** Shows the front end and passes events to `handle` until `close` is called or input ends. */
  run(handle: EventHandler): Promise<void>;
  update(update: UiUpdate): void;
  /** Restores the terminal. May be called more than once, at any time, also before `run`. */
  close(): void;
}
