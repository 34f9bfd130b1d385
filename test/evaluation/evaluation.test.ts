import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { measure } from "../../src/evaluation/metrics.ts";
import { measurePerplexity } from "../../src/evaluation/perplexity.ts";
import { playGame } from "../../src/evaluation/play-games.ts";
import { scriptLines } from "../../src/evaluation/scripted-player.ts";
import { formatTranscript, parseTranscripts, type Transcript } from "../../src/evaluation/transcript.ts";
import { findStory } from "../../src/game/story/catalog.ts";
import { openModel } from "../../src/model/onnx-model.ts";
import { ModelNarrator } from "../../src/narrator/narrator.ts";

function told(...passages: readonly string[]): Transcript {
  const turns = passages.map((passage) => ({ inserted: [], action: "You open the blue door.", passage }));
  return { header: [{ name: "Captain Vey", text: "tall, honest" }], opening: "You are here.", turns };
}

describe("metrics", () => {
  const good = "The door creaks. You see a stair behind it.";
  const table: [what: string, passages: string[], figure: keyof ReturnType<typeof measure>, value: number][] =
    [
      ["a sentence three times", ["It rains. It rains. It rains."], "loops", 1],
      ["a sentence twice", ["It rains. It rains. You go."], "loops", 0],
      ["six words three times", ["a b c d e f a b c d e f a b c d e f."], "loops", 1],
      ["the same passage again", [good, good], "nearDuplicates", 0.5],
      ["another passage", [good, "A cat sits on a wall and looks at the moon."], "nearDuplicates", 0],
      ["4-grams within a passage", ["one two three four one two three four."], "seqRep4", 0.2],
      ["4-grams of the last passages", ["one two three four", "one two three four"], "seqRep4Recent", 0.5],
      ["words", ["a a a b"], "distinct1", 0.5],
      ["no full stop", ["You go"], "unfinished", 1],
      ["an open quotation", ['He says, "Go.'], "unfinished", 1],
      ["a finished one", ['He says, "Go."'], "unfinished", 0],
      ["a fake action", ["You go.\n> You run."], "offFormat", 1],
      ["second person", [good, '"You," he says.'], "secondPerson", 0.5],
      ["first person", ["I go.", '"I go," he says.'], "firstPerson", 0.5],
      ["an answer to the action", [good, "A cat sits on a wall."], "answersAction", 0.5],
    ];
  it.each(table)("%s", (_, passages, figure, value) =>
    expect(measure([told(...passages)])[figure]).toBeCloseTo(value),
  );

  it("counts the use of a note when the action names it", () => {
    const ask = (passage: string) => ({
      ...told(),
      turns: [{ inserted: [], action: "You ask Captain Vey.", passage }],
    });
    expect(measure([ask("The captain nods."), ask("It rains.")])).toMatchObject({
      usesNotes: 0.5,
      notesNamed: 2,
    });
    expect(measure([told("It rains.")]).notesNamed).toBe(0);
  });

  it("has a figure for nothing", () => {
    for (const value of Object.values(measure([]))) expect(value).toBe(0);
  });
});

describe("transcripts", () => {
  it("are read as they were written", () => {
    const words = fc.lorem({ mode: "sentences", maxCount: 4 });
    const lines = fc.array(fc.record({ name: fc.constantFrom("Title", "Old Bram"), text: words }), {
      maxLength: 3,
    });
    const turn = fc.record({ inserted: lines, action: words, passage: words });
    const transcript = fc.record({ header: lines, opening: words, turns: fc.array(turn, { maxLength: 5 }) });
    fc.assert(
      fc.property(transcript, (one) => {
        expect(parseTranscripts(`${formatTranscript(one)}\n<|endoftext|>\n`)).toEqual([one]);
      }),
    );
  });
});

describe("the scripted player", () => {
  it("says the same for a seed, and speaks of the story's names", () => {
    expect(scriptLines(40, 3, ["Vey"])).toEqual(scriptLines(40, 3, ["Vey"]));
    expect(scriptLines(40, 3, ["Vey"])).not.toEqual(scriptLines(40, 4, ["Vey"]));
    expect(scriptLines(40, 3, ["Vey"]).filter((line) => line.includes("Vey"))).toHaveLength(10);
  });
});

describe("on the real narrator", () => {
  it("games repeat themselves for a seed, lose no turn, and differ without the guard", async () => {
    const model = await openModel(fileURLToPath(new URL("../../models/ember", import.meta.url)), {
      threads: 1,
    });
    const story = await findStory("the-brass-lamp", [
      fileURLToPath(new URL("../../stories", import.meta.url)),
    ]);
    const play = async (options = {}) => playGame(story, 6, 2, await ModelNarrator.create(model, options));
    const first = await play();
    expect(first.lostTurns).toBe(0);
    expect(first.transcript.turns).toHaveLength(6);
    expect((await play()).transcript).toEqual(first.transcript);
    expect((await play({ guard: false, rules: false })).transcript).not.toEqual(first.transcript);

    const text = "You open the door.\nThe room is dark.";
    const once = await measurePerplexity(model, text);
    expect(once.bitsPerCharacter).toBeCloseTo((once.natsPerToken * once.tokens) / Math.LN2 / text.length);
    const garbled = await measurePerplexity(model, [...text].reverse().join(""));
    expect(garbled.bitsPerCharacter).toBeGreaterThan(once.bitsPerCharacter * 1.5);
    const long = `${"The road goes on. It is a long road. ".repeat(120)}`;
    expect((await measurePerplexity(model, long)).tokens).toBe(model.tokenizer.encode(long.trim()).length);
    await model.dispose();
  });
});
