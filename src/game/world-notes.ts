/**
 * World notes (a lorebook): a note comes into the narrator's sight when its keys occur in the action or in the passages
 * before it, or in a note that fires. Pure: what fires follows from the turns alone, so undo and reload need no state.
 */
import { compileNoteKey, type NoteKey } from "./note-keys.ts";
import type { BracketLine, PlayerAction, StoryTurn } from "./ports.ts";

/** As authored and as saved. `always` notes need no key; only with one of their keys in sight do they fire others. */
export interface WorldNote {
  readonly name: string;
  /** Words, phrases, `/regex/i`, `this & that`, `!not this`. */
  readonly keys: readonly string[];
  readonly text: string;
  readonly always: boolean;
  /** Passages that are searched besides the action, 1 by default; 0 is the action alone, without the notes that fire. */
  readonly scan?: number;
  /** Higher comes first and is left out last; 0 by default. */
  readonly priority?: number;
  /** Turns for which the note does not fire again; 0 by default. */
  readonly cooldown?: number;
  /** Turns that must have been told before it may fire; 0 by default. */
  readonly delay?: number;
}

/** Notes fired by a note's text may fire others in turn, up to this level. */
const MAX_NOTE_LEVEL = 2;

/** What became of a note and why. */
export interface NoteState {
  readonly note: WorldNote;
  readonly state: "always" | "fires" | "silent";
  /** Without a full stop; empty for notes that are always on. */
  readonly reason: string;
  /** Whether it is told because of a key, always-on or not: only then its text may fire other notes. */
  readonly hasKey: boolean;
}

/** The notes of one request. */
export interface NoteSelection {
  /** Always-on notes, the most important first. */
  readonly notes: readonly BracketLine[];
  /** Those that fire, the most important first; the narrator leaves out what can still be read. */
  readonly inserted: readonly BracketLine[];
  /** All notes in the order they are given. */
  readonly states: readonly NoteState[];
}

/** A text that keys are looked for in. */
interface Scanned {
  readonly place: string;
  readonly text: string;
}

/**
 * Notes for the turn that `action` begins, after `turns`. First the keys are looked for in the story; then, level by level,
 * in the story and the notes found so far, so that the NOT part of a key always sees the story. A key that does not compile
 * (an old save's) never fires.
 */
export function selectNotes(
  notes: readonly WorldNote[],
  opening: string,
  turns: readonly StoryTurn[],
  action: PlayerAction,
): NoteSelection {
  const look = (note: WorldNote, found: readonly Scanned[]) =>
    stateOf(note, turns, [...scannedBy(note, opening, turns, action), ...(note.scan === 0 ? [] : found)]);
  let states = notes.map((note) => look(note, []));
  for (let level = 1; level <= MAX_NOTE_LEVEL; level++) {
    const found = states.filter(({ hasKey }) => hasKey).map(({ note }) => textOf(note));
    states = states.map((state) => (state.hasKey ? state : look(state.note, found)));
  }
  return toSelection(states);
}

function textOf({ name, text }: WorldNote): Scanned {
  return { place: `the note ${name}`, text };
}

function toSelection(states: readonly NoteState[]): NoteSelection {
  const sorted = states.toSorted((a, b) => (b.note.priority ?? 0) - (a.note.priority ?? 0));
  const lines = (wanted: NoteState["state"]) =>
    sorted.filter(({ state }) => state === wanted).map(({ note }) => ({ name: note.name, text: note.text }));
  return { notes: lines("always"), inserted: lines("fires"), states };
}

/** What becomes of a note that looks for its keys in `texts`. */
function stateOf(note: WorldNote, turns: readonly StoryTurn[], texts: readonly Scanned[]): NoteState {
  const silent = (reason: string): NoteState => ({ note, state: "silent", reason, hasKey: false });
  const { delay = 0 } = note;
  const { isFound: hasKey, reason } = findKey(note, texts);
  if (note.always && delay === 0) return { note, state: "always", reason: "", hasKey };
  if (turns.length < delay) return silent(`not before turn ${delay + 1}`);
  const wait = turnsToWait(note, turns);
  if (wait > 0) return silent(`rests for ${wait} more ${wait === 1 ? "turn" : "turns"}`);
  if (note.always) return { note, state: "fires", reason: "its time has come", hasKey };
  return hasKey ? { note, state: "fires", reason, hasKey } : silent(reason);
}

/** Whether a key of the note occurs and none holds it back; `reason` says which and where. */
function findKey(note: WorldNote, texts: readonly Scanned[]): { isFound: boolean; reason: string } {
  const keys = note.keys.map(readKey);
  const veto = keys.find((key) => key.isNot && placeOf(key, texts) !== undefined);
  if (veto !== undefined) return { isFound: false, reason: `held back by "${veto.written}"` };
  for (const key of keys) {
    const place = key.isNot ? undefined : placeOf(key, texts);
    if (place !== undefined) return { isFound: true, reason: `"${key.written}" in ${place}` };
  }
  return { isFound: false, reason: "no key occurs" };
}

/** Where a key occurs; one made of several may find its parts in several places. */
function placeOf(key: NoteKey, texts: readonly Scanned[]): string | undefined {
  if (!key.matches(texts.map(({ text }) => text))) return undefined;
  return texts.find(({ text }) => key.matches([text]))?.place ?? "several places";
}

/** The action and the passages before it, as many as the note scans. */
function scannedBy(
  { scan = 1 }: WorldNote,
  opening: string,
  turns: readonly StoryTurn[],
  action: PlayerAction,
): Scanned[] {
  const texts: Scanned[] = [{ place: "the action", text: action.text }];
  for (let turn = turns.length; turn >= 0 && texts.length <= scan; turn--) {
    const told = turns[turn - 1];
    texts.push(
      told === undefined
        ? { place: "the opening", text: opening }
        : { place: `turn ${turn}`, text: told.passage },
    );
  }
  return texts;
}

function turnsToWait({ name, text, cooldown = 0 }: WorldNote, turns: readonly StoryTurn[]): number {
  const last = turns.findLastIndex(({ inserted }) =>
    inserted.some((line) => line.name === name && line.text === text),
  );
  return last < 0 ? 0 : Math.max(0, last + 1 + cooldown - turns.length);
}

const compiled = new Map<string, NoteKey>();

/** Compiling is pure, so keys are kept. */
function readKey(written: string): NoteKey {
  let key = compiled.get(written);
  if (key === undefined) {
    const result = compileNoteKey(written);
    key = result.kind === "ok" ? result.key : { written, isNot: false, matches: () => false };
    compiled.set(written, key);
  }
  return key;
}
