/** The narrator on the real built-in model. */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NarrationRequest, StoryTurn } from "../../src/game/ports.ts";
import { openModel } from "../../src/model/onnx-model.ts";
import type { LanguageModel } from "../../src/model/types.ts";
import { complete } from "../../src/narrator/complete.ts";
import { ModelNarrator } from "../../src/narrator/narrator.ts";
import { countQuotes } from "../../src/narrator/sentences.ts";
import { mostRepeated, wordsOf } from "../../src/narrator/similarity.ts";

let model: LanguageModel;
beforeAll(async () => {
  // One thread: test files run side by side, and onnxruntime's threads wait for each other by spinning.
  model = await openModel(fileURLToPath(new URL("../../models/ember", import.meta.url)), { threads: 1 });
});
afterAll(() => model.dispose());

const actions = [
  "You look into the well.",
  'You say "Who is there?"',
  "You climb down the rope.",
  "You wait.",
  "You take the lamp.",
  "You fly to the moon.",
];

function request(parts: Partial<NarrationRequest> = {}): NarrationRequest {
  return {
    header: [
      { name: "Title", text: "The Lamp in the Well" },
      { name: "You", text: "Nadia, a lamp maker" },
    ],
    remembered: [],
    notes: [{ name: "Old Bram", text: "the well keeper; half deaf, kind, afraid of cats" }],
    opening: "You are Nadia, a lamp maker. Tonight a light is burning at the bottom of the old well.",
    turns: [],
    inserted: [],
    action: { kind: "do", text: actions[0]! },
    seed: 7,
    ...parts,
  };
}

/** Plays `count` turns and returns their passages. */
async function play(narrator: ModelNarrator, count: number, prepare: boolean): Promise<string[]> {
  const turns: StoryTurn[] = [];
  for (let i = 0; i < count; i++) {
    const text = actions[i % actions.length]!;
    const action = text.startsWith("You say")
      ? ({ kind: "say", text } as const)
      : ({ kind: "do", text } as const);
    const { passage } = await narrator.narrate(request({ turns, action, seed: 100 + i }));
    turns.push({ inserted: [], action, passage });
    if (prepare) await narrator.prepare(request({ turns }));
  }
  return turns.map((turn) => turn.passage);
}

describe("a passage", () => {
  it("is the same for the same request, streamed in whole sentences", async () => {
    const narrator = await ModelNarrator.create(model);
    let streamed = "";
    const first = await narrator.narrate(request(), { onText: (text) => (streamed += text) });
    const second = await (await ModelNarrator.create(model)).narrate(request());
    expect(first.passage).toBe(second.passage);
    expect(streamed).toBe(first.passage);
    expect(first.interrupted).toBe(false);
    expect(first.stats.promptTokens).toBe(narrator.explain(request()).promptTokens);
  });

  it("is the same when it is told again, whatever was told in between", async () => {
    const narrator = await ModelNarrator.create(model);
    for (const seed of [1, 2, 3, 4]) {
      const first = await narrator.narrate(request({ seed }));
      await narrator.narrate(request({ seed: seed + 100 }));
      expect((await narrator.narrate(request({ seed }))).passage).toBe(first.passage);
    }
  });

  it("is another one for another seed", async () => {
    const narrator = await ModelNarrator.create(model);
    const first = await narrator.narrate(request());
    expect((await narrator.narrate(request({ seed: 8 }))).passage).not.toBe(first.passage);
  });

  it("is kept as far as it was told when the player stops it", async () => {
    const narrator = await ModelNarrator.create(model);
    const controller = new AbortController();
    const whole = (await narrator.narrate(request())).passage;
    const stopped = await narrator.narrate(request(), {
      onText: () => controller.abort(),
      signal: controller.signal,
    });
    expect(stopped.interrupted).toBe(true);
    expect(stopped.passage).not.toBe("");
    expect(whole.startsWith(stopped.passage)).toBe(true);
    expect(whole).not.toBe(stopped.passage);
  });

  it("is empty when it was stopped before it began", async () => {
    const narrator = await ModelNarrator.create(model);
    const stopped = await narrator.narrate(request(), { signal: AbortSignal.abort() });
    expect(stopped).toMatchObject({ interrupted: true, passage: "" });
  });
});

describe("a story of sixteen turns", () => {
  let passages: string[];
  beforeAll(async () => {
    passages = await play(await ModelNarrator.create(model), 16, false);
  }, 120_000);

  it("does not depend on whether the next prompt was evaluated in advance", async () => {
    const prepared = await play(await ModelNarrator.create(model), 16, true);
    expect(prepared).toEqual(passages);
  });

  it("consists of finished sentences in the narrator's own form", () => {
    for (const passage of passages) {
      expect(passage).toMatch(/[.!?]["')]*$/);
      expect(passage).not.toMatch(/[<>[\]]|\n>|\ufffd/);
      for (const paragraph of passage.split("\n\n")) expect(countQuotes(paragraph) % 2).toBe(0);
    }
  });

  it("does not loop within a passage nor repeat a recent one", () => {
    passages.forEach((passage, i) => {
      expect(mostRepeated(wordsOf(passage), 6)).toBeLessThan(2);
      expect(passages.slice(Math.max(0, i - 12), i)).not.toContain(passage);
    });
  });

  it("evaluates only what is new while the window does not move", async () => {
    const narrator = await ModelNarrator.create(model);
    const first = await narrator.narrate(request());
    const turns = [{ inserted: [], action: request().action, passage: first.passage }];
    const second = await narrator.narrate(request({ turns, action: { kind: "do", text: "You wait." } }));
    expect(second.stats.promptTokens - second.stats.reusedTokens).toBeLessThan(30);
  });
});

describe("plain completion", () => {
  const continueText = async (seed: number, tokens: number, text = "The old man") => {
    let added = "";
    await complete(model, text, {
      tokens,
      temperature: 1,
      topK: 40,
      seed,
      onText: (more) => (added += more),
    });
    return added;
  };
  it("repeats itself for a seed and differs between seeds", async () => {
    expect(await continueText(1, 30)).toBe(await continueText(1, 30));
    expect(await continueText(1, 30)).not.toBe(await continueText(2, 30));
  });
  it("takes a text longer than the model's window, and asks for no more than fits", async () => {
    const long = "The road goes on. ".repeat(600);
    expect(model.tokenizer.encode(await continueText(1, 5, long)).length).toBeLessThanOrEqual(8);
    await expect(continueText(1, 100_000)).resolves.toEqual(expect.any(String));
  });
});
