/** How long slices are: by the model's size alone. */
import { expect, it } from "vitest";
import { countParameters, parseGpt2Config } from "../../src/model/gpt2-config.ts";
import { GPT2_SHAPES, type RandomShape } from "../../src/model/random-gpt2.ts";
import { sliceTokensOf } from "../../src/model/slice-tokens.ts";

it.each([
  ["124m", 128],
  ["355m", 64],
  ["774m", 32],
  ["1558m", 32],
] as const)("a run of %s takes at most %i tokens", (name, expected) => {
  expect(sliceTokensOf(parametersOf(GPT2_SHAPES[name]))).toBe(expected);
});

it("never falls with a smaller model", () => {
  const sizes = [1, 1e6, 200e6, 200e6 + 1, 500e6, 500e6 + 1, 1e12].map(sliceTokensOf);
  expect(sizes).toEqual([128, 128, 128, 64, 64, 32, 32]);
});

function parametersOf({ layers, width, heads, vocabulary, positions }: RandomShape): number {
  const sizes = { n_layer: layers, n_embd: width, n_head: heads };
  return countParameters(
    parseGpt2Config({ ...sizes, vocab_size: vocabulary, n_positions: positions }, "config.json"),
  );
}
