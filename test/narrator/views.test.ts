/** Both views of every draft are what plain sequences see, whatever was drafted, taken and given up before. */
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { importModel } from "../../src/model/import.ts";
import { openModel } from "../../src/model/onnx-model.ts";
import type { LanguageModel, TokenId } from "../../src/model/types.ts";
import { type SeenTwice, Views } from "../../src/narrator/views.ts";
import { largestDifference, someTokens, temporaryFolder } from "../model/helpers.ts";
import { writeTinyGpt2 } from "../model/tiny-gpt2.ts";

const TOLERANCE = 1e-4;
const PROMPT = someTokens(40, 250);
const SEPARATOR = [10, 10];

const root = temporaryFolder();
let model: LanguageModel;
beforeAll(async () => {
  await importModel(await writeTinyGpt2(join(root, "source")), join(root, "model"), { quantization: "none" });
  model = await openModel(join(root, "model"));
});
afterAll(() => model.dispose());

async function plainLogits(tokens: readonly TokenId[]): Promise<Float32Array> {
  const sequence = await model.createSequence();
  const logits = Float32Array.from(await sequence.evaluate(tokens));
  await sequence.dispose();
  return logits;
}

/** Compares the views of drafts with plain sequences, then spoils the logits as a sampler does. */
async function check(
  seen: readonly SeenTwice[],
  drafts: readonly (readonly TokenId[])[],
  partLength: number,
) {
  for (const [i, tokens] of drafts.entries()) {
    const whole = await plainLogits([...PROMPT, ...tokens]);
    const part = await plainLogits([...PROMPT.slice(0, partLength), ...SEPARATOR, ...tokens]);
    expect(largestDifference(seen[i]!.whole, whole)).toBeLessThan(TOLERANCE);
    expect(largestDifference(seen[i]!.part, part)).toBeLessThan(TOLERANCE);
  }
  for (const { whole, part } of seen) for (const logits of [whole, part]) logits.fill(-1);
}

/** A sentence: how many drafts of how many tokens, which one is taken (none: all are given up) and how much of it. */
const sentence = fc.record({
  drafts: fc.integer({ min: 1, max: 4 }),
  steps: fc.integer({ min: 1, max: 6 }),
  taken: fc.option(fc.nat({ max: 3 })),
  kept: fc.nat({ max: 6 }),
  /** How much of the passage is taken back before the sentence. */
  back: fc.nat({ max: 4 }),
  partLength: fc.constantFrom(1, 30),
});

it("see what plain sequences see", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sentence, { minLength: 1, maxLength: 5 }), async (sentences) => {
      const sequence = await model.createSequence();
      const views = new Views(sequence, SEPARATOR, undefined);
      let told: TokenId[] = [];
      for (const [at, { drafts, steps, taken, kept, back, partLength }] of sentences.entries()) {
        told = told.slice(0, Math.max(0, told.length - back));
        const texts = Array.from({ length: drafts }, () => [...told]);
        const place = { prompt: PROMPT, passage: told, partLength };
        await check(await views.begin(drafts, place), texts, partLength);
        for (let step = 0; step < steps; step++) {
          const tokens = texts.map((_, i) => (at * 50 + step * 5 + i) % 250);
          texts.forEach((text, i) => text.push(tokens[i]!));
          await check(await views.step(tokens), texts, partLength);
        }
        // A sentence often ends a token or two before what was sampled, and one was sampled that nobody stepped.
        if (taken !== null) told = [...texts[taken % drafts]!.slice(0, told.length + kept), 77];
      }
      await views.close([...PROMPT, ...told]);
      const end = [...PROMPT, ...told, 3];
      expect(largestDifference(await sequence.evaluate(end), await plainLogits(end))).toBeLessThan(TOLERANCE);
      await sequence.dispose();
    }),
    { numRuns: 25, seed: 5 },
  );
});

it("evaluate nothing twice from sentence to sentence", async () => {
  const sequence = await model.createSequence();
  const views = new Views(sequence, SEPARATOR, undefined);
  const branch = sequence.branch!.bind(sequence);
  let rows = 0;
  sequence.branch = async (count, from) => {
    const branches = await branch(count, from);
    const { step, feed } = branches;
    branches.step = (tokens, signal) => {
      rows += tokens.filter((token) => token !== null).length;
      return step.call(branches, tokens, signal);
    };
    branches.feed = (index, tokens, signal) => {
      rows += tokens.length;
      return feed.call(branches, index, tokens, signal);
    };
    return branches;
  };
  const told: TokenId[] = [];
  for (let i = 0; i < 5; i++) {
    await views.begin(3, { prompt: PROMPT, passage: told, partLength: 30 });
    for (let step = 0; step < 4; step++) await views.step([i, 100 + i, 200 + step]);
    told.push(i, i, i, i, 9);
  }
  // Three drafts in two views for four steps each time, both views of the sentence's last token, and the separator once.
  expect(rows).toBe(5 * 4 * 3 * 2 + 4 * 2 + SEPARATOR.length);
  await views.close([...PROMPT, ...told]);
  expect(sequence.tokens).toEqual([...PROMPT, ...told.slice(0, -1)]);
});

it("forget everything after an aborted step, and leave the sequence free", async () => {
  const sequence = await model.createSequence();
  const stop = new AbortController();
  const views = new Views(sequence, SEPARATOR, stop.signal);
  await views.begin(2, { prompt: PROMPT, passage: [], partLength: 1 });
  await views.step([1, 2]);
  stop.abort("stop");
  await expect(views.step([3, 4])).rejects.toBe("stop");
  await views.close(PROMPT);
  expect(largestDifference(await sequence.evaluate(PROMPT), await plainLogits(PROMPT))).toBeLessThan(
    TOLERANCE,
  );
});
