/**
 * Which key does what in the full screen. Data only: editor commands are carried out by editor.ts, screen commands by the
 * full-screen front end. Emacs and xterm habits, as in readline.
 */
import type { EditorCommand } from "./editor.ts";

/** What a key can do beside editing the line. */
export type ScreenCommand =
  | "submit"
  | "interrupt"
  | "delete-or-close"
  | "help"
  | "redraw"
  | "suspend"
  | "page-up"
  | "page-down"
  | "row-up"
  | "row-down"
  | "wheel-up"
  | "wheel-down"
  | "page-start"
  | "page-end";

/** Key name (see keys.ts) to command. */
export const KEY_BINDINGS: Readonly<Record<string, EditorCommand | ScreenCommand>> = {
  enter: "submit",
  "ctrl-c": "interrupt",
  "ctrl-d": "delete-or-close",
  f1: "help",
  "ctrl-l": "redraw",
  "ctrl-z": "suspend",

  pageup: "page-up",
  pagedown: "page-down",
  "shift-up": "row-up",
  "shift-down": "row-down",
  "wheel-up": "wheel-up",
  "wheel-down": "wheel-down",
  "ctrl-home": "page-start",
  "ctrl-end": "page-end",

  tab: "next-mode",
  "shift-tab": "previous-mode",
  up: "history-previous",
  "ctrl-p": "history-previous",
  down: "history-next",
  "ctrl-n": "history-next",

  left: "left",
  "ctrl-b": "left",
  right: "right",
  "ctrl-f": "right",
  "ctrl-left": "word-left",
  "alt-left": "word-left",
  "alt-b": "word-left",
  "ctrl-right": "word-right",
  "alt-right": "word-right",
  "alt-f": "word-right",
  home: "home",
  "ctrl-a": "home",
  end: "end",
  "ctrl-e": "end",
  backspace: "backspace",
  delete: "delete",
  "ctrl-w": "delete-word-left",
  "alt-backspace": "delete-word-left",
  "ctrl-delete": "delete-word-right",
  "alt-d": "delete-word-right",
  "ctrl-u": "delete-to-start",
  "ctrl-k": "delete-to-end",
};
