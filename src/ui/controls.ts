/**
 * What the player sees and does in the full screen, without a terminal: keys in, events out, a screenful to draw. Shared by
 * the front end and by tests that press keys without one.
 */
import type { InputRequest, Status, UiEvent, UiUpdate } from "../game/protocol.ts";
import { ASCII_SYMBOLS, type Screenful, UNICODE_SYMBOLS } from "./frame.ts";
import { StoryView } from "./story-view.ts";
import {
  applyCommand,
  clearLine,
  type EditorState,
  EMPTY_EDITOR,
  insertText,
  isEditorCommand,
  replaceLine,
  takeLine,
} from "./text/editor.ts";
import { KEY_BINDINGS, type ScreenCommand } from "./text/key-bindings.ts";
import type { KeyEvent } from "./text/keys.ts";

/** What the controls need of the front end around them. */
export interface ControlsOptions {
  /** Whether the terminal shows Unicode line characters. */
  readonly isUnicode: boolean;
  /** Whether a submitted line has not been answered yet. */
  isBusy(): boolean;
  send(event: UiEvent): void;
  redraw(): void;
  suspend(): void;
}

const WHEEL_ROWS = 3;
const TELLING_NOTICE = "still telling, Ctrl-C stops";
const BUSY_NOTICE = "one moment";

/** The state between keys and frames. */
export class Controls {
  readonly #options: ControlsOptions;
  readonly #story = new StoryView();
  #editor: EditorState = EMPTY_EDITOR;
  #status: Status | undefined;
  #request: InputRequest | undefined;
  #notice = "";

  constructor(options: ControlsOptions) {
    this.#options = options;
  }

  /** Takes an update of the game. */
  apply(update: UiUpdate): void {
    this.#story.apply(update);
    if (update.type === "told") this.#notice = "";
    if (update.type === "status") this.#status = update.status;
    if (update.type === "request") this.#ask(update.request);
  }

  /** Takes a key of the player. */
  handleKey(event: KeyEvent): void {
    this.#notice = "";
    if (this.#isHelpKey(event)) this.#help();
    else if (event.type !== "key") this.#editor = insertText(this.#editor, event.text);
    else this.#runCommand(KEY_BINDINGS[event.name]);
  }

  /** What is to be drawn now. */
  screenful(): Screenful {
    return {
      story: this.#story,
      status: this.#status,
      request: this.#request,
      editor: this.#editor,
      notice: this.#notice,
      symbols: this.#options.isUnicode ? UNICODE_SYMBOLS : ASCII_SYMBOLS,
    };
  }

  #ask(request: InputRequest): void {
    this.#request = request;
    this.#notice = "";
    if (request.initial === undefined) return;
    // What was being typed is not lost: it can be had back from the history.
    this.#editor = replaceLine(takeLine(this.#editor), request.initial);
  }

  #runCommand(command: (typeof KEY_BINDINGS)[string] | undefined): void {
    if (command === undefined) return;
    if (isEditorCommand(command)) this.#editor = applyCommand(this.#editor, command);
    else this.#screenCommands[command]();
  }

  readonly #screenCommands: Readonly<Record<ScreenCommand, () => void>> = {
    submit: () => this.#submitLine(),
    interrupt: () => this.#options.send({ type: "interrupt" }),
    "delete-or-close": () => this.#deleteOrClose(),
    help: () => this.#help(),
    redraw: () => this.#options.redraw(),
    suspend: () => this.#options.suspend(),
    "page-up": () => this.#story.scrollByPages(-1),
    "page-down": () => this.#story.scrollByPages(1),
    "row-up": () => this.#story.scrollBy(-1),
    "row-down": () => this.#story.scrollBy(1),
    "wheel-up": () => this.#story.scrollBy(-WHEEL_ROWS),
    "wheel-down": () => this.#story.scrollBy(WHEEL_ROWS),
    "page-start": () => this.#story.scrollToStart(),
    "page-end": () => this.#story.scrollToEnd(),
  };

  /** In a question, `/help` would be an answer. */
  #help(): void {
    if (this.#request?.kind !== "question" && !this.#isRefused()) this.#submit("/help");
  }

  #isHelpKey(event: KeyEvent): boolean {
    if (event.type !== "text" || event.text !== "?" || this.#editor.text !== "") return false;
    return this.#request?.kind !== "question" && !this.#options.isBusy();
  }

  #deleteOrClose(): void {
    if (this.#editor.text === "") this.#options.send({ type: "close" });
    else this.#editor = applyCommand(this.#editor, "delete");
  }

  #submitLine(): void {
    if (this.#isRefused()) return;
    const { text } = this.#editor;
    // Cleared first: the answer to this line may come at once and put text for editing into the next one.
    // Answers to questions (names, yes, no) are not worth recalling.
    this.#editor = this.#request?.kind === "question" ? clearLine(this.#editor) : takeLine(this.#editor);
    this.#request = undefined;
    this.#submit(text);
  }

  #submit(text: string): void {
    this.#story.scrollToEnd();
    this.#options.send({ type: "submit", text, mode: this.#editor.mode });
  }

  /** One line at a time: while the game is still answering, Enter only says so. */
  #isRefused(): boolean {
    if (!this.#options.isBusy()) return false;
    this.#notice = this.#status?.state === "telling" ? TELLING_NOTICE : BUSY_NOTICE;
    return true;
  }
}
