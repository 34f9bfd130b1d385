/** The questions before a story: which one, and what the story itself wants to know. */
import { AppError } from "../shared/errors.ts";
import type { Question } from "./command-game.ts";
import { buildMenu, type MenuItem, pickItem } from "./menu.ts";
import type { SaveEntry } from "./saves/save-store.ts";
import type { CatalogEntry } from "./story/catalog.ts";
import { type Answers, type StorySeed, tidyAnswer } from "./story/seed.ts";

export interface StartOptions {
  readonly seed: StorySeed;
  /** Answers to placeholders known beforehand. */
  readonly answers?: Answers;
  /** Ask the player for the other answers; otherwise defaults are used. */
  readonly askPlaceholders: boolean;
}

/** The next thing to ask before the story begins, if there is one; `begin` goes on with the answer. */
export function nextQuestion(
  { seed, answers = {}, askPlaceholders }: StartOptions,
  begin: (options: StartOptions) => Promise<void>,
): Question | undefined {
  const next = seed.placeholders.find(({ key }) => !Object.hasOwn(answers, key));
  if (next === undefined || !askPlaceholders) return undefined;
  return {
    label: `${next.ask} [${next.default}]`,
    answer: (text) =>
      begin({ seed, answers: { ...answers, [next.key]: tidyAnswer(next, text) }, askPlaceholders }),
  };
}

/** The menu's text and its question. Throws `story.unknown` when there is nothing to choose from. */
export function menuQuestion(
  saves: readonly SaveEntry[],
  stories: readonly CatalogEntry[],
  choose: (item: MenuItem) => Promise<void>,
): { readonly text: string; readonly question: Question } {
  const { items, text } = buildMenu(saves, stories);
  if (items.length === 0)
    throw new AppError("story.unknown", ["There is no story to begin.", text].join("\n").trim());
  return {
    text,
    question: {
      label: "Number or name? [1]",
      answer: (answer) => choose(pickItem(items, answer.trim() === "" ? "1" : answer)),
    },
  };
}
