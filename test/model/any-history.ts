/** The promise of every sequence's cache: whatever was evaluated before, the logits are those of a fresh evaluation. */
import fc from "fast-check";
import { expect } from "vitest";
import type { LanguageModel } from "../../src/model/types.ts";
import { largestDifference, someTokens } from "./helpers.ts";

const VOCABULARY = 260;
const TOLERANCE = 1e-4;

/** Plays random calls over texts of up to `longest` tokens that share prefixes. The model has at least 260 tokens. */
export async function expectHistoryIsForgotten(model: LanguageModel, longest: number): Promise<void> {
  const base = someTokens(longest, VOCABULARY);
  const step = fc.record({
    length: fc.integer({ min: 1, max: longest }),
    change: fc.integer({ min: 0, max: longest + 100 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const sequence = await model.createSequence();
      for (const { length, change } of steps) {
        const tokens = base
          .slice(0, length)
          .map((token, i) => (i >= change ? (token + change) % VOCABULARY : token));
        const logits = await sequence.evaluate(tokens);
        expect(sequence.tokens).toEqual(tokens);
        const fresh = await freshLogits(model, tokens);
        expect(largestDifference(logits, fresh)).toBeLessThan(TOLERANCE);
      }
      await sequence.dispose();
    }),
    { numRuns: 15, seed: 7 },
  );
}

/** The same call twice gives the same bits, whatever came between. */
export async function expectSameBitsAgain(model: LanguageModel): Promise<void> {
  const sequence = await model.createSequence();
  const tokens = someTokens(60, VOCABULARY);
  await sequence.evaluate(tokens.slice(0, 30));
  const first = Float32Array.from(await sequence.evaluate(tokens.slice(0, 45)));
  for (let end = 46; end <= 60; end++) await sequence.evaluate(tokens.slice(0, end));
  expect(await sequence.evaluate(tokens.slice(0, 45))).toEqual(first);
}

export async function freshLogits(model: LanguageModel, tokens: readonly number[]): Promise<Float32Array> {
  const sequence = await model.createSequence();
  const logits = await sequence.evaluate(tokens);
  await sequence.dispose();
  return logits;
}
