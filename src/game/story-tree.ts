/**
 * The tree of everything that was ever told: plain immutable data and pure functions. The root is the opening; every
 * other node is one turn. A retry or an edit is a sibling, so nothing is ever thrown away, and each node remembers the
 * child that was visited last, which makes undo and redo inverse. Knows nothing of narrators, saves or screens.
 */
import type { BracketLine, PlayerAction, StoryTurn } from "./ports.ts";

/** Where an ink story stands after a turn. `state` is inkjs's own JSON; `ended` means ink has nothing more to tell. */
export interface InkMoment {
  readonly state: string;
  readonly choices: readonly string[];
  readonly ended: boolean;
}

/** What a turn adds to the tree. */
export interface NewTurn {
  readonly action: PlayerAction;
  /** The line as the player typed it, free of control characters; with the seeds it is a record of the whole game. */
  readonly typed: string;
  readonly inserted: readonly BracketLine[];
  readonly passage: string;
  /** Only on turns that moved the ink story on; other turns stand where their nearest ancestor stands. */
  readonly ink?: InkMoment;
  /** The narrator or the ink story wrote its end here. */
  readonly ended: boolean;
  /** Unsigned 32-bit seed the passage was sampled with. */
  readonly seed: number;
  /** ISO 8601 time. */
  readonly at: string;
}

/** A node; `id` is its index in `nodes`, and a parent's id is always smaller than its children's. */
export interface StoryNode extends NewTurn {
  readonly id: number;
  /** `null` for the root only. */
  readonly parent: number | null;
  /** The child visited last; `null` for a leaf. */
  readonly lastChild: number | null;
}

export interface StoryTree {
  readonly nodes: readonly StoryNode[];
  /** Id of the node the player stands at. */
  readonly current: number;
}

/** A tree that holds only the opening. */
export function plantTree(opening: string, at: string, ink?: InkMoment): StoryTree {
  const root: StoryNode = {
    id: 0,
    parent: null,
    lastChild: null,
    action: { kind: "continue", text: "" },
    typed: "",
    inserted: [],
    passage: opening,
    ended: ink?.ended ?? false,
    seed: 0,
    at,
    ...(ink === undefined ? {} : { ink }),
  };
  return { nodes: [root], current: 0 };
}

/** The node with this id; a wrong id is a bug of the caller. */
export function nodeAt(tree: StoryTree, id: number): StoryNode {
  const node = tree.nodes[id];
  if (node === undefined) throw new RangeError(`no story node ${id}; the tree has ${tree.nodes.length}`);
  return node;
}

/** The node the player stands at. */
export function currentNode(tree: StoryTree): StoryNode {
  return nodeAt(tree, tree.current);
}

/** Adds a turn below the current node and goes there. */
export function growTree(tree: StoryTree, turn: NewTurn): StoryTree {
  const id = tree.nodes.length;
  const node: StoryNode = { ...turn, id, parent: tree.current, lastChild: null };
  return visit({ nodes: [...tree.nodes, node], current: tree.current }, id);
}

/** Adds a sibling of the current node (a retry or an edit) and goes there; at the root nothing changes. */
export function growSibling(tree: StoryTree, turn: NewTurn): StoryTree {
  const { parent } = currentNode(tree);
  return parent === null ? tree : growTree({ ...tree, current: parent }, turn);
}

/** Goes to any node and makes it the one that redo leads to. */
export function visit(tree: StoryTree, id: number): StoryTree {
  const { parent } = nodeAt(tree, id);
  if (parent === null || nodeAt(tree, parent).lastChild === id) return { ...tree, current: id };
  const nodes = tree.nodes.with(parent, { ...nodeAt(tree, parent), lastChild: id });
  return { nodes, current: id };
}

/** Goes up to `steps` turns back; stops at the opening. */
export function undo(tree: StoryTree, steps = 1): StoryTree {
  let { current } = tree;
  for (let left = steps; left > 0; left--) current = nodeAt(tree, current).parent ?? current;
  return { ...tree, current };
}

/** Goes up to `steps` turns forward along the children visited last; stops where nothing follows. */
export function redo(tree: StoryTree, steps = 1): StoryTree {
  let { current } = tree;
  for (let left = steps; left > 0; left--) current = nodeAt(tree, current).lastChild ?? current;
  return { ...tree, current };
}

/** Goes to the next child of the same parent, in the order they were told, and round again after the last. */
export function nextSibling(tree: StoryTree): StoryTree {
  const { parent } = currentNode(tree);
  if (parent === null) return tree;
  const siblings = childrenOf(tree, parent);
  const place = siblings.findIndex((node) => node.id === tree.current);
  return visit(tree, siblings[(place + 1) % siblings.length]!.id);
}

/** Children in the order they were told. */
export function childrenOf(tree: StoryTree, id: number): readonly StoryNode[] {
  return tree.nodes.filter((node) => node.parent === id);
}

/** Nodes from the first turn to the current one; the root is not among them. */
export function pathOf(tree: StoryTree): readonly StoryNode[] {
  const path: StoryNode[] = [];
  for (let node = currentNode(tree); node.parent !== null; node = nodeAt(tree, node.parent)) path.push(node);
  return path.reverse();
}

/** The current path as the narrator wants it. */
export function turnsOf(tree: StoryTree): readonly StoryTurn[] {
  return pathOf(tree).map(({ inserted, action, passage }) => ({ inserted, action, passage }));
}

/** Where the ink story stands at the current node; `undefined` for a story without ink. */
export function inkOf(tree: StoryTree): InkMoment | undefined {
  for (let node = currentNode(tree); ; node = nodeAt(tree, node.parent)) {
    if (node.ink !== undefined || node.parent === null) return node.ink;
  }
}

/** What is wrong with nodes read from disk, or `undefined`: ids, parents before children, and links both ways. */
export function findTreeFault(tree: StoryTree): string | undefined {
  if (tree.nodes[tree.current] === undefined) return `current node ${tree.current} does not exist`;
  for (const [index, { id, parent, lastChild }] of tree.nodes.entries()) {
    if (id !== index) return `node ${index} has id ${id}`;
    if (index === 0 ? parent !== null : parent === null || parent >= index)
      return `node ${index} has parent ${parent}`;
    if (lastChild !== null && tree.nodes[lastChild]?.parent !== id)
      return `node ${index} has last child ${lastChild}`;
  }
  return undefined;
}
