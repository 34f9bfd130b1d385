/** The story tree against a simple model, and its invariants on random walks. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  childrenOf,
  currentNode,
  findTreeFault,
  growSibling,
  growTree,
  inkOf,
  type NewTurn,
  nextSibling,
  pathOf,
  plantTree,
  redo,
  type StoryTree,
  turnsOf,
  undo,
  visit,
} from "../../src/game/story-tree.ts";
import { deriveTurnSeed } from "../../src/game/turn-seed.ts";

const AT = "2026-01-01T00:00:00.000Z";

function turn(passage: string, extra: Partial<NewTurn> = {}): NewTurn {
  const action = { kind: "do", text: `You ${passage}.` } as const;
  return { action, typed: passage, inserted: [], passage, ended: false, seed: 1, at: AT, ...extra };
}

function passages(tree: StoryTree): string[] {
  return turnsOf(tree).map(({ passage }) => passage);
}

describe("story tree", () => {
  const two = growTree(growTree(plantTree("once", AT), turn("a")), turn("b"));

  test("the opening is the root and no turn", () => {
    const tree = plantTree("once", AT);
    expect(passages(tree)).toEqual([]);
    expect(currentNode(tree).passage).toBe("once");
    expect(undo(tree)).toEqual(tree);
    expect(redo(tree)).toEqual(tree);
    expect(growSibling(tree, turn("x"))).toBe(tree);
  });

  test("a retry keeps the old telling, redo leads to the one visited last", () => {
    const retried = growSibling(two, turn("b2"));
    expect(passages(retried)).toEqual(["a", "b2"]);
    expect(passages(redo(undo(retried)))).toEqual(["a", "b2"]);
    expect(passages(nextSibling(retried))).toEqual(["a", "b"]);
    expect(passages(redo(undo(nextSibling(retried))))).toEqual(["a", "b"]);
    expect(passages(nextSibling(nextSibling(retried)))).toEqual(["a", "b2"]);
  });

  test("nothing that was there before changes", () => {
    const before = structuredClone(two);
    growTree(undo(two), turn("c"));
    visit(two, 1);
    expect(two).toEqual(before);
  });

  test("ink stands where the nearest ancestor left it", () => {
    const ink = { state: "s", choices: ["go"], ended: false };
    const tree = growTree(growTree(plantTree("once", AT), turn("a", { ink })), turn("b"));
    expect(inkOf(tree)).toEqual(ink);
    expect(inkOf(undo(tree, 2))).toBeUndefined();
  });

  test.each<[string, (tree: StoryTree) => unknown]>([
    ["current out of range", (tree) => ({ ...tree, current: 9 })],
    ["wrong id", ({ nodes }) => ({ nodes: [{ ...nodes[0], id: 4 }], current: 0 })],
    ["second root", ({ nodes }) => ({ nodes: [nodes[0], { ...nodes[1], parent: null }], current: 0 })],
    ["own parent", ({ nodes }) => ({ nodes: [nodes[0], { ...nodes[1], parent: 1 }], current: 0 })],
    [
      "child of another",
      ({ nodes }) => ({ nodes: nodes.with(0, { ...nodes[0]!, lastChild: 2 }), current: 0 }),
    ],
  ])("finds a fault: %s", (_name, spoil) => {
    expect(findTreeFault(two)).toBeUndefined();
    expect(findTreeFault(spoil(two) as StoryTree)).toBeTypeOf("string");
  });
});

type Step = { kind: "grow" | "sibling" | "undo" | "redo" | "other" | "visit"; size: number };

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom("grow", "grow", "grow", "sibling", "undo", "redo", "other", "visit"),
    size: fc.integer({ min: 1, max: 4 }),
  }),
  { maxLength: 60 },
);

function take(tree: StoryTree, { kind, size }: Step, label: string): StoryTree {
  if (kind === "grow") return growTree(tree, turn(label));
  if (kind === "sibling") return growSibling(tree, turn(label));
  if (kind === "undo") return undo(tree, size);
  if (kind === "redo") return redo(tree, size);
  return kind === "other" ? nextSibling(tree) : visit(tree, size % tree.nodes.length);
}

test("random walks: links hold, nothing is lost, undo and redo invert each other, paths have the right length", () => {
  fc.assert(
    fc.property(steps, (walk) => {
      let tree = plantTree("once", AT);
      for (const [index, step] of walk.entries()) {
        const before = tree;
        tree = take(tree, step, `t${index}`);
        expect(findTreeFault(tree)).toBeUndefined();
        expect(tree.nodes.length).toBeGreaterThanOrEqual(before.nodes.length);
        expect(tree.nodes.slice(0, before.nodes.length).map((node) => node.passage)).toEqual(
          before.nodes.map((node) => node.passage),
        );
        const depth = pathOf(tree).length;
        if (step.kind === "grow") expect(depth).toBe(pathOf(before).length + 1);
        if (step.kind === "undo") expect(depth).toBe(Math.max(0, pathOf(before).length - step.size));
        // what lies ahead is the remembered path, so going there and back changes nothing
        const back = undo(tree, step.size);
        if (depth >= step.size && step.kind !== "visit") expect(reaches(back, tree)).toBe(true);
        const ahead = redo(tree, step.size);
        expect(undo(ahead, pathOf(ahead).length - depth)).toEqual(tree);
      }
      expect(reachable(tree)).toBe(tree.nodes.length);
    }),
    { numRuns: 300, seed: 3 },
  );
});

/** Redo from `back` comes to the current node of `tree` (always so unless an ancestor was jumped over by `visit`). */
function reaches(back: StoryTree, tree: StoryTree): boolean {
  const last = pathOf(tree).at(-1);
  if (last === undefined) return true;
  const parent = undo(tree);
  return redo(parent).current === tree.current && back.nodes === tree.nodes;
}

function reachable(tree: StoryTree, id = 0): number {
  return 1 + childrenOf(tree, id).reduce((sum, child) => sum + reachable(tree, child.id), 0);
}

describe("turn seeds", () => {
  test("are unsigned 32-bit, repeatable and different for every place", () => {
    const seeds = new Set<number>();
    for (let depth = 0; depth < 50; depth++) {
      for (let sibling = 0; sibling < 20; sibling++) seeds.add(deriveTurnSeed(7, depth, sibling));
    }
    expect(seeds.size).toBe(1000);
    for (const seed of seeds) expect(seed >>> 0).toBe(seed);
  });

  test("never change between versions", () => {
    expect([
      deriveTurnSeed(0, 0, 0),
      deriveTurnSeed(1, 2, 3),
      deriveTurnSeed(0xffffffff, 9, 0),
    ]).toMatchInlineSnapshot(`
      [
        0,
        4032661842,
        4277493031,
      ]
    `);
  });
});
