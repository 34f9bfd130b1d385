/** The float32 graph against a plain GPT-2 written anew for the tests, over every form of weights that can be imported. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { importModel } from "../../src/model/import.ts";
import type { Quantization } from "../../src/model/model-folder.ts";
import { openModel } from "../../src/model/onnx-model.ts";
import type { LanguageModel } from "../../src/model/types.ts";
import { argmax, largestDifference, relativeError, someTokens, temporaryFolder } from "./helpers.ts";
import { ReferenceGpt2 } from "./reference-gpt2.ts";
import { type TinyOptions, writeTinyGpt2 } from "./tiny-gpt2.ts";

const root = temporaryFolder();
let made = 0;

async function openTiny(
  options: TinyOptions,
  quantization: Quantization = "none",
): Promise<{ source: string; model: LanguageModel }> {
  const source = await writeTinyGpt2(join(root, `source-${made++}`), options);
  const target = join(root, `model-${made}`);
  await importModel(source, target, { quantization });
  return { source, model: await openModel(target) };
}

async function lastLogits(model: LanguageModel, tokens: readonly number[]): Promise<Float32Array> {
  const sequence = await model.createSequence();
  return Float32Array.from(await sequence.evaluate(tokens));
}

describe("float32 import against the reference", () => {
  it.each([1, 2, 128, 129, 1024])("gives the same logits after %i tokens at once", async (length) => {
    const { source, model } = await openTiny({});
    const tokens = someTokens(length, 260, length);
    const [expected] = new ReferenceGpt2(source).logits(tokens, [length - 1]);
    expect(largestDifference(await lastLogits(model, tokens), expected!)).toBeLessThan(1e-3);
    await model.dispose();
  });

  it("gives the same logits when it decodes token by token up to the full window", async () => {
    const { source, model } = await openTiny({ seed: 2, config: { n_positions: 160 } });
    const tokens = someTokens(160, 260);
    const expected = new ReferenceGpt2(source).logits(
      tokens,
      tokens.map((_, i) => i),
    );
    const sequence = await model.createSequence();
    for (let length = 1; length <= tokens.length; length++) {
      const logits = await sequence.evaluate(tokens.slice(0, length));
      expect(largestDifference(logits, expected[length - 1]!)).toBeLessThan(1e-3);
    }
    await model.dispose();
  });

  const variants: Readonly<Record<string, TinyOptions>> = {
    "names without prefix": { prefix: "" },
    "two shards with an index": { shards: 2 },
    "an output layer of its own": { tied: false },
    "an inner width of its own": { config: { n_inner: 96 } },
    "exact gelu": { config: { activation_function: "gelu" } },
    relu: { config: { activation_function: "relu" } },
    "attention weaker in each layer": { config: { scale_attn_by_inverse_layer_idx: true, n_layer: 3 } },
    "attention without a scale": { config: { scale_attn_weights: false } },
    "another epsilon": { config: { layer_norm_epsilon: 0.1 } },
    "heads of size 8": { config: { n_head: 8 } },
    "a vocabulary read in parts": { config: { vocab_size: 5000 } },
    "one layer": { config: { n_layer: 1 } },
    "a width no quantisation takes": { config: { n_embd: 40 } },
  };
  it.each(Object.entries(variants))("computes %s", async (_, options) => {
    const { source, model } = await openTiny(options);
    // The reference reads one file of float32; the same seed gives the same weights.
    const whole = await writeTinyGpt2(`${source}-whole`, { ...options, shards: 1 });
    const tokens = someTokens(50, 260);
    const [expected] = new ReferenceGpt2(whole).logits(tokens, [49]);
    expect(largestDifference(await lastLogits(model, tokens), expected!)).toBeLessThan(1e-3);
    await model.dispose();
  });

  it.each(["F16", "BF16"] as const)("reads the same numbers from %s weights", async (type) => {
    const [half, full] = [await openTiny({ type }), await openTiny({})];
    const tokens = someTokens(20, 260);
    expect(await lastLogits(half.model, tokens)).toEqual(await lastLogits(full.model, tokens));
    await Promise.all([half.model.dispose(), full.model.dispose()]);
  });
});

describe("quantised import against the reference", () => {
  const cases: readonly (readonly [Quantization, boolean, number])[] = [
    ["int8", true, 0.05],
    ["int8", false, 0.05],
    ["int4", true, 0.5],
    ["int4", false, 0.5],
  ];
  it.each(cases)("%s, tied head %s: relative error at most %f", async (quantization, tied, limit) => {
    const { source, model } = await openTiny({ tied }, quantization);
    const tokens = someTokens(40, 260);
    const [expected] = new ReferenceGpt2(source).logits(tokens, [39]);
    const logits = await lastLogits(model, tokens);
    expect(relativeError(logits, expected!)).toBeLessThan(limit);
    expect(relativeError(logits, expected!)).toBeGreaterThan(0);
    if (quantization === "int8") expect(argmax(logits)).toBe(argmax(expected!));
    await model.dispose();
  });

  it("reads a large vocabulary in parts, and scores it in short slices", async () => {
    const { source, model } = await openTiny({ config: { vocab_size: 50_000, n_layer: 1 } }, "int8");
    const tokens = someTokens(100, 50_000);
    const positions = [0, 40, 41, 42, 98];
    const expected = new ReferenceGpt2(source).logits(tokens, positions);
    const { top1 } = await (await model.createSequence()).score(tokens);
    // Random weights have near ties, so the token chosen need only be as good as the best.
    for (const [i, position] of positions.entries())
      expect(expected[i]![top1[position]!]).toBeGreaterThan(0.97 * Math.max(...expected[i]!));
    await model.dispose();
  });

  it("stores a tied embedding once", async () => {
    const [tied, untied] = [await openTiny({}, "int8"), await openTiny({ tied: false }, "int8")];
    const tableBytes = 260 * 64 * (1 + 4 / 32);
    const saved = untied.model.info.sizeBytes - tied.model.info.sizeBytes;
    expect(saved).toBeGreaterThan(tableBytes * 0.9);
    expect(untied.model.info.parameters - tied.model.info.parameters).toBe(260 * 64);
    await Promise.all([tied.model.dispose(), untied.model.dispose()]);
  });
});
