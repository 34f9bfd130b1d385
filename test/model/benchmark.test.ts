/** Measuring: random models of any shape load like real ones, and the figures are those asked for. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { longestPast, measureSpeeds, median, timeGeneration } from "../../src/model/benchmark.ts";
import { importModel } from "../../src/model/import.ts";
import { openModel } from "../../src/model/onnx-model.ts";
import { writeRandomGpt2 } from "../../src/model/random-gpt2.ts";
import type { LanguageModel } from "../../src/model/types.ts";
import { temporaryFolder } from "./helpers.ts";

const SHAPE = { layers: 2, width: 64, heads: 4, vocabulary: 2000, positions: 128 };
const root = temporaryFolder();
const source = join(root, "source");
let model: LanguageModel;

beforeAll(async () => {
  await mkdir(source);
  await writeRandomGpt2(source, SHAPE);
  await importModel(source, join(root, "model"));
  model = await openModel(join(root, "model"));
});
afterAll(() => model.dispose());

describe("a random GPT-2", () => {
  it("has the shape asked for and computes numbers", async () => {
    expect(model.info).toMatchObject({ layers: 2, width: 64, vocabularySize: 2000, positions: 128 });
    const logits = await (await model.createSequence()).evaluate([1, 2, 3]);
    expect(logits.every(Number.isFinite)).toBe(true);
    expect(Math.max(...logits)).toBeGreaterThan(Math.min(...logits));
  });

  it("stops between tensors when asked", async () => {
    await expect(writeRandomGpt2(source, SHAPE, AbortSignal.abort("enough"))).rejects.toBe("enough");
  });
});

describe("measureSpeeds", () => {
  it("gives a speed for every past, in the order asked for, and says how far it is", async () => {
    const progress: number[] = [];
    const speeds = await measureSpeeds(model, {
      pasts: [8, 100, 16],
      rounds: 2,
      onProgress: (done) => progress.push(done),
    });
    expect(Object.keys(speeds.decodeTokensPerSecond)).toEqual(["8", "16", "100"]);
    for (const speed of [...Object.values(speeds.decodeTokensPerSecond), speeds.prefillTokensPerSecond])
      expect(speed).toBeGreaterThan(0);
    expect(speeds.prefillTokens).toBe(100);
    expect(progress).toEqual([0.5, 1]);
  });

  it("can measure up to the past it names, and no further", async () => {
    const longest = longestPast(model);
    await measureSpeeds(model, { pasts: [longest], rounds: 1 });
    await expect(measureSpeeds(model, { pasts: [longest + 1], rounds: 1 })).rejects.toMatchObject({
      code: "model.contextOverflow",
    });
  });

  it("takes the same past twice", async () => {
    const { decodeTokensPerSecond } = await measureSpeeds(model, { pasts: [8, 8], rounds: 1 });
    expect(Object.keys(decodeTokensPerSecond)).toEqual(["8"]);
  });

  it("stops when asked", async () => {
    const stopped = measureSpeeds(model, { pasts: [8], signal: AbortSignal.abort("enough") });
    await expect(stopped).rejects.toBe("enough");
  });
});

it("times the first token apart from the others", async () => {
  const generate = async (_: readonly number[], steps: number) => {
    const start = performance.now() + 1000;
    return [0, 3, 4, 10].slice(0, steps).map((ms) => start + ms);
  };
  const { firstMs, stepMs } = await timeGeneration(generate, [1, 2], 3);
  expect(firstMs).toBeGreaterThanOrEqual(1000);
  expect(stepMs).toBeCloseTo(3, 6);
});

it("takes the middle as the median", () => {
  expect([median([3]), median([9, 1, 5]), median([4, 1, 3, 2])]).toEqual([3, 5, 3]);
});
