/** /tone, /earlier, /facts, /notes and /context in a game, and what of it reaches the narrator and the save. */
import { describe, expect, test } from "vitest";
import { parseMarkdownStory } from "../../src/game/story/markdown.ts";
import type { StorySeed } from "../../src/game/story/seed.ts";
import { Play, SALT_ROAD } from "./helpers/play.ts";

const textOf = (blocks: readonly { readonly text: string }[]) => blocks.map(({ text }) => text).join("\n");
const toneOf = (play: Play) =>
  play.narrator.requests.map(({ inserted }) =>
    inserted.filter(({ name }) => name === "Tone").map(({ text }) => text),
  );

describe("/tone", () => {
  test("is said before the next turn, again after eight turns, and at once when it changes", async () => {
    const play = await Play.begin();
    await play.type("/tone grim and slow");
    for (let i = 0; i < 10; i++) await play.type("wait");
    const said = toneOf(play);
    expect(said[0]).toEqual(["grim and slow"]);
    expect(said.slice(1, 8).flat()).toEqual([]);
    expect(said[8]).toEqual(["grim and slow"]);
    await play.type("/tone light", "wait");
    expect(toneOf(play).at(-1)).toEqual(["light"]);
    expect(play.narrator.requests.at(-1)!.tone).toBe("light");
  });

  test("a story's note stands in the place of its tone, once, and is said again", async () => {
    const play = await Play.begin({ ...SALT_ROAD, tone: "dry", note: "short sentences" });
    for (let i = 0; i < 9; i++) await play.type("wait");
    const [first] = play.narrator.requests;
    expect(first!.header.filter(({ name }) => name === "Tone")).toEqual([
      { name: "Tone", text: "short sentences" },
    ]);
    expect(toneOf(play).flat()).toEqual(["short sentences"]);
    expect(toneOf(play)[8]).toEqual(["short sentences"]);
  });

  test("`auto` goes back to the story's note, and undo takes the line along", async () => {
    const play = await Play.begin({ ...SALT_ROAD, tone: "dry", note: "short sentences" });
    await play.type("/tone grim", "wait", "/undo", "wait");
    expect(toneOf(play)).toEqual([["grim"], ["grim"]]);
    expect(textOf(await play.type("/tone auto"))).toBe("The tone is: short sentences");
    await play.type("wait");
    expect(toneOf(play).at(-1)).toEqual(["short sentences"]);
  });

  test("the header's tone is not said again at once", async () => {
    const play = await Play.begin({ ...SALT_ROAD, tone: "dry" });
    for (let i = 0; i < 9; i++) await play.type("wait");
    expect(toneOf(play).map(({ length }) => length)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });
});

describe("/earlier", () => {
  test("replaces the narrator's summary until `auto`, and is saved", async () => {
    const play = await Play.begin();
    await play.type("/earlier You stole the [letter].", "wait");
    expect(play.narrator.requests[0]!.earlier).toBe("You stole the (letter).");
    const { adventure } = await play.saves.load(play.session.slug!);
    expect(adventure.earlier).toBe("You stole the (letter).");
    await play.type("/earlier auto", "wait");
    expect(play.narrator.requests[1]).not.toHaveProperty("earlier");
  });

  test("says so when there is none", async () => {
    const play = await Play.begin();
    expect(textOf(await play.type("/earlier"))).toMatch(/no summary yet/);
  });
});

test("recalled lines become part of their turn, behind the notes", async () => {
  const play = await Play.begin();
  const recalled = { name: "Earlier", text: "You buried the box." };
  play.narrator.recalls = ({ action }) => (action.text.includes("box") ? [recalled] : []);
  await play.type("I ask Vey about the box", "wait");
  expect(play.narrator.requests[0]!.inserted.map(({ name }) => name)).toEqual(["Vey", "Earlier"]);
  expect(play.narrator.requests[1]!.turns[0]!.inserted.at(-1)).toEqual(recalled);
  const { adventure } = await play.saves.load(play.session.slug!);
  expect(adventure.tree.nodes[1]!.inserted.at(-1)).toEqual(recalled);
});

describe("/facts", () => {
  const begin = async () => {
    const play = await Play.begin();
    play.narrator.tell = () => ["You pick up the brass lamp. ", "Old Hobb is dead."];
    await play.type("look around");
    return play;
  };

  test("lists what was told with its turn, and passes on what is certain", async () => {
    const play = await begin();
    expect(textOf(await play.type("/facts"))).toBe(
      "1. you have the brass lamp (turn 1)\n2. Old Hobb is dead (turn 1)",
    );
    play.narrator.tell = () => ["You give the lamp to Vey."];
    await play.type("wait", "wait");
    expect(play.narrator.requests.at(-1)!.facts).toEqual({ dead: ["Old Hobb"], notCarried: ["brass lamp"] });
  });

  test("follows undo, keeps locks and strikes through a save", async () => {
    const play = await begin();
    await play.type("/facts lock 2", "/facts forget 1");
    expect(textOf(await play.type("/facts"))).toBe("1. Old Hobb is dead (turn 1, certain)");
    await play.type("/undo");
    expect(textOf(await play.type("/facts"))).toBe("1. Old Hobb is dead (not said on this path, certain)");
    const { adventure } = await play.saves.load(play.session.slug!);
    expect(adventure.factEdits).toEqual({
      forgotten: ["carries: brass lamp"],
      locked: ["dead: Old Hobb"],
    });
  });

  test.each(["/facts forget 9", "/facts lock", "/facts burn 1"])(
    "%s is refused with a way out",
    async (line) => {
      const play = await begin();
      const [block] = await play.type(line);
      expect(block).toMatchObject({ kind: "error", text: expect.stringContaining("/facts lists them") });
    },
  );
});

describe("/notes and /context", () => {
  const story: StorySeed = {
    ...SALT_ROAD,
    notes: [
      { name: "Vey", keys: ["vey"], text: "a captain", always: false },
      { name: "Wolf", keys: ["wolf", "!night"], text: "gray", always: false },
      { name: "Port", keys: [], text: "wet", always: true },
    ],
  };

  test.each(["/notes", "/context"])("%s says of every note what becomes of it and why", async (command) => {
    const play = await Play.begin(story);
    play.narrator.tell = () => ["Vey sees a wolf in the night."];
    await play.type("wait");
    const shown = textOf(await play.type(command));
    expect(shown).toContain('comes up: "vey" in turn 1');
    expect(shown).toContain('does not come up: held back by "!night"');
    expect(shown).toContain("always told");
  });
});

describe("notes in a story file", () => {
  const file = (fields: string) =>
    `---\ntitle: T\nnote: short sentences\nnotes:\n  - name: Wolf\n    text: gray\n${fields}---\nYou wait.\n`;
  const read = (fields: string) => parseMarkdownStory(file(fields), "t.md", "t");

  test("may say how far they look, how much they matter, and when they rest", () => {
    const { note, notes } = read(
      "    scan: 3\n    priority: -2\n    cooldown: 4\n    delay: 5\n    keys: [wolf & wood]\n",
    );
    expect(note).toBe("short sentences");
    expect(notes[0]).toEqual({
      name: "Wolf",
      text: "gray",
      always: false,
      keys: ["wolf & wood"],
      scan: 3,
      priority: -2,
      cooldown: 4,
      delay: 5,
    });
  });

  test("are as they were without these fields", () => {
    expect(read("").notes[0]).toEqual({ name: "Wolf", text: "gray", always: false, keys: ["Wolf"] });
  });

  test.each([
    ["    scan: 21\n", "at most 20"],
    ["    scan: many\n", "a whole number is expected"],
    ["    delay: -1\n", "at least 0"],
    ["    keys: ['wolf & /(a+)+/']\n", "repeats a group"],
    ["    cooldwn: 3\n", 'did you mean "cooldown"?'],
  ])("%j is a mistake: %s", (fields, message) => {
    expect(() => read(fields)).toThrow(message);
  });
});
