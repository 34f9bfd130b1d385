/** Branches of a sequence: each is what a sequence of its own would be, in this thread and in the model's. */
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importModel } from "../../src/model/import.ts";
import { openModel } from "../../src/model/onnx-model.ts";
import type { LanguageModel, Sequence } from "../../src/model/types.ts";
import { loadModel } from "../../src/model/worker-model.ts";
import { EMBER } from "./fixed-files.ts";
import { argmax, codeOf, largestDifference, someTokens, temporaryFolder } from "./helpers.ts";
import { writeTinyGpt2 } from "./tiny-gpt2.ts";

const FLOAT32_TOLERANCE = 1e-4;

const root = temporaryFolder();
let model: LanguageModel;
let threaded: LanguageModel;

beforeAll(async () => {
  const source = await writeTinyGpt2(join(root, "source"), { config: { n_positions: 300 } });
  await importModel(source, join(root, "model"), { quantization: "none" });
  model = await openModel(join(root, "model"));
  threaded = await loadModel(join(root, "model"));
});
afterAll(() => Promise.all([model.dispose(), threaded.dispose()]));

async function sequenceAt(from: LanguageModel, tokens: readonly number[]): Promise<Sequence> {
  const sequence = await from.createSequence();
  await sequence.evaluate(tokens);
  return sequence;
}

async function plainLogits(tokens: readonly number[], from = model): Promise<Float32Array> {
  return (await from.createSequence()).evaluate(tokens);
}

/** Tokens for a step: a token of its own for every branch, or null where it rests. */
function stepTokens(step: number, count: number, rests: (branch: number) => boolean): (number | null)[] {
  return Array.from({ length: count }, (_, i) => (rests(i) ? null : (step * 31 + i * 7 + 1) % 260));
}

