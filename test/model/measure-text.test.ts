/** How well a model predicts a text, and how far two models are apart, against sums written out here. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importModel } from "../../src/model/import.ts";
import { compareOnText, measureText } from "../../src/model/measure-text.ts";
import { openModel } from "../../src/model/onnx-model.ts";
import type { LanguageModel } from "../../src/model/types.ts";
import { EMBER } from "./fixed-files.ts";
import { argmax, codeOf, temporaryFolder } from "./helpers.ts";
import { ReferenceGpt2 } from "./reference-gpt2.ts";
import { writeTinyExport } from "./tiny-export.ts";

const TEXT = "he then he the\u00e9 - there! He went on.";
const root = temporaryFolder();
const source = join(root, "source");
const models: Record<"exported" | "plain" | "int4" | "ember", LanguageModel> = {} as never;

beforeAll(async () => {
  await writeTinyExport(source, {}, { config: { n_positions: 16 } });
  await importModel(source, join(root, "plain"), { quantization: "none" });
  await importModel(source, join(root, "int4"), { quantization: "int4" });
  models.exported = await openModel(source);
  models.plain = await openModel(join(root, "plain"));
  models.int4 = await openModel(join(root, "int4"));
  models.ember = await openModel(EMBER);
});
afterAll(() => Promise.all(Object.values(models).map((model) => model.dispose())));

/** Natural log probabilities of every token of TEXT, in windows of 16 that begin with the end-of-text token. */
function expectedLogs(): { logs: number[][]; chosen: number[]; tops: number[] } {
  const reference = new ReferenceGpt2(source);
  const tokens = models.plain.tokenizer.encode(TEXT);
  const [logs, chosen, tops]: [number[][], number[], number[]] = [[], [], []];
  for (let start = 0; start < tokens.length; start += 15) {
    const window = [259, ...tokens.slice(start, start + 15)];
    const rows = reference.logits(
      window,
      window.slice(1).map((_, i) => i),
    );
    for (const [i, row] of rows.entries()) {
      const total = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
      logs.push([...row].map((logit) => logit - total));
      chosen.push(window[i + 1]!);
      tops.push(argmax(row));
    }
  }
  return { logs, chosen, tops };
}

describe("measureText", () => {
  it.each(["plain", "exported"] as const)(
    "%s: the reference's nats and bits, over several windows",
    async (kind) => {
      const { logs, chosen } = expectedLogs();
      const nats = -logs.reduce((sum, row, i) => sum + row[chosen[i]!]!, 0);
      const progress: number[] = [];
      const fit = await measureText(models[kind], TEXT, { onProgress: (done) => progress.push(done) });
      expect(fit).toMatchObject({ tokens: logs.length, characters: [...TEXT].length });
      expect(fit.natsPerToken).toBeCloseTo(nats / logs.length, 4);
      expect(fit.bitsPerCharacter).toBeCloseTo(nats / Math.LN2 / [...TEXT].length, 4);
      expect([logs.length > 15, progress]).toEqual([true, [0.5, 1]]);
    },
  );

  it("refuses a text without tokens, and stops when asked", async () => {
    expect(await codeOf(measureText(models.plain, ""))).toBe("model.emptyInput");
    const stopped = measureText(models.plain, TEXT, { signal: AbortSignal.abort("enough") });
    await expect(stopped).rejects.toBe("enough");
  });
});

describe("compareOnText", () => {
  it("finds two forms of the same weights alike", async () => {
    const comparison = await compareOnText(models.exported, models.plain, TEXT);
    expect(comparison.top1Agreement).toBe(1);
    expect(comparison.meanLogProbabilityDifference).toBeLessThan(1e-4);
    expect(Math.abs(comparison.meanKl)).toBeLessThan(1e-6);
    expect(comparison.klTokens).toBe(16);
  });

  it("says how far a quantised model is from the original", async () => {
    const { meanKl, meanLogProbabilityDifference } = await compareOnText(models.int4, models.plain, TEXT);
    const reversed = await compareOnText(models.plain, models.int4, TEXT);
    expect(meanLogProbabilityDifference).toBeCloseTo(reversed.meanLogProbabilityDifference, 10);
    expect(meanLogProbabilityDifference).toBeGreaterThan(1e-3);
    expect(meanKl).toBeCloseTo(await divergence(models.plain, models.int4), 4);
    expect(meanKl).not.toBe(reversed.meanKl);
  });

  it("refuses models with different tokens", async () => {
    expect(await codeOf(compareOnText(models.ember, models.plain, TEXT))).toBe("model.incomparable");
  });
});

/** KL(p || q) after each token of the first window, in float64. */
async function divergence(p: LanguageModel, q: LanguageModel): Promise<number> {
  const window = [259, ...p.tokenizer.encode(TEXT).slice(0, 15)];
  const [a, b] = [await p.createSequence(), await q.createSequence()];
  let total = 0;
  for (let length = 1; length <= window.length; length++) {
    const shares = async (sequence: typeof a) => {
      const exponentials = Array.from(await sequence.evaluate(window.slice(0, length)), Math.exp);
      const sum = exponentials.reduce((x, y) => x + y);
      return exponentials.map((value) => value / sum);
    };
    const [ps, qs] = [await shares(a), await shares(b)];
    total += ps.reduce((sum, share, i) => sum + share * Math.log(share / qs[i]!), 0);
  }
  return total / window.length;
}
