/** /set, /ban, /unban, /suggest and /why, played through a session. */
import { expect, test } from "vitest";
import { parseSave } from "../../src/game/saves/schema.ts";
import { GameSession } from "../../src/game/session.ts";
import { parseInkStory } from "../../src/game/story/ink-story.ts";
import { Play, SALT_ROAD, temporaryFolder } from "./helpers/play.ts";

const told = (blocks: readonly { text: string }[]) => blocks.map(({ text }) => text).join("\n");

async function lastSave(play: Play) {
  const [entry] = await play.saves.list();
  return (await play.saves.load(entry!.slug)).adventure;
}

test("/set shows every setting with its value, range and meaning, and marks what was changed", async () => {
  const play = await Play.begin();
  const before = told(await play.type("/set"));
  expect(before).toContain("preset: steady (there are: steady, vivid)");
  expect(before).toMatch(/^ {2}temperature +0\.7 +0 to 2 +1 = off$/m);
  const after = told(await play.type("/set temperature 0.9", "/set"));
  expect(after).toMatch(/^\* temperature +0\.9 /m);
  expect(after).toMatch(/^ {2}top-k +60 /m);
});

test("settings reach the narrator, are saved, and /set reset and a preset take them back", async () => {
  const play = await Play.begin();
  await play.type("/set TOP_K=12", "look");
  expect(play.narrator.requests.at(-1)!.style).toEqual({ dials: { "top-k": 12 }, bans: [], biases: {} });
  expect((await lastSave(play)).style).toEqual({ dials: { "top-k": 12 } });
  await play.type("/set preset vivid", "look");
  expect(play.narrator.requests.at(-1)!.style).toEqual({ preset: "vivid", dials: {}, bans: [], biases: {} });
  expect(told(await play.type("/set top-k"))).toMatch(/ top-k +0 /);
  await play.type("/set reset", "look");
  expect(play.narrator.requests.at(-1)!.style).toEqual({ dials: {}, bans: [], biases: {} });
  expect(await lastSave(play)).not.toHaveProperty("style");
});

test.each([
  ["/set temprature 1", "Did you mean temperature?"],
  ["/set temperature 2.5", 'takes a number from 0 to 2, not "2.5"'],
  ["/set temperature hot", "takes a number from 0 to 2"],
  ["/set top-k 1.5", "takes a whole number from 0 to 256"],
  ["/set top-k -1", "takes a whole number from 0 to 256"],
  ["/set preset vivd", "Did you mean vivid?"],
  ["/set preset toString", 'There is no setting "tostring"'],
  ["/set temperature 1 2", "one name and one value"],
])("%s is refused in clear words and changes nothing", async (line, words) => {
  const play = await Play.begin();
  await play.type("look");
  const blocks = await play.type(line);
  expect(blocks[0]).toMatchObject({ kind: "error", text: expect.stringContaining(words) });
  expect(await lastSave(play)).not.toHaveProperty("style");
});

test("a session's preset is for the adventures begun in it", async () => {
  const play = new Play(await temporaryFolder());
  const { options } = play.session as unknown as { options: ConstructorParameters<typeof GameSession>[0] };
  const session = new GameSession({ ...options, preset: "vivid" });
  await session.start({ seed: SALT_ROAD, askPlaceholders: false });
  await session.handle({ type: "submit", text: "look", mode: "do" });
  expect(play.narrator.requests[0]!.style).toMatchObject({ preset: "vivid" });
});

test("the story's bans and biases reach the narrator; /ban and /unban change the player's list only", async () => {
  const play = await Play.begin({ ...SALT_ROAD, ban: [`dear \${name}`], bias: { salt: 1.5 } });
  await play.type("look");
  expect(play.narrator.requests.at(-1)!.style).toEqual({
    dials: {},
    bans: ["dear Mira"],
    biases: { salt: 1.5 },
  });
  expect(await lastSave(play)).not.toHaveProperty("bans");
  await play.type("/ban a shiver [runs]", "/ban A SHIVER (runs)", "/unban 1", "look");
  expect(play.narrator.requests.at(-1)!.style!.bans).toEqual(["a shiver (runs)"]);
  expect((await lastSave(play)).bans).toEqual(["a shiver (runs)"]);
  expect(told(await play.type("/ban"))).toBe("1. a shiver (runs)");
  await play.type("/unban 1", "look");
  expect(play.narrator.requests.at(-1)!.style!.bans).toEqual([]); // the story's do not come back
});

