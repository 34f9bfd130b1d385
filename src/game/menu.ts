/** Numbered lists to choose from: saved adventures to continue and stories to begin. Text and picking only. */
import { AppError } from "../shared/errors.ts";
import { findNearest } from "../shared/nearest.ts";
import { toOneLine } from "../shared/text.ts";
import type { SaveEntry } from "./saves/save-store.ts";
import type { CatalogEntry } from "./story/catalog.ts";
import type { StorySeed } from "./story/seed.ts";

/** A line that can be picked by its number, its name or its title. */
export type MenuItem = { readonly name: string; readonly title: string } & (
  | { readonly kind: "save" }
  | { readonly kind: "story"; readonly seed: StorySeed }
);

export interface Menu {
  /** In the order of their numbers, from 1. */
  readonly items: readonly MenuItem[];
  readonly text: string;
}

/** Saves first, then stories; broken ones are shown with their problem but have no number. */
export function buildMenu(saves: readonly SaveEntry[], stories: readonly CatalogEntry[]): Menu {
  const items: MenuItem[] = [];
  const add = (item: MenuItem, about: string) =>
    `${String(items.push(item)).padStart(3)}. ${item.title}${about}`;
  const saveLines = saves.map((save) => {
    if (save.kind === "broken") return `     ${save.slug}: ${briefly(save.problem)}`;
    const count = `${save.turns} ${save.turns === 1 ? "turn" : "turns"}`;
    const about = ` (${save.slug}, ${count}, ${save.updatedAt.slice(0, 10)})`;
    return add({ kind: "save", name: save.slug, title: save.title }, about);
  });
  const storyLines = stories.map((story) => {
    if (story.kind === "broken") return `     ${story.id}: ${briefly(story.problem)}`;
    const { title, genre } = story.seed;
    return add(
      { kind: "story", name: story.id, title, seed: story.seed },
      genre === undefined ? "" : ` - ${genre}`,
    );
  });
  const sections = [section("Continue", saveLines), section("Begin", storyLines)].filter(
    (lines) => lines !== "",
  );
  return { items, text: sections.join("\n\n") };
}

/** One line; a story's list of mistakes is cut after the first, which begins the second line. */
function briefly({ message }: AppError): string {
  return toOneLine(message.split("\n").slice(0, 2).join(" "));
}

function section(heading: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [`${heading}:`, ...lines].join("\n");
}

/** The item an answer means. Throws `option.unknown`. */
export function pickItem(items: readonly MenuItem[], answer: string): MenuItem {
  const wanted = toOneLine(answer).toLowerCase();
  const number = /^(\d+)\.?$/.exec(wanted)?.[1];
  const item =
    number === undefined
      ? items.find(({ name, title }) => name.toLowerCase() === wanted || title.toLowerCase() === wanted)
      : items[Number(number) - 1];
  if (item !== undefined) return item;
  const near = findNearest(wanted, [...items.map(({ title }) => title), ...items.map(({ name }) => name)]);
  throw new AppError("option.unknown", `"${toOneLine(answer).slice(0, 60)}" is not in the list.`, {
    hint: near === undefined ? `Type a number from 1 to ${items.length}.` : `Did you mean "${near}"?`,
  });
}
