/** The page as blocks, derived from the adventure: what a front end shows when a story starts, is loaded or goes back. */
import type { AppError } from "../shared/errors.ts";
import { stripControls } from "../shared/text.ts";
import type { Adventure } from "./adventure.ts";
import type { PlayerAction } from "./ports.ts";
import type { Block } from "./protocol.ts";
import { currentNode, inkOf, nodeAt, pathOf, type StoryNode, type StoryTree } from "./story-tree.ts";

/** Every kind of block is built here, so that no control character of any source reaches a front end. */
export function buildBlock(kind: Block["kind"], text: string): Block {
  return { kind, text: stripControls(text) };
}

/** What was wrong, and below it how to mend it. */
export function buildError({ message, hint }: AppError): Block {
  return buildBlock("error", hint === undefined ? message : `${message}\n${hint}`);
}

/** The whole page up to the current node, with the choices that are open there. */
export function buildPage({ title, tree }: Adventure): readonly Block[] {
  const opening = nodeAt(tree, 0);
  return [
    buildBlock("title", title),
    ...(opening.passage === "" ? [] : [buildBlock("opening", opening.passage)]),
    ...endingOf(opening),
    ...pathOf(tree).flatMap((node) => [...buildAction(node.action), ...passageOf(node), ...endingOf(node)]),
    ...buildChoices(tree),
  ];
}

/** The player's line; a story paragraph is a part of the story itself, and continuing shows nothing. */
export function buildAction({ kind, text }: PlayerAction): readonly Block[] {
  if (text === "") return [];
  return [buildBlock(kind === "story" ? "passage" : "action", text)];
}

/** What ink offers at the current node, numbered from 1. */
export function buildChoices(tree: StoryTree): readonly Block[] {
  const choices = inkOf(tree)?.choices ?? [];
  if (choices.length === 0) return [];
  return [buildBlock("choices", choices.map((choice, index) => `${index + 1}. ${choice}`).join("\n"))];
}

/** The last passage with its ending and choices; the opening before the first turn. */
export function buildLastPassage(tree: StoryTree): readonly Block[] {
  const node = currentNode(tree);
  const passage = node.parent === null ? [buildBlock("opening", node.passage)] : passageOf(node);
  return [...passage, ...endingOf(node), ...buildChoices(tree)];
}

/** "The End" for a node that ended the story. */
export function endingOf(node: StoryNode): readonly Block[] {
  return node.ended ? [buildBlock("ending", "The End")] : [];
}

function passageOf(node: StoryNode): readonly Block[] {
  return node.passage === "" ? [] : [buildBlock("passage", node.passage)];
}
