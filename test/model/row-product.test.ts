/** Products of rows rounded to 8 bits, which only matrices of a million weights get, and channels made even before rounding. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { importModel } from "../../src/model/import.ts";
import type { Quantization } from "../../src/model/model-folder.ts";
import { openModel } from "../../src/model/onnx-model.ts";
import type { LanguageModel } from "../../src/model/types.ts";
import { argmax, relativeError, someTokens, temporaryFolder } from "./helpers.ts";
import { ReferenceGpt2 } from "./reference-gpt2.ts";
import { type TinyOptions, writeTinyGpt2 } from "./tiny-gpt2.ts";

const VOCABULARY = 260;
/** The feed-forward part of this width has matrices of 2^20 weights; those of the attention stay in blocks. */
const WIDE = { n_embd: 512, n_head: 8, n_layer: 1 };

const root = temporaryFolder();
let made = 0;

async function writeSource(options: TinyOptions): Promise<string> {
  return writeTinyGpt2(join(root, `source-${made++}`), {
    ...options,
    config: { ...WIDE, ...options.config },
  });
}

async function open(source: string, quantization: Quantization = "int8"): Promise<LanguageModel> {
  const target = join(root, `model-${made++}`);
  await importModel(source, target, { quantization });
  return openModel(target);
}

async function logitsOf(model: LanguageModel, tokens: readonly number[]): Promise<Float32Array> {
  return Float32Array.from(await (await model.createSequence()).evaluate(tokens));
}

describe("8-bit products of rows", () => {
  it.each(["gelu_new", "gelu", "relu"])("come near to the reference with %s", async (activation) => {
    const source = await writeSource({ config: { activation_function: activation } });
    const tokens = someTokens(40, VOCABULARY);
    const [expected] = new ReferenceGpt2(source).logits(tokens, [39]);
    const model = await open(source);
    const logits = await logitsOf(model, tokens);
    expect(relativeError(logits, expected!)).toBeLessThan(0.03);
    expect(argmax(logits)).toBe(argmax(expected!));
    await model.dispose();
  });

  it("do not depend on the rows beside them", async () => {
    const model = await open(await writeSource({}));
    const logitsBeside = async (...others: number[]) => {
      const sequence = await model.createSequence();
      await sequence.evaluate(someTokens(20, VOCABULARY));
      const [logits] = await (await sequence.branch!(1 + others.length)).step([42, ...others]);
      return Float32Array.from(logits!);
    };
    expect(await logitsBeside(7, 200)).toEqual(await logitsBeside(99, 3));
    // In another shape sums are rounded otherwise, and a number between two steps may go to the other one.
    expect(relativeError(await logitsBeside(7, 200), await logitsBeside())).toBeLessThan(0.02);
    await model.dispose();
  });

  it("stand rows of zeros", async () => {
    const source = await writeSource({ config: { activation_function: "relu" }, silent: true });
    const [expected] = new ReferenceGpt2(source).logits([1, 2, 3], [2]);
    const model = await open(source);
    expect(relativeError(await logitsOf(model, [1, 2, 3]), expected!)).toBeLessThan(0.03);
    await model.dispose();
  });

  it("are what large matrices get, and only those", async () => {
    const target = join(root, "operators");
    await importModel(await writeSource({}), target);
    const graph = (await readFile(join(target, "model.onnx"))).toString("latin1");
    const count = (op: string) => graph.match(new RegExp(`${op}_n\\d`, "g"))?.length;
    expect(count("MatMulIntegerToFloat")).toBe(2);
    expect(count("MatMulNBits")).toBe(3);
  });
});

describe("import of a model with one loud channel", () => {
  it.each(["int8", "int4"] as const)("costs %s no precision", async (quantization) => {
    const tokens = someTokens(40, VOCABULARY);
    const errorOf = async (options: TinyOptions) => {
      const source = await writeSource(options);
      const [expected] = new ReferenceGpt2(source).logits(tokens, [39]);
      const model = await open(source, quantization);
      const error = relativeError(await logitsOf(model, tokens), expected!);
      await model.dispose();
      return error;
    };
    expect(await errorOf({ loud: 64 })).toBeLessThan(1.2 * (await errorOf({})));
  });
});
