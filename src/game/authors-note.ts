/**
 * The author's note: how the story is to be told, said again and again so that it never stands far from the end of what
 * the narrator reads. As a line of the story's log, not of the prompt's middle: nothing that was read has to be read anew.
 */
import type { BracketLine, StoryTurn } from "./ports.ts";

/** The note is said again when this many turns have passed since. */
const NOTE_DEPTH_TURNS = 8;

/** The line to insert before the next turn, if it is time for one. */
export function dueNote(
  note: string | undefined,
  header: readonly BracketLine[],
  turns: readonly StoryTurn[],
): readonly BracketLine[] {
  if (note === undefined || note === "") return [];
  const isTone = ({ name }: BracketLine) => name === "Tone";
  const last = turns.findLastIndex(({ inserted }) => inserted.some(isTone));
  const said = (turns[last]?.inserted ?? header).findLast(isTone)?.text;
  const isNear = said === note && turns.length - Math.max(0, last) < NOTE_DEPTH_TURNS;
  return isNear ? [] : [{ name: "Tone", text: note }];
}
