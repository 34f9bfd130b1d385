/**
 * The line editor: pure functions from state to state. Positions are UTF-16 indices that always lie on a grapheme cluster
 * boundary. Knows nothing of keys (see key-bindings.ts) or of drawing (see input-layout.ts).
 */
import type { InputMode } from "../../game/protocol.ts";
import { stripControls } from "../../shared/text.ts";
import { boundaryAfter, boundaryBefore, snapToBoundary } from "./graphemes.ts";

/** `historyIndex` from 0 (oldest) to `history.length`, which stands for the line being written, kept in `draft`. */
export interface EditorState {
  readonly text: string;
  readonly cursor: number;
  readonly mode: InputMode;
  readonly history: readonly string[];
  readonly historyIndex: number;
  readonly draft: string;
}

const MODES: readonly InputMode[] = ["do", "say", "story"];
const HISTORY_LIMIT = 500;
/** Longest line in UTF-16 units; more than any narrator can read. */
export const LINE_LIMIT = 20_000;

/** An empty line in mode `do` without history. */
export const EMPTY_EDITOR: EditorState = {
  text: "",
  cursor: 0,
  mode: "do",
  history: [],
  historyIndex: 0,
  draft: "",
};

const withLine = (state: EditorState, text: string, cursor: number): EditorState => ({
  ...state,
  text,
  cursor: snapToBoundary(text, Math.min(cursor, text.length)),
});

/** Replaces the line; the cursor goes to its end. */
export function replaceLine(state: EditorState, text: string): EditorState {
  const line = toLine(text);
  return withLine(state, line, line.length);
}

/** Inserts typed or pasted text at the cursor; several lines become one. The line stays within `LINE_LIMIT`. */
export function insertText(state: EditorState, text: string): EditorState {
  const room = LINE_LIMIT - state.text.length;
  const inserted = toLine(text).slice(0, Math.max(0, room)).toWellFormed();
  const line = state.text.slice(0, state.cursor) + inserted + state.text.slice(state.cursor);
  return withLine(state, line, state.cursor + inserted.length);
}

function toLine(text: string): string {
  return stripControls(text)
    .replace(/^\n+|\n+$/g, "")
    .replace(/[ \t]*\n\s*/g, " ")
    .replaceAll("\t", " ");
}

/** An empty line, with mode and history as before. */
export function clearLine(state: EditorState): EditorState {
  return { ...state, text: "", cursor: 0, historyIndex: state.history.length, draft: "" };
}

/** `clearLine`, and the line goes to the history (not when empty, not twice in a row). */
export function takeLine(state: EditorState): EditorState {
  return clearLine({ ...state, history: addToHistory(state.history, state.text) });
}

function addToHistory(history: readonly string[], text: string): readonly string[] {
  if (text.trim() === "" || history.at(-1) === text) return history;
  return [...history, text].slice(-HISTORY_LIMIT);
}

function remove(state: EditorState, start: number, end: number): EditorState {
  return withLine(state, state.text.slice(0, start) + state.text.slice(end), start);
}

function move(state: EditorState, cursor: number): EditorState {
  return { ...state, cursor: snapToBoundary(state.text, cursor) };
}

function wordStart(state: EditorState): number {
  return /\S*\s*$/.exec(state.text.slice(0, state.cursor))?.index ?? 0;
}

function wordEnd(state: EditorState): number {
  return state.cursor + (/^\s*\S*/.exec(state.text.slice(state.cursor))?.[0].length ?? 0);
}

function recall(state: EditorState, historyIndex: number): EditorState {
  if (historyIndex < 0 || historyIndex > state.history.length) return state;
  const isDraft = state.historyIndex === state.history.length;
  const draft = isDraft ? state.text : state.draft;
  const text = state.history[historyIndex] ?? draft;
  return withLine({ ...state, draft, historyIndex }, text, text.length);
}

function cycleMode(state: EditorState, step: number): EditorState {
  const index = (MODES.indexOf(state.mode) + step + MODES.length) % MODES.length;
  return { ...state, mode: MODES[index] ?? "do" };
}

const COMMANDS = {
  backspace: (state) => remove(state, boundaryBefore(state.text, state.cursor), state.cursor),
  delete: (state) => remove(state, state.cursor, boundaryAfter(state.text, state.cursor)),
  "delete-word-left": (state) => remove(state, wordStart(state), state.cursor),
  "delete-word-right": (state) => remove(state, state.cursor, wordEnd(state)),
  "delete-to-start": (state) => remove(state, 0, state.cursor),
  "delete-to-end": (state) => remove(state, state.cursor, state.text.length),
  left: (state) => move(state, boundaryBefore(state.text, state.cursor)),
  right: (state) => move(state, boundaryAfter(state.text, state.cursor)),
  "word-left": (state) => move(state, wordStart(state)),
  "word-right": (state) => move(state, wordEnd(state)),
  home: (state) => move(state, 0),
  end: (state) => move(state, state.text.length),
  "history-previous": (state) => recall(state, state.historyIndex - 1),
  "history-next": (state) => recall(state, state.historyIndex + 1),
  "next-mode": (state) => cycleMode(state, 1),
  "previous-mode": (state) => cycleMode(state, -1),
} satisfies Record<string, (state: EditorState) => EditorState>;

/** What a key can do to the line. */
export type EditorCommand = keyof typeof COMMANDS;

/** Whether `name` is an editor command. */
export function isEditorCommand(name: string): name is EditorCommand {
  return Object.hasOwn(COMMANDS, name);
}

/** The state after a command; the same state where the command has nothing to do. */
export function applyCommand(state: EditorState, command: EditorCommand): EditorState {
  return COMMANDS[command](state);
}
