/** Phrases that are never told, and words that are told more or less often. */
import { describe, expect, it } from "vitest";
import { createPhraseFinder, tokenAt } from "../../src/narrator/phrase-bans.ts";
import { tokenBiases } from "../../src/narrator/word-biases.ts";
import { byteTokenizer } from "./byte-tokenizer.ts";

describe("a banned phrase", () => {
  it.each([
    ["cat", "A cat sat.", 2],
    ["cat", "CAT!", 0],
    ["cat", "The cats concatenate.", -1],
    ["cat", "A cat's eye", 2],
    ["A shiver", "and then a\n\nshiver", 9],
    ["a shiver", "a cold shiver", -1],
    ["well, well", "Well, well.", 0],
    ["what? no", "What? No!", 0],
    ["(sic)", "it is (sic) so", 6],
    ["a.c", "abc", -1],
    ["über", "Das ÜBER-Wort", 4],
    ["\\", "a cat", -1],
    ["...", "Well ...", -1], // marks without a word ban nothing: they would end all sentences
  ])("%j in %j", (phrase, text, place) => {
    expect(createPhraseFinder([phrase])(text)).toBe(place);
  });
  it("is the first of several; none is found without bans", () => {
    expect(createPhraseFinder(["dog", "cat"])("a cat, a dog")).toBe(2);
    expect(createPhraseFinder([])("a cat, a dog")).toBe(-1);
  });
  it("begins in the token that holds its first character", () => {
    const tokens = byteTokenizer.encode("é cat");
    expect(tokenAt(tokens, 2, byteTokenizer)).toBe(3);
    expect(tokenAt(tokens, 0, byteTokenizer)).toBe(0);
    expect(tokenAt(tokens, 99, byteTokenizer)).toBe(5);
  });
});

describe("word biases", () => {
  /** Tokens are words with the space before them; a capital letter alone is a token too. */
  const tokenizer = {
    ...byteTokenizer,
    encode: (text: string) =>
      (text.match(/ ?[A-Za-z]{1,4}/g) ?? []).map((piece) =>
        [...piece].reduce((sum, c) => sum * 31 + c.charCodeAt(0), 7),
      ),
  };
  const id = (text: string) => tokenizer.encode(text)[0]!;
  it("reach the word after a space in both cases, and whole at the start of a line", () => {
    const biases = tokenBiases({ owl: 1.5 }, tokenizer, new Set());
    expect([...biases.keys()].sort()).toEqual([id(" owl"), id(" Owl"), id("owl"), id("Owl")].sort());
    expect(new Set(biases.values())).toEqual(new Set([1.5]));
  });
  it("change the first token only, and add up", () => {
    const biases = tokenBiases({ dragon: 2, dragnet: -0.5 }, tokenizer, new Set());
    expect(biases.get(id(" drag"))).toBe(1.5);
    expect(biases.has(id("drag"))).toBe(false);
  });
  it("spare function words and do nothing at 0", () => {
    expect(tokenBiases({ owl: 0 }, tokenizer, new Set()).size).toBe(0);
    expect(tokenBiases({ owl: 1 }, tokenizer, new Set([id(" owl")])).has(id(" owl"))).toBe(false);
  });
});
