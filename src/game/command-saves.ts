/** The commands about the adventure as a file: its title, copies, and other adventures. */
import { AppError } from "../shared/errors.ts";
import type { CommandGame } from "./command-game.ts";
import { refuseLonger } from "./command-memory.ts";
import { buildMenu, pickItem } from "./menu.ts";
import { buildBlock } from "./page.ts";
import { tidyLine } from "./tidy.ts";

const MAX_TITLE_CHARACTERS = 100;

/** `/title [text]`. Throws `option.tooLong`. */
export async function setTitle(game: CommandGame, argument: string): Promise<void> {
  const title = tidyLine(argument);
  if (title === "") return game.show(buildBlock("info", `The title is "${game.adventure.title}".`));
  refuseLonger("The title", title, MAX_TITLE_CHARACTERS);
  await game.change({ ...game.adventure, title }, "nothing");
  game.show(buildBlock("info", `The title is now "${title}".`));
}

/** `/save [name]`. Throws `save.exists`, `save.name` and what keeps the copy from the disk. */
export async function save(game: CommandGame, argument: string): Promise<void> {
  if (argument !== "") {
    const slug = await game.saves.createNamed(argument, game.adventure);
    return game.show(
      buildBlock("info", `A copy is kept as "${slug}". You go on in "${game.slug ?? "memory"}".`),
    );
  }
  await game.change(game.adventure, "nothing");
  const { slug } = game;
  if (slug === undefined) return;
  game.show(buildBlock("info", `Every turn is saved at once, in ${game.saves.pathOf(slug)}`));
}

/** `/load [name]`; without a name it asks. Throws `option.nothing` when there are no saves, and what `loadSave` throws. */
export async function load(game: CommandGame, argument: string): Promise<void> {
  if (argument !== "") return game.loadSave(await game.saves.find(argument));
  const { items, text } = buildMenu(await game.saves.list(), []);
  if (items.length === 0)
    throw new AppError("option.nothing", ["There are no saves.", text].join("\n").trim());
  game.show(buildBlock("info", text));
  game.ask({
    label: "Which one? (empty to stay)",
    answer: async (answer) => {
      if (answer.trim() !== "") await game.loadSave(pickItem(items, answer).name);
    },
  });
}