describe.each([
  ["in this thread", () => model],
  ["in the model's thread", () => threaded],
])("branches %s", (_, used) => {
  it("give the logits of a plain sequence for 60 steps, also those that rested", async () => {
    const prefix = someTokens(100, 260);
    const branches = await (await sequenceAt(used(), prefix)).branch!(4);
    const plain = await Promise.all([0, 1, 2, 3].map(() => sequenceAt(model, prefix)));
    for (let step = 0; step < 60; step++) {
      // Branch 3 ends after 20 steps, branch 1 rests in every third.
      const tokens = stepTokens(step, 4, (i) => (i === 3 && step >= 20) || (i === 1 && step % 3 === 0));
      const logits = await branches.step(tokens);
      for (let i = 0; i < 4; i++) {
        const expected = await plain[i]!.evaluate([...prefix, ...branches.tokens[i]!]);
        expect(largestDifference(logits[i]!, expected)).toBeLessThan(FLOAT32_TOLERANCE);
      }
    }
    expect(branches.tokens.map((tokens) => tokens.length)).toEqual([60, 40, 60, 20]);
  });

  it("continue as the kept branch", async () => {
    const prefix = someTokens(130, 260);
    const sequence = await sequenceAt(used(), prefix);
    const branches = await sequence.branch!(3);
    for (let step = 0; step < 10; step++)
      await branches.step(stepTokens(step, 3, (i) => i === 0 && step > 4));
    const logits = await branches.step([9, 8, 7]);
    logits[1]!.fill(0); // logits are scratch: what a caller does to them stays with it
    await branches.keep(1);
    const tokens = [...prefix, ...branches.tokens[1]!];
    expect(sequence.tokens).toEqual(tokens);
    for (const asked of [tokens, [...tokens, 5, 6]]) {
      const expected = await plainLogits(asked);
      expect(largestDifference(await sequence.evaluate(asked), expected)).toBeLessThan(FLOAT32_TOLERANCE);
    }
  });

  it("fork at any of their tokens, into more and into fewer", async () => {
    const prefix = someTokens(120, 260);
    const sequence = await sequenceAt(used(), prefix);
    const branches = await sequence.branch!(2, [120, 50]);
    for (let step = 0; step < 6; step++) await branches.step(stepTokens(step, 2, () => false));
    const [first, second] = branches.tokens.map((tokens) => [...tokens]) as [number[], number[]];
    const points = [
      { branch: 0, length: 6 },
      { branch: 0, length: 3 },
      { branch: 1, length: 0 },
      { branch: 1, length: 6 },
      { branch: 0, length: 6 },
    ];
    const forked = await branches.fork(points);
    expect(branches.tokens).toEqual([first, first.slice(0, 3), [], second, first]);
    const whole = await plainLogits([...prefix, ...first]);
    for (const i of [0, 4]) expect(largestDifference(forked[i]!, whole)).toBeLessThan(FLOAT32_TOLERANCE);
    const texts = () =>
      branches.tokens.map((tokens, i) => [...prefix.slice(0, i === 2 || i === 3 ? 50 : 120), ...tokens]);
    const stepped = await branches.step([1, 2, 3, 4, 5]);
    for (const [i, text] of texts().entries())
      expect(largestDifference(stepped[i]!, await plainLogits(text))).toBeLessThan(FLOAT32_TOLERANCE);
    await branches.fork([{ branch: 4, length: 7 }]);
    const [last] = await branches.step([6]);
    const text = [...prefix, ...first, 5, 6];
    expect(largestDifference(last!, await plainLogits(text))).toBeLessThan(FLOAT32_TOLERANCE);
    for (const point of [
      { branch: 1, length: 0 },
      { branch: 0, length: 9 },
      { branch: 0, length: -1 },
    ])
      await expect(branches.fork([point])).rejects.toThrow("has no");
    await expect(branches.fork([])).rejects.toThrow("expected 1 to 8");
    await branches.keep(0);
    expect(sequence.tokens).toEqual(text);
    const longer = [...text, 7];
    expect(largestDifference(await sequence.evaluate(longer), await plainLogits(longer))).toBeLessThan(
      FLOAT32_TOLERANCE,
    );
  });

  it("leave the sequence as it was when they are disposed of, and can be parted again", async () => {
    const prefix = someTokens(40, 260);
    const sequence = await sequenceAt(used(), prefix);
    const before = Array.from(await sequence.evaluate(prefix));
    const branches = await sequence.branch!(2);
    await branches.step([1, 2]);
    await branches.dispose();
    await branches.dispose();
    expect(sequence.tokens).toEqual(prefix);
    const [logits] = await (await sequence.branch!(1)).step([3]);
    expect(largestDifference(logits!, await plainLogits([...prefix, 3]))).toBeLessThan(FLOAT32_TOLERANCE);
    expect(await codeOf(branches.step([1, 2]))).toBe("model.closed");
    expect(Array.from(await plainLogits(prefix, used()))).toEqual(before);
  });

  it("keep their tokens when a step was aborted before, and go on", async () => {
    const prefix = someTokens(20, 260);
    const branches = await (await sequenceAt(used(), prefix)).branch!(2);
    await branches.step([1, 2]);
    await expect(branches.step([3, 4], AbortSignal.abort("stop"))).rejects.toBe("stop");
    expect(branches.tokens).toEqual([[1], [2]]);
    const [, logits] = await branches.step([null, 5]);
    expect(largestDifference(logits!, await plainLogits([...prefix, 2, 5]))).toBeLessThan(FLOAT32_TOLERANCE);
  });

  it("hold the logits of the sequence before the first step", async () => {
    const sequence = await sequenceAt(used(), [4, 5, 6]);
    const expected = Array.from(await sequence.evaluate([4, 5, 6]));
    const logits = await (await sequence.branch!(2)).step([null, null]);
    expect(logits.map((row) => Array.from(row))).toEqual([expected, expected]);
  });

  it("let the sequence take no other call until they are ended", async () => {
    const sequence = await sequenceAt(used(), [1, 2]);
    const branches = await sequence.branch!(2);
    await expect(sequence.evaluate([1])).rejects.toThrow("one call at a time");
    await expect(sequence.branch!(2)).rejects.toThrow("one call at a time");
    expect(sequence.tokens).toEqual([1, 2]);
    await sequence.dispose();
    expect(await codeOf(branches.step([1, 1]))).toBe("model.closed");
  });

  it("follow as much of the sequence as they are asked to, whether fed at once or token by token", async () => {
    const prefix = someTokens(200, 260);
    const sequence = await sequenceAt(used(), prefix);
    const before = (await sequence.evaluate(prefix)).slice();
    const from = [200, 150, 150, 1];
    const branches = await sequence.branch!(4, from);
    const fed = someTokens(30, 250);
    for (const i of [1, 2, 3]) await branches.feed(i, fed);
    for (let step = 0; step < 20; step++) {
      const tokens = stepTokens(step, 4, (i) => i === 2 && step % 2 === 0);
      const logits = await branches.step(tokens);
      for (let i = 0; i < 4; i++) {
        const expected = await plainLogits([...prefix.slice(0, from[i]), ...branches.tokens[i]!]);
        expect(largestDifference(logits[i]!, expected)).toBeLessThan(FLOAT32_TOLERANCE);
      }
    }
    await expect(branches.keep(1)).rejects.toThrow("cannot go on as branch 1");
    await branches.dispose();
    expect(await sequence.evaluate(prefix)).toEqual(before);
    await expect(sequence.branch!(2, [1, 201])).rejects.toThrow("branches from 1, 201 of 200 tokens");
    await expect(sequence.branch!(2, [1])).rejects.toThrow("branches from 1 of 200 tokens");
    await expect(sequence.branch!(1, [0])).rejects.toThrow("branches from 0");
  });

  it("refuse what cannot be", async () => {
    const empty = await used().createSequence();
    expect(await codeOf(empty.branch!(2))).toBe("model.emptyInput");
    const sequence = await sequenceAt(used(), someTokens(299, 260));
    await expect(sequence.branch!(9)).rejects.toThrow("expected 1 to 8");
    await expect(sequence.branch!(0)).rejects.toThrow("expected 1 to 8");
    const branches = await sequence.branch!(2);
    expect(await codeOf(branches.step([260, 1]))).toBe("model.badToken");
    await expect(branches.step([1])).rejects.toThrow("1 tokens for 2 branches");
    await expect(branches.keep(2)).rejects.toThrow("as branch 2");
    await branches.step([1, null]);
    expect(await codeOf(branches.step([1, 1]))).toBe("model.contextOverflow");
    await branches.step([null, 1]);
    expect(branches.tokens).toEqual([[1], [1]]);
  });

  it("refuse more tokens together than the model has positions", async () => {
    const branches = await (await sequenceAt(used(), [1])).branch!(8);
    const all = new Array<number>(8).fill(7);
    for (let step = 0; step < 37; step++) await branches.step(all);
    expect(await codeOf(branches.step(all))).toBe("model.contextOverflow");
    const [logits] = await branches.step([7, ...new Array<null>(7).fill(null)]);
    const expected = await plainLogits([1, ...new Array<number>(38).fill(7)]);
    expect(largestDifference(logits!, expected)).toBeLessThan(FLOAT32_TOLERANCE);
  });
});

