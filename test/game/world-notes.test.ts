/** Which world notes fire, how long they stay, and that no key can hang the game. */
import { describe, expect, test } from "vitest";
import { compileKey, compileNoteKey } from "../../src/game/note-keys.ts";
import type { StoryTurn } from "../../src/game/ports.ts";
import { selectNotes, type WorldNote } from "../../src/game/world-notes.ts";

function fires(key: string, text: string): boolean {
  const result = compileKey(key);
  if (result.kind === "bad") throw new Error(result.problem);
  return result.matches(text);
}

describe("keys", () => {
  test.each([
    ["wolf", "A wolf.", true],
    ["wolf", "The wolves howl", true],
    ["wolves", "a lone wolf", true],
    ["wolf", "WOLF'S teeth", true],
    ["wolf", "the werewolf", false],
    ["wolf", "wolfram", false],
    ["car", "she cared", false],
    ["star", "he stared at me", false],
    ["star", "starred and striped", true],
    ["bar", "barred, baring", true],
    ["knife", "two knives", true],
    ["city", "the cities burn", true],
    ["box", "boxes", true],
    ["dance", "dancing", true],
    ["dance", "danced", true],
    ["open", "opened", true],
    ["open", "opening", true],
    ["run", "running", true],
    ["bus", "but us", false],
    ["glass", "a glass", true],
    ["Captain Vey", "captain  vey's hat", true],
    ["Captain Vey", "captain of Vey", false],
    ["salt road", "the salt-roads", true],
    ["U2", "U2 plays", true],
    ["U2", "U20", false],
    ["c++", "c is a language", true],
    ["\u00e9lan", "with \u00e9lan!", true],
    ["\u00e9lan", "with \u00e9lanx", false],
    ["/harbou?r/", "the harbor", true],
    ["/harbou?r/", "the Harbor", false],
    ["/harbou?r/i", "the Harbour", true],
    ["a.c", "abc", false],
  ])("%j in %j: %s", (key, text, want) => {
    expect(fires(key, text)).toBe(want);
  });

  test.each([
    "/(a+)+$/",
    "/(a|a)*b/",
    "/(a*)*/",
    "/((a+)b?)+/",
    "/(x+x+)+y/",
    "/(a{2,})*/",
    "/a*a*b/",
    "/a{1,99}b+/",
    "/((a|a){9}){9}/",
    `/${"a?".repeat(20)}b/`,
    `/${"(a|a)".repeat(20)}b/`,
    "/(a?){9}/",
    "/(a)\\1/",
    "/[/",
    "/a/g",
    "/(?<n>a)\\k<n>/",
    "/((ab|c))+/",
    "...",
    "",
    "x".repeat(201),
  ])("refuses %j", (key) => {
    expect(compileKey(key).kind).toBe("bad");
  });

  test.each(["/wol(f|ves)/i", "/(the )?dog/", "/\\bcat\\b/", "/[ab]+c/", "/a{3}/", "/x.*y/"])(
    "takes %j",
    (key) => {
      expect(compileKey(key).kind).toBe("ok");
    },
  );

  test("looks only at the last few thousand characters, so that the worst allowed pattern ends soon", () => {
    expect(fires("wolf", `wolf ${"x ".repeat(5000)}`)).toBe(false);
    const begin = performance.now();
    for (const key of ["/a*(a|a)(a|a)b/", `/${"(a|a)".repeat(6)}b/`, "/.*b/"])
      fires(key, "a".repeat(100_000));
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});

describe("keys of several parts", () => {
  const matches = (key: string, ...texts: readonly string[]) => {
    const result = compileNoteKey(key);
    if (result.kind === "bad") throw new Error(result.problem);
    return result.key.matches(texts);
  };

  test.each([
    ["wolf & forest", ["The wolves left the forest."], true],
    ["wolf & forest", ["A wolf.", "A forest."], true],
    ["wolf & forest", ["A wolf."], false],
    ["wolf & !dream", ["A wolf."], true],
    ["wolf & !dream", ["A wolf.", "You dreamed."], false],
    ["wolf & /for(est)?/", ["wolf", "for"], true],
    ["/a & b/", ["a & b"], true],
    ["/a & b/", ["a", "b"], false],
    ["salt & old road & mule", ["old roads, salt", "the mules"], true],
  ])("%j in %j: %s", (key, texts, want) => expect(matches(key, ...texts)).toBe(want));

  test("a key of NOT parts alone holds back", () => {
    expect(compileNoteKey("!dream")).toMatchObject({ kind: "ok", key: { isNot: true } });
    expect(matches("!dream", "You dream.")).toBe(true);
    expect(compileNoteKey("wolf & !dream")).toMatchObject({ key: { isNot: false } });
  });

  test.each(["wolf & /(a+)+/", "!...", "wolf & "])("refuses %j", (key) => {
    expect(compileNoteKey(key).kind).toBe("bad");
  });
});

describe("selection", () => {
  const vey: WorldNote = { name: "Vey", keys: ["vey"], text: "a captain", always: false };
  const rain: WorldNote = { name: "Rain", keys: [], text: "it rains", always: true };
  const line = { name: "Vey", text: "a captain" };
  const action = { kind: "do", text: "You wait." } as const;
  const calls = { kind: "do", text: "You call Vey." } as const;
  const plain: StoryTurn = { inserted: [], action, passage: "Nothing happens." };
  const told = (passage: string, more: Partial<StoryTurn> = {}): StoryTurn => ({
    ...plain,
    passage,
    ...more,
  });
  const following = (note: WorldNote, turns: readonly StoryTurn[], next: StoryTurn["action"] = action) =>
    selectNotes([note], "Once.", turns, next).states[0]!;

  test("a note fires on the action, on the last passage, and on the opening at first", () => {
    expect(selectNotes([vey], "Once.", [], calls)).toMatchObject({ notes: [], inserted: [line] });
    expect(selectNotes([vey], "Vey waits.", [], action).inserted).toEqual([line]);
    expect(selectNotes([vey], "Once.", [told("Vey comes.")], action).inserted).toEqual([line]);
    expect(selectNotes([vey], "Once.", [told("Vey comes."), plain], action).inserted).toEqual([]);
  });

  test("always-on notes are always in the request and never inserted", () => {
    expect(selectNotes([rain], "It rains.", [], action)).toMatchObject({
      notes: [{ name: "Rain", text: "it rains" }],
      inserted: [],
    });
  });

  test("what is in the request changes only with the notes: nothing in front of the story moves", () => {
    const { notes } = selectNotes([vey, rain], "Vey waits.", [told("Vey comes.")], calls);
    expect(notes).toEqual(selectNotes([vey, rain], "Once.", [], action).notes);
  });

  test("a key that does not compile never fires and never throws", () => {
    expect(selectNotes([{ ...vey, keys: ["/(a+)+/"] }], "aaa", [], action).inserted).toEqual([]);
  });

  test("scan looks that many passages back, 0 at the action alone", () => {
    const turns = [told("Vey comes."), plain, plain];
    expect(following({ ...vey, scan: 2 }, turns).state).toBe("silent");
    expect(following({ ...vey, scan: 3 }, turns)).toMatchObject({
      state: "fires",
      reason: '"vey" in turn 1',
    });
    expect(following({ ...vey, scan: 0 }, [told("Vey comes.")]).state).toBe("silent");
    expect(following({ ...vey, scan: 0 }, [], calls).reason).toBe('"vey" in the action');
  });

  test("a note rests for its cooldown after it was told, and is told again then", () => {
    const fired = told("Rain.", { inserted: [line] });
    const resting: WorldNote = { ...vey, cooldown: 2 };
    expect(following(resting, [fired], calls).reason).toBe("rests for 2 more turns");
    expect(following(resting, [fired, plain], calls).reason).toBe("rests for 1 more turn");
    expect(following(resting, [fired, plain, plain], calls).state).toBe("fires");
    expect(following(vey, [fired], calls).state).toBe("fires");
  });

  test("delay holds a note back; an always-on one comes up when its time has come", () => {
    expect(following({ ...vey, delay: 2 }, [plain], calls).reason).toBe("not before turn 3");
    expect(following({ ...vey, delay: 2 }, [plain, plain], calls).state).toBe("fires");
    const storm = { ...rain, delay: 1 };
    expect(selectNotes([storm], "Once.", [], action)).toMatchObject({ notes: [], inserted: [] });
    expect(selectNotes([storm], "Once.", [plain], action).inserted).toEqual([
      { name: "Rain", text: "it rains" },
    ]);
  });

  test("a NOT key holds a note back wherever it occurs", () => {
    const shy: WorldNote = { ...vey, keys: ["vey", "!dream"] };
    expect(following(shy, [], calls).state).toBe("fires");
    expect(following(shy, [told("A dream.")], calls).reason).toBe('held back by "!dream"');
  });

  test("the most important comes first, equals in the order of the story", () => {
    const notes = ["a", "b", "c"].map((name, i) => ({ ...vey, name, priority: i === 1 ? 5 : 0 }));
    expect(selectNotes(notes, "Once.", [], calls).inserted.map(({ name }) => name)).toEqual(["b", "a", "c"]);
  });

  test("notes fire notes, two levels deep and no deeper, and never themselves in a circle", () => {
    const chain = ["one", "two", "three", "four"].map((name, i, all) => ({
      ...vey,
      name,
      keys: [name],
      text: `leads to ${all[i + 1] ?? "one"}`,
    }));
    const { inserted, states } = selectNotes(chain, "Once.", [], { kind: "do", text: "You count one." });
    expect(inserted.map(({ name }) => name)).toEqual(["one", "two", "three"]);
    expect(states.map(({ reason }) => reason)).toEqual([
      '"one" in the action',
      '"two" in the note one',
      '"three" in the note two',
      "no key occurs",
    ]);
  });

  test.each([
    ["a key of its own", ["captain", "!call"]],
    ["a part of a key", ["captain & !call"]],
  ])("a NOT in the story holds back what a note would fire: %s", (_name, keys) => {
    const second: WorldNote = { ...vey, name: "Ship", keys };
    expect(selectNotes([vey, second], "Once.", [], calls).inserted).toEqual([line]);
    const { inserted } = selectNotes([vey, second], "Vey waits.", [], action);
    expect(inserted.map(({ name }) => name)).toEqual(["Vey", "Ship"]);
  });

  test("a key may find one part in the story and one in a note", () => {
    const second: WorldNote = { ...vey, name: "Ship", keys: ["captain & rope"] };
    const pull = { kind: "do", text: "You throw Vey the rope." } as const;
    expect(selectNotes([vey, second], "Once.", [], pull).states[1]).toMatchObject({
      state: "fires",
      reason: '"captain & rope" in several places',
    });
    expect(following(second, [], pull).state).toBe("silent");
  });

  test("an always-on note brings up others only while one of its keys occurs", () => {
    const port: WorldNote = { name: "Port", keys: ["port"], text: "Vey rules it", always: true };
    expect(selectNotes([port, vey], "Once.", [], action).states.map(({ state }) => state)).toEqual([
      "always",
      "silent",
    ]);
    expect(selectNotes([port, vey], "The port sleeps.", [], action).states[1]).toMatchObject({
      reason: '"vey" in the note Port',
    });
    const late = { ...port, delay: 1 };
    expect(selectNotes([late, vey], "Once.", [plain], action).inserted.map(({ name }) => name)).toEqual([
      "Port",
    ]);
  });

  test("an always-on note that another note names takes part in turn", () => {
    const notes: WorldNote[] = [
      { ...vey, text: "he rules the port" },
      { name: "Port", keys: ["port"], text: "full of gulls", always: true },
      { ...vey, name: "Gulls", keys: ["gull"] },
    ];
    expect(selectNotes(notes, "Once.", [], calls).inserted.map(({ name }) => name)).toEqual(["Vey", "Gulls"]);
  });

  test("scan 0 looks at the action alone, not at notes either", () => {
    const second: WorldNote = { ...vey, name: "Ship", keys: ["captain"], scan: 0 };
    expect(selectNotes([vey, second], "Once.", [], calls).inserted).toEqual([line]);
    const asks = { kind: "do", text: "You ask the captain." } as const;
    expect(selectNotes([vey, second], "Once.", [], asks).inserted.map(({ name }) => name)).toEqual(["Ship"]);
  });
});
