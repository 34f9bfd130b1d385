/** Sentences that answer the action: guidance and ranking by numbers, and with the built-in narrator. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NarrationRequest } from "../../src/game/ports.ts";
import { openModel } from "../../src/model/onnx-model.ts";
import type { LanguageModel } from "../../src/model/types.ts";
import { ModelNarrator } from "../../src/narrator/narrator.ts";
import { logProbabilityOf, relevance } from "../../src/narrator/relevance.ts";
import { createRng } from "../../src/narrator/rng.ts";
import { guide } from "../../src/narrator/sampling/guidance.ts";
import { splitSentences } from "../../src/narrator/sentences.ts";
import { termsOf } from "../../src/narrator/terms.ts";
import { EMBER } from "../model/fixed-files.ts";

describe("guidance", () => {
  it("adds the difference to plausible tokens and puts all others behind them, in their order", () => {
    const logits = Float32Array.from([2, 1, -1.5, -3]);
    guide(logits, Float32Array.from([1, 1.5, 9, 0]), 2);
    expect([...logits]).toEqual([4, 0, -101.5, -103]); // 5 % of the likeliest is 3.0 below it
  });

  it("changes nothing at strength 0", () => {
    const logits = Float32Array.from([2, 1, -9]);
    guide(logits, Float32Array.from([-5, 5, 0]), 0);
    expect([...logits]).toEqual([2, 1, -9]);
  });

  it("does not depend on what the softmax does not depend on", () => {
    const guided = (offset: number) => {
      const logits = Float32Array.from([2, 1, 0.5]);
      guide(
        logits,
        Float32Array.from([1, 1.5, 2], (logit) => logit + offset),
        1.5,
      );
      return [...logits].map((logit) => logit - logits[0]!);
    };
    expect(guided(8)).toEqual(guided(0));
  });
});

it("ranks by what the action explains, and by likelihood where that is equal", () => {
  const sentence = (guided: number, unguided: number) => relevance({ tokens: 9, guided, unguided });
  expect(sentence(-10, -16)).toBeCloseTo((6 - 3) / 3, 12);
  expect(sentence(-10, -16)).toBeGreaterThan(sentence(-10, -12));
  expect(sentence(-10, -16)).toBeGreaterThan(sentence(-20, -26));
});

it("gives log probabilities to 0.002", () => {
  const rng = createRng(3);
  const logits = Float32Array.from({ length: 5000 }, () => 12 * rng() - 30 * rng());
  const logSum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  for (const token of [0, 17, 4999])
    expect(Math.abs(logProbabilityOf(token, logits) - (logits[token]! - logSum))).toBeLessThan(0.002);
  expect(logProbabilityOf(0, Float32Array.from([3]))).toBe(0);
  const banned = Float32Array.from([3, Number.NEGATIVE_INFINITY, 3]);
  expect(logProbabilityOf(0, banned)).toBeCloseTo(-Math.LN2, 6);
});

describe("with the built-in narrator", () => {
  let model: LanguageModel;
  beforeAll(async () => {
    model = await openModel(EMBER, { threads: 1 });
  });
  afterAll(() => model.dispose());

  /** Odd ones: what the story leads to is answered anyway. */
  const ACTIONS = [
    "You sing to the umbrella.",
    "You put the trumpet on the roof.",
    "You paint the wheel yellow.",
    "You give the soup to the statue.",
    "You kick the barrel over.",
    "You tie the rope to the chimney.",
    "You whistle at the swan.",
    "You fold the blanket.",
  ];
  const request = (text: string, seed: number, dials: Record<string, number>): NarrationRequest => ({
    header: [],
    remembered: [],
    notes: [],
    opening: "You stand in a small yard. There is a cart by the wall, and the rain has just stopped.",
    turns: [],
    inserted: [],
    action: { kind: "do", text },
    seed,
    style: { dials, bans: [], biases: {} },
  });

  /** How many of the actions' words come again behind the first sentence, which may be the action itself, of all. */
  async function answeredShare(dials: Record<string, number>): Promise<number> {
    const narrator = await ModelNarrator.create(model);
    let [asked, answered] = [0, 0];
    for (const action of ACTIONS)
      for (const seed of [1, 2, 3]) {
        const { passage } = await narrator.narrate(request(action, seed, dials));
        const rest = splitSentences(passage).slice(1).join(" ");
        const told = new Set(termsOf(rest).map(({ stem }) => stem));
        const words = termsOf(action).map(({ stem }) => stem);
        asked += words.length;
        answered += words.filter((word) => told.has(word)).length;
      }
    return answered / asked;
  }

  it("stays with the action longer with guidance and candidates", async () => {
    const plain = await answeredShare({ guidance: 0, focus: 0, candidates: 1 });
    expect(await answeredShare({ guidance: 1, focus: 0, candidates: 4 })).toBeGreaterThan(1.1 * plain);
  }, 120_000);

  it("tells the same again for the same request", async () => {
    const narrator = await ModelNarrator.create(model);
    const asked = request("You open the iron door.", 4, { guidance: 0.8, candidates: 2 });
    const { passage } = await narrator.narrate(asked);
    await narrator.narrate(request("You climb the tree.", 5, { guidance: 0.8 }));
    expect((await narrator.narrate(asked)).passage).toBe(passage);
  });
});