it("equal plain sequences after any history of parting, stepping, forking and keeping", async () => {
  const round = fc.record({
    count: fc.integer({ min: 1, max: 8 }),
    forks: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 8 }),
    steps: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 8 }),
    kept: fc.option(fc.nat({ max: 7 })),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 150 }),
      fc.array(round, { minLength: 1, maxLength: 3 }),
      async (start, rounds) => {
        let tokens = someTokens(start, 260);
        const sequence = await sequenceAt(model, tokens);
        for (const { count, steps, forks, kept } of rounds) {
          const branches = await sequence.branch!(count);
          // Each bit of a step's number tells whether a branch rests.
          for (const [i, bits] of steps.entries())
            await branches.step(stepTokens(i, count, (branch) => ((bits >> branch) & 1) === 1));
          if (forks.length > 0)
            await branches.fork(
              forks.map(([some, many]) => {
                const branch = some % count;
                return { branch, length: many % (branches.tokens[branch]!.length + 1) };
              }),
            );
          const index = (kept ?? 0) % branches.tokens.length;
          if (kept === null) await branches.dispose();
          else await branches.keep(index);
          if (kept !== null) tokens = [...tokens, ...branches.tokens[index]!];
          expect(sequence.tokens).toEqual(tokens);
          tokens = [...tokens, 11];
          const logits = await sequence.evaluate(tokens);
          expect(largestDifference(logits, await plainLogits(tokens))).toBeLessThan(FLOAT32_TOLERANCE);
        }
        await sequence.dispose();
      },
    ),
    { numRuns: 20, seed: 11 },
  );
});

it("choose, at 8 bits, what a plain sequence chooses wherever it is not a toss-up", async () => {
  const ember = await openModel(EMBER);
  const prefix = [
    ember.tokenizer.endOfText,
    ...ember.tokenizer.encode("You open the door and see a garden."),
  ];
  const branches = await (await sequenceAt(ember, prefix)).branch!(4);
  const plain = await sequenceAt(ember, prefix);
  let next = [11, 200, 350, 77];
  for (let step = 0; step < 60; step++) {
    const logits = await branches.step(next);
    next = logits.map(argmax);
    for (const i of [step % 4]) {
      const expected = await plain.evaluate([...prefix, ...branches.tokens[i]!]);
      const best = argmax(expected);
      // Logits of 8 bits differ by a few hundredths with the shape of a run: another rounding of the activations.
      expect(expected[best]! - expected[next[i]!]!).toBeLessThan(0.1);
    }
  }
  await ember.dispose();
});
