/** A Llama with grouped queries, rotated positions and word pieces plays the same part as a GPT-2. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openModel } from "../../src/model/onnx-model.ts";
import type { LanguageModel } from "../../src/model/types.ts";
import { largestDifference, someTokens, temporaryFolder } from "./helpers.ts";
import { type LlamaWeights, llamaLogits } from "./reference-llama.ts";
import { TINY_LLAMA, writeTinyLlama } from "./tiny-llama.ts";

const dir = join(temporaryFolder(), "tiny-llama");
let weights: LlamaWeights;
let model: LanguageModel;

beforeAll(async () => {
  weights = await writeTinyLlama(dir);
  model = await openModel(dir);
});
afterAll(() => model.dispose());

describe("an exported Llama", () => {
  it("gives the reference's logits, however the text is cut", async () => {
    const tokens = someTokens(40, 300);
    const expected = llamaLogits(TINY_LLAMA, weights, tokens);
    const sequence = await model.createSequence();
    for (const length of [3, 40, 17, 18, 39]) {
      const logits = await sequence.evaluate(tokens.slice(0, length));
      expect(largestDifference(logits, expected[length - 1]!)).toBeLessThan(1e-3);
    }
  });

  it("has as many positions as can be played, and about the right size", () => {
    const { layers, width, inner, vocabulary } = TINY_LLAMA;
    const attention = width * 64 * 2 + width * 32 * 2;
    const exact = 2 * vocabulary * width + layers * (attention + 3 * width * inner);
    expect(model.info).toMatchObject({ positions: 2048, parameters: exact, quantization: "float32" });
  });

  it("encodes the middle of a text and gives back every byte", () => {
    const { tokenizer } = model;
    const the = tokenizer.encode(" the");
    expect([the.length, tokenizer.decode(the)]).toEqual([1, " the"]);
    for (const text of ["heart", " the  heart", "\n\n> look", "the \u{1f9ca}\u00e9", "<s>", "</s> a"])
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    expect([...tokenizer.bytesOf(tokenizer.encode("\n")[0]!)]).toEqual([10]);
    expect(tokenizer.endOfText).toBe(2);
    expect(tokenizer.bytesOf(2).length).toBe(0);
  });
});