test.each([
  ["/ban ...", "no word"],
  [`/ban ${"x".repeat(61)}`, "at most 60"],
  ["/unban 1", "Nothing is banned"],
  ["/unban x", "takes the number"],
])("%s is refused", async (line, words) => {
  const play = await Play.begin();
  expect((await play.type(line))[0]).toMatchObject({ kind: "error", text: expect.stringContaining(words) });
});

test("saves from before there were settings load, and strange settings do not", async () => {
  const play = await Play.begin();
  await play.type("look");
  const { tree, ...rest } = await lastSave(play);
  const file = { kind: "brasslamp.save", version: 1, revision: 1, turns: 1, ...rest, tree };
  expect(parseSave(JSON.stringify(file), "x")).not.toHaveProperty("style");
  const styled = { ...file, style: { dials: { temperature: "hot" } } };
  expect(() => parseSave(JSON.stringify(styled), "x")).toThrow(/damaged: style\.dials\.temperature/);
});

test("/suggest shows a numbered list, and the number does it", async () => {
  const play = await Play.begin();
  expect(told(await play.type("/suggest"))).toMatch(
    /^1\. You open the door\.\n2\. You say "Who is there\?"\n3\. You wait\.\n/,
  );
  await play.type("2");
  expect(play.narrator.requests.at(-1)!.action).toEqual({ kind: "say", text: 'You say "Who is there?"' });
  expect(play.texts("action")).toEqual(['You say "Who is there?"']);
  await play.type("2"); // the story has gone on: a number is what the player typed
  expect(play.narrator.requests.at(-1)!.action.text).toBe("You 2.");
});

test("suggestions are others each time, and never change the turns that follow", async () => {
  const story = async (...lines: string[]) => {
    const play = await Play.begin();
    await play.type("look", ...lines, "wait");
    return play;
  };
  const plain = await story();
  const asked = await story("/suggest", "/suggest");
  expect(asked.texts("passage")).toEqual(plain.texts("passage"));
  const seeds = asked.narrator.suggestionRequests.map(({ seed }) => seed);
  expect(new Set([...seeds, asked.narrator.requests.at(-1)!.seed]).size).toBe(3);
  expect(asked.narrator.suggestionRequests[0]!.turns).toHaveLength(1);
});

test("/suggest says when there is nothing to suggest, and leaves an author's choices alone", async () => {
  const play = await Play.begin();
  play.narrator.suggestions = [];
  expect((await play.type("/suggest"))[0]).toMatchObject({ kind: "error" });
  const ink = parseInkStory("Hello.\n* Go\n  Gone.\n* Stay\n  Here.\n-> END", "x.ink", "x.ink", "x");
  const choosing = await Play.begin(ink);
  expect(told(await choosing.type("/suggest"))).toContain("offers choices");
});

const because = (text: string, probability: number, ...effects: string[]) => ({ text, probability, effects });

test("/why shows the last passage token by token, or one word, and asks for the same passage again", async () => {
  const play = await Play.begin();
  play.narrator.tokens = [
    { ...because("A", 0.5), candidates: [because("A", 0.5), because("The", 0.25)] },
    {
      ...because(" la", 0.02),
      candidates: [because(" door", 0.6, "removed by top-p"), because(" la", 0.02)],
    },
    { ...because("mp", 1), candidates: [because("mp", 1, "dry -0.80")] },
  ];
  await play.type("look");
  const [first] = play.narrator.requests;
  const all = told(await play.type("/why"));
  expect(play.narrator.explained).toEqual([{ request: first, passage: play.texts("passage")[0] }]);
  expect(all).toContain(
    '  "A"             50.0 %\n  " la"            2.0 %  " door" 60.0 % (removed by top-p)\n',
  );
  const word = told(await play.type("/why LAMP"));
  expect(word).toContain('" door"         60.0 %  removed by top-p');
  expect(word).toContain('"mp"           100.0 %  dry -0.80');
  expect(word).not.toContain('"The"');
  expect((await play.type("/why owl"))[0]).toMatchObject({ kind: "error" });
  expect(play.texts("passage")).toHaveLength(1); // nothing was told anew
});

test("/why has nothing to say of an opening, nor of a passage that was stopped before it began", async () => {
  const play = await Play.begin();
  expect(told(await play.type("/why"))).toContain("The narrator has told nothing here");
  play.narrator.tell = () => [];
  expect(told(await play.type("look", "/why"))).toContain("The narrator has told nothing here");
});

test("/why speaks of the passage as it stands after an edit, /undo and /retry", async () => {
  const play = await Play.begin();
  await play.type("look", "/edit Something else.", "/why", "/retry", "/why");
  const [edited, retried] = play.narrator.explained;
  expect(edited!.passage).toBe("Something else.");
  expect(retried!.request).toEqual(play.narrator.requests.at(-1));
});
