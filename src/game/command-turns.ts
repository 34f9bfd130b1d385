/** The commands that go about in the tree of turns: back, forward, to other tellings; and those that make another telling. */
import { AppError } from "../shared/errors.ts";
import { MAX_STORY_CHARACTERS } from "./action.ts";
import type { CommandGame } from "./command-game.ts";
import { refuseLonger } from "./command-memory.ts";
import { buildBlock } from "./page.ts";
import {
  childrenOf,
  currentNode,
  growSibling,
  nextSibling,
  pathOf,
  redo,
  type StoryNode,
  type StoryTree,
  undo,
} from "./story-tree.ts";
import { tidyParagraphs } from "./tidy.ts";

/** `/undo [n]`. Throws `option.nothing` at the beginning, `option.outOfRange`. */
export async function goBack(game: CommandGame, argument: string): Promise<void> {
  const steps = parseCount("/undo", argument);
  const { tree } = game.adventure;
  const depth = pathOf(tree).length;
  if (depth === 0)
    throw new AppError("option.nothing", "You are at the beginning; there is nothing to undo.");
  await goTo(game, undo(tree, steps));
  if (steps > depth) game.show(buildBlock("info", `There were only ${depth} turns; this is the beginning.`));
}

/** `/redo [n]`. Throws `option.nothing`, `option.outOfRange`. */
export async function goForward(game: CommandGame, argument: string): Promise<void> {
  const steps = parseCount("/redo", argument);
  const { tree } = game.adventure;
  const there = redo(tree, steps);
  if (there.current === tree.current) throw new AppError("option.nothing", "There is nothing to redo.");
  await goTo(game, there);
}

/** `/other`: the next telling of the current turn. Throws `option.nothing` when it is the only one. */
export async function showOther(game: CommandGame): Promise<void> {
  const { tree } = game.adventure;
  const there = nextSibling(tree);
  if (there.current === tree.current) {
    throw new AppError("option.nothing", "This turn was told only once.", { hint: "/retry tells it again." });
  }
  await goTo(game, there);
  const siblings = childrenOf(there, currentNode(there).parent ?? 0);
  const place = siblings.findIndex(({ id }) => id === there.current) + 1;
  game.show(buildBlock("info", `Telling ${place} of ${siblings.length}.`));
}

async function goTo(game: CommandGame, tree: StoryTree): Promise<void> {
  await game.change({ ...game.adventure, tree }, "page");
}

/** `/retry`. Throws `option.nothing` where the narrator has told nothing. */
export async function retry(game: CommandGame): Promise<void> {
  const node = lastTurn(game, "retry");
  if (node.action.kind === "choice") {
    throw new AppError("option.nothing", "The author wrote that passage; it would be the same again.", {
      hint: "/undo takes the choice back.",
    });
  }
  await game.retell();
}

/** `/edit [text]`; without a text the passage is put into the input line. Throws `option.nothing`, `option.tooLong`. */
export async function edit(game: CommandGame, argument: string): Promise<void> {
  const { passage } = lastTurn(game, "edit");
  if (argument !== "") return replacePassage(game, argument);
  game.ask({
    label: "New text (empty leaves it):",
    initial: passage,
    answer: async (text) => {
      if (text.trim() !== "") await replacePassage(game, text);
    },
  });
}

async function replacePassage(game: CommandGame, text: string): Promise<void> {
  const passage = tidyParagraphs(text);
  const limit = Math.max(MAX_STORY_CHARACTERS, lastTurn(game, "edit").passage.length);
  refuseLonger("The passage", passage, limit);
  const { adventure } = game;
  const { id: _id, parent: _parent, lastChild: _lastChild, ...turn } = currentNode(adventure.tree);
  if (passage === "" || passage === turn.passage)
    return game.show(buildBlock("info", "Nothing was changed."));
  await goTo(game, growSibling(adventure.tree, { ...turn, passage }));
}

function lastTurn(game: CommandGame, verb: string): StoryNode {
  const node = currentNode(game.adventure.tree);
  if (node.parent !== null) return node;
  throw new AppError("option.nothing", `There is nothing to ${verb} yet; the story is at its opening.`);
}

function parseCount(name: string, argument: string): number {
  if (argument === "") return 1;
  if (/^[1-9]\d{0,5}$/.test(argument)) return Number(argument);
  throw new AppError("option.outOfRange", `${name} takes a number from 1, not "${argument.slice(0, 40)}".`);
}
