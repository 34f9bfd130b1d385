/** Which world notes fire, how long they stay, and that no key can hang the game. */
import { describe, expect, test } from "vitest";
import { compileKey } from "../../src/game/note-keys.ts";
import type { StoryTurn } from "../../src/game/ports.ts";
import { NOTE_LIFETIME_TURNS, NOTE_REPEAT_TURNS, selectNotes } from "../../src/game/world-notes.ts";

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

describe("selection", () => {
  const vey = { name: "Vey", keys: ["vey"], text: "a captain", always: false };
  const rain = { name: "Rain", keys: [], text: "it rains", always: true };
  const line = { name: "Vey", text: "a captain" };
  const action = { kind: "do", text: "You wait." } as const;
  const plain: StoryTurn = { inserted: [], action, passage: "Nothing happens." };

  test("a note fires on the action, on the last passage, and on the opening at first", () => {
    const calls = { kind: "do", text: "You call Vey." } as const;
    expect(selectNotes([vey], "Once.", [], calls)).toEqual({ notes: [line], inserted: [line] });
    expect(selectNotes([vey], "Vey waits.", [], action).inserted).toEqual([line]);
    expect(selectNotes([vey], "Once.", [{ ...plain, passage: "Vey comes." }], action).inserted).toEqual([
      line,
    ]);
    expect(
      selectNotes([vey], "Once.", [{ ...plain, passage: "Vey comes." }, plain], action).inserted,
    ).toEqual([]);
  });

  test("always-on notes are always in the request and never inserted", () => {
    expect(selectNotes([rain], "It rains.", [], action)).toEqual({
      notes: [{ name: "Rain", text: "it rains" }],
      inserted: [],
    });
  });

  test("a fired note stays for its lifetime, is not written twice, and fires anew afterwards", () => {
    const fired: StoryTurn = { ...plain, inserted: [line], action: { kind: "do", text: "You call Vey." } };
    const turns = (count: number): StoryTurn[] => [fired, ...Array<StoryTurn>(count).fill(plain)];
    const notesAfter = (count: number) => selectNotes([vey], "Once.", turns(count), action).notes;
    expect(notesAfter(NOTE_LIFETIME_TURNS - 1)).toEqual([line]);
    expect(notesAfter(NOTE_LIFETIME_TURNS)).toEqual([]);
    const again = (count: number) => selectNotes([vey], "Once.", turns(count), fired.action).inserted;
    expect(again(NOTE_REPEAT_TURNS - 1)).toEqual([]);
    expect(again(NOTE_REPEAT_TURNS)).toEqual([line]);
  });

  test("a note whose text was changed is written again", () => {
    const fired: StoryTurn = { ...plain, inserted: [line], passage: "Vey bows." };
    const changed = selectNotes([{ ...vey, text: "an admiral" }], "Once.", [fired], action);
    expect(changed.inserted).toEqual([{ name: "Vey", text: "an admiral" }]);
  });

  test("a key that does not compile never fires and never throws", () => {
    expect(selectNotes([{ ...vey, keys: ["/(a+)+/"] }], "aaa", [], action).notes).toEqual([]);
  });
});
