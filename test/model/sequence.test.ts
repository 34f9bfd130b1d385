/** The cache of a sequence: whatever was evaluated before, the logits are those of a fresh evaluation. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importModel } from "../../src/model/import.ts";
import { openModel } from "../../src/model/onnx-model.ts";
import type { LanguageModel } from "../../src/model/types.ts";
import { expectHistoryIsForgotten, expectSameBitsAgain, freshLogits } from "./any-history.ts";
import { argmax, codeOf, largestDifference, someTokens, temporaryFolder } from "./helpers.ts";
import { writeTinyGpt2 } from "./tiny-gpt2.ts";

const TOLERANCE = 1e-4;

const root = temporaryFolder();
let model: LanguageModel;

beforeAll(async () => {
  // Float32, because 8-bit activations turn the last bits' differences into differences of a hundredth.
  const source = await writeTinyGpt2(join(root, "source"));
  await importModel(source, join(root, "model"), { quantization: "none" });
  model = await openModel(join(root, "model"));
});
afterAll(() => model.dispose());

describe("evaluate", () => {
  it("equals a fresh evaluation after any history of calls", () => expectHistoryIsForgotten(model, 400));

  it("gives the same bits for the same calls", async () => {
    const tokens = someTokens(300, 260);
    const calls = [tokens.slice(0, 200), tokens.slice(0, 90), tokens, tokens.slice(0, 299)];
    const [a, b] = [await model.createSequence(), await model.createSequence()];
    for (const call of calls)
      expect(Float32Array.from(await a.evaluate(call))).toEqual(Float32Array.from(await b.evaluate(call)));
  });

  it("returns the kept logits when nothing changed, in the same array", async () => {
    const sequence = await model.createSequence();
    const tokens = someTokens(30, 260);
    const first = await sequence.evaluate(tokens);
    const copy = Float32Array.from(first);
    expect(await sequence.evaluate([...tokens])).toBe(first);
    expect(first).toEqual(copy);
    expect(await sequence.evaluate(tokens.slice(0, 12))).toBe(first);
    expect(largestDifference(first, await freshLogits(model, tokens.slice(0, 12)))).toBeLessThan(TOLERANCE);
  });

  it("stops between slices and goes on to the same bits", async () => {
    const tokens = someTokens(1000, 260);
    const uninterrupted = await freshLogits(model, tokens);
    const sequence = await model.createSequence();
    const reason = new Error("the player pressed Esc");
    const controller = new AbortController();
    setImmediate(() => controller.abort(reason));
    await expect(sequence.evaluate(tokens, controller.signal)).rejects.toBe(reason);
    const kept = sequence.tokens.length;
    expect(kept).toBeLessThan(tokens.length);
    expect(kept % 128).toBe(0);
    expect(sequence.tokens).toEqual(tokens.slice(0, kept));
    expect(await sequence.evaluate(tokens)).toEqual(uninterrupted);
  });

  it("keeps its tokens when the signal was aborted before", async () => {
    const sequence = await model.createSequence();
    await sequence.evaluate([1, 2, 3]);
    await expect(sequence.evaluate([1, 2, 3, 4], AbortSignal.abort("no"))).rejects.toBe("no");
    expect(sequence.tokens).toEqual([1, 2, 3]);
  });

  it("computes again after a rewind that was stopped at once", async () => {
    const sequence = await model.createSequence();
    const tokens = someTokens(20, 260);
    await sequence.evaluate(tokens);
    await sequence.evaluate(tokens.slice(0, 10), AbortSignal.abort()).catch(() => {});
    const logits = await sequence.evaluate(tokens.slice(0, 10));
    expect(largestDifference(logits, await freshLogits(model, tokens.slice(0, 10)))).toBeLessThan(TOLERANCE);
  });

  it("gives the same bits when the logits of an earlier place are asked for again", () =>
    expectSameBitsAgain(model));

  it("keeps two sequences apart, also when both run", async () => {
    const [a, b] = [await model.createSequence(), await model.createSequence()];
    const [one, two] = [someTokens(300, 260, 3), someTokens(280, 260, 4)];
    const [logitsOne, logitsTwo] = await Promise.all([a.evaluate(one), b.evaluate(two)]);
    expect(logitsOne).toEqual(await freshLogits(model, one));
    expect(logitsTwo).toEqual(await freshLogits(model, two));
  });

  it("takes one call at a time", async () => {
    const sequence = await model.createSequence();
    const first = sequence.evaluate([1, 2]);
    await expect(sequence.evaluate([1])).rejects.toThrow("one call at a time");
    await first;
  });

  it.each([
    ["model.emptyInput", []],
    ["model.contextOverflow", new Array<number>(1025).fill(1)],
    ["model.badToken", [1, 260]],
    ["model.badToken", [-1]],
    ["model.badToken", [1.5]],
  ])("refuses with %s", async (code, tokens) => {
    const sequence = await model.createSequence();
    expect(await codeOf(sequence.evaluate(tokens))).toBe(code);
    expect(await codeOf(sequence.score(tokens))).toBe(code);
  });

  it("refuses after dispose", async () => {
    const sequence = await model.createSequence();
    await sequence.dispose();
    expect(await codeOf(sequence.evaluate([1]))).toBe("model.closed");
  });
});

describe("score", () => {
  it("agrees with the logits of evaluate and leaves the sequence alone", async () => {
    const tokens = someTokens(150, 260, 9);
    const sequence = await model.createSequence();
    await sequence.evaluate([5, 6, 7]);
    const score = await sequence.score(tokens);
    expect(sequence.tokens).toEqual([5, 6, 7]);
    expect([score.logProbabilities.length, score.top1.length]).toEqual([149, 149]);
    for (const i of [0, 1, 127, 128, 148]) {
      const logits = await freshLogits(model, tokens.slice(0, i + 1));
      expect(score.top1[i]).toBe(argmax(logits));
      expect(score.logProbabilities[i]).toBeCloseTo(logProbability(logits, tokens[i + 1]!), 4);
    }
  });

  it("is empty for one token", async () => {
    const sequence = await model.createSequence();
    const score = await sequence.score([3]);
    expect(score.logProbabilities.length).toBe(0);
  });

  it("stops when asked", async () => {
    const sequence = await model.createSequence();
    const controller = new AbortController();
    setImmediate(() => controller.abort("enough"));
    await expect(sequence.score(someTokens(1024, 260), controller.signal)).rejects.toBe("enough");
  });
});

function logProbability(logits: Float32Array, token: number): number {
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
  return logits[token]! - Math.log(sum);
}
