/**
 * World notes (a lorebook): a note comes into the narrator's sight when one of its keys occurs in the action or in the
 * last passage. Pure: what is active follows from the turns alone, so undo and reload need no extra state.
 */
import { compileKey, type KeyMatcher } from "./note-keys.ts";
import type { BracketLine, PlayerAction, StoryTurn } from "./ports.ts";

/** As authored and as saved. `keys` are words, phrases or `/regex/i`; `always` notes need no key. */
export interface WorldNote {
  readonly name: string;
  readonly keys: readonly string[];
  readonly text: string;
  readonly always: boolean;
}

/** Turns for which a note stays in the request after it last fired. */
export const NOTE_LIFETIME_TURNS = 6;
/** A note that keeps firing is written again when its line is older than this many turns. */
export const NOTE_REPEAT_TURNS = 12;

/** The notes of one request. */
export interface NoteSelection {
  /** Always-on notes and those that fired lately, in the author's order. */
  readonly notes: readonly BracketLine[];
  /** Those that fire now and have not been written into the story lately. */
  readonly inserted: readonly BracketLine[];
}

/** Notes for the turn that `action` begins, after `turns`. Keys must be valid (see `compileKey`). */
export function selectNotes(
  notes: readonly WorldNote[],
  opening: string,
  turns: readonly StoryTurn[],
  action: PlayerAction,
): NoteSelection {
  const recent = recentTexts(opening, turns, action);
  const written = turns.slice(-NOTE_REPEAT_TURNS).flatMap((turn) => turn.inserted);
  const selection = { notes: [] as BracketLine[], inserted: [] as BracketLine[] };
  for (const note of notes) {
    const line = { name: note.name, text: note.text };
    const matchers = note.keys.map(matcherOf);
    const fires = (text: string) => matchers.some((matches) => matches(text));
    if (note.always || recent.some(fires)) selection.notes.push(line);
    const isWritten = written.some(({ name, text }) => name === line.name && text === line.text);
    if (!note.always && !isWritten && fires(recent[0]!)) selection.inserted.push(line);
  }
  return selection;
}

/** What each turn looked at, the new one first: the passage before it and its action (last, where it is never cut). */
function recentTexts(opening: string, turns: readonly StoryTurn[], action: PlayerAction): string[] {
  const texts = [`${turns.at(-1)?.passage ?? opening}\n${action.text}`];
  const oldest = Math.max(0, turns.length - NOTE_LIFETIME_TURNS);
  for (let index = turns.length - 1; index >= oldest; index--) {
    texts.push(`${turns[index - 1]?.passage ?? opening}\n${turns[index]!.action.text}`);
  }
  return texts;
}

const compiled = new Map<string, KeyMatcher>();

/** Compiling is pure, so the matchers are kept; a key that does not compile (an old save's) never fires. */
function matcherOf(key: string): KeyMatcher {
  let matcher = compiled.get(key);
  if (matcher === undefined) {
    const result = compileKey(key);
    matcher = result.kind === "ok" ? result.matches : () => false;
    compiled.set(key, matcher);
  }
  return matcher;
}
