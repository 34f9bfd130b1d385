/**
 * How a story is to be told, as far as the game keeps it: a preset of the narrator with the player's changes, phrases
 * that are never told, words told more or less often. What the names mean is the narrator's business.
 */
import type { NarrationStyle } from "./ports.ts";
import { type Answers, fillPlaceholders, type StorySeed } from "./story/seed.ts";

/** Most characters of a banned phrase, and most phrases. */
export const MAX_BAN_CHARACTERS = 60;
export const MAX_BANS = 50;

/** The player's settings, as they are saved. */
export interface StyleChoice {
  /** The narrator's default without one. */
  readonly preset?: string;
  /** Settings that differ from the preset, by name. */
  readonly dials: Readonly<Record<string, number>>;
}

/** The part of an adventure that decides how it is told. */
interface Styled {
  readonly story: StorySeed;
  readonly answers: Answers;
  readonly style?: StyleChoice;
  readonly bans?: readonly string[];
}

/** What the narrator is asked. */
export function buildStyle(adventure: Styled): NarrationStyle {
  const { style = { dials: {} }, story } = adventure;
  return { ...style, bans: bansOf(adventure), biases: story.bias ?? {} };
}

/** The player's list of banned phrases, or the story's while the player has not changed it. */
export function bansOf({ bans, story, answers }: Styled): readonly string[] {
  return bans ?? fillPlaceholders(story, answers).ban ?? [];
}
