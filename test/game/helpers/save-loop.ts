/** Child process of the crash test: saves turn after turn and prints each number once it is on disk, until killed. */
import { createAdventure } from "../../../src/game/adventure.ts";
import { SaveStore } from "../../../src/game/saves/save-store.ts";
import { growTree } from "../../../src/game/story-tree.ts";

const AT = "2026-01-01T00:00:00.000Z";
const STORY = {
  id: "loop",
  title: "Loop",
  remember: [],
  notes: [],
  placeholders: [],
  opening: "Once.",
  source: { kind: "markdown" },
} as const;

const store = new SaveStore(process.argv[2] ?? "");
const slug = (await store.list())[0]?.slug;
const model = { name: "m", sha256: "0", positions: 1024 };
let adventure =
  slug === undefined
    ? createAdventure({ story: STORY, seed: 1, now: new Date(AT), model })
    : (await store.load(slug)).adventure;
const name = slug ?? (await store.create(adventure));

for (;;) {
  const action = { kind: "continue", text: "" } as const;
  const turn = {
    action,
    typed: "",
    inserted: [],
    passage: "A sentence. ".repeat(50),
    ended: false,
    seed: 1,
    at: AT,
  };
  adventure = { ...adventure, tree: growTree(adventure.tree, turn) };
  if ((await store.write(name, adventure)) !== name) throw new Error("the save was taken away");
  process.stdout.write(`${adventure.tree.nodes.length - 1}\n`);
}
