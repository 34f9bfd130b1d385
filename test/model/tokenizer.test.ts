/** The tokenizer's promises: exact round trips, special tokens never from text, and the same tokens as a plain BPE. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTokenizer, loadTokenizer } from "../../src/model/tokenizer.ts";
import { EMBER, HELD_OUT } from "./fixed-files.ts";
import { codeOf, temporaryFolder } from "./helpers.ts";
import { type TokenizerJson, tinyTokenizerJson } from "./tiny-gpt2.ts";

const json: TokenizerJson = JSON.parse(await readFile(join(EMBER, "tokenizer.json"), "utf8"));
const vocabularySize = Object.keys(json.model.vocab).length;
const tokenizer = await loadTokenizer(join(EMBER, "tokenizer.json"), { vocabularySize });

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom(" ", "\n", "\t", "\r", "a", "'s", ".", "\ufeff", "\u00a0", "\u0000"),
    maxLength: 30,
  }),
);

describe("round trip", () => {
  it("gives back every well-formed text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    "",
    " ",
    "   ",
    "\n\n\n",
    " \n \t ",
    "\ufeffmark",
    "a\u0000b\u001b[31m",
    "Ĝis revido, ĠĊ!",
    "日本語のテキスト。",
    "🏳️‍🌈👩‍👩‍👧‍👦 flags",
    "e\u0301 is not é",
    "it's we'll DON'T 12345 ...",
    "<|endoftext|>",
    "<|endoftext|><|endoftext|> <|endoftext",
    "__proto__ constructor toString",
    "x".repeat(5000),
    " ".repeat(5000),
  ])("gives back %j", (text) => {
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  it("turns lone surrogates into U+FFFD", () => {
    expect(tokenizer.decode(tokenizer.encode("a\ud800b"))).toBe("a\ufffdb");
  });
});

describe("special tokens", () => {
  it("never come from text", () => {
    fc.assert(
      fc.property(anyText, anyText, (before, after) => {
        const tokens = tokenizer.encode(`${before}<|endoftext|>${after}`);
        expect(tokens).not.toContain(tokenizer.endOfText);
        expect(tokens.every((token) => token >= 0 && token < vocabularySize)).toBe(true);
      }),
    );
  });

  it("have no bytes and no text", () => {
    expect(tokenizer.bytesOf(tokenizer.endOfText)).toEqual(new Uint8Array(0));
    const [a] = tokenizer.encode("a");
    expect(tokenizer.decode([tokenizer.endOfText, a!, tokenizer.endOfText])).toBe("a");
  });

  it("is the token the model names", () => {
    const tiny = createTokenizer(tinyTokenizerJson(), { vocabularySize: 260, endOfText: 256 }, "tiny");
    expect(tiny.endOfText).toBe(256);
    expect(createTokenizer(tinyTokenizerJson(), { vocabularySize: 260 }, "tiny").endOfText).toBe(259);
  });
});

describe("bytes", () => {
  it("of all tokens of a text, joined, are the text's", () => {
    const bytes = Buffer.concat(tokenizer.encode(HELD_OUT).map((token) => tokenizer.bytesOf(token)));
    expect(bytes.toString("utf8")).toBe(HELD_OUT);
  });

  it("that are not UTF-8 become U+FFFD", () => {
    const half = tokenizer.encode("é").slice(0, 1);
    const isWhole = tokenizer.bytesOf(half[0]!).length === 2;
    expect(tokenizer.decode(half)).toBe(isWhole ? "é" : "\ufffd");
    const tiny = createTokenizer(tinyTokenizerJson(), { vocabularySize: 260 }, "tiny");
    expect(tiny.decode([0xc3])).toBe("\ufffd");
    expect(tiny.decode([0xc3, 0xa9])).toBe("é");
  });

  it("are none for tokens outside the vocabulary", () => {
    expect(tokenizer.bytesOf(vocabularySize + 5)).toEqual(new Uint8Array(0));
    expect(tokenizer.bytesOf(-1)).toEqual(new Uint8Array(0));
  });
});

it("finds the same tokens as a plain BPE", () => {
  const plain = plainEncoder(json);
  fc.assert(
    fc.property(anyText, (text) => {
      expect(tokenizer.encode(text)).toEqual(plain(text));
    }),
  );
  expect(tokenizer.encode(HELD_OUT)).toEqual(plain(HELD_OUT));
});

it("encodes a 4 KB prompt in a few milliseconds once warm", () => {
  const prompt = HELD_OUT.slice(0, 4096);
  tokenizer.encode(prompt);
  const times = Array.from({ length: 9 }, () => {
    const start = performance.now();
    tokenizer.encode(prompt);
    return performance.now() - start;
  });
  // Measured at about 2 ms; the bound only catches a cache that is lost or a quadratic loop.
  expect(Math.min(...times)).toBeLessThan(20);
});

const root = temporaryFolder();

describe("refuses", () => {
  const tiny = tinyTokenizerJson;
  const load = async (value: unknown, size = 260) => createTokenizer(value, { vocabularySize: size }, "tiny");
  it.each([
    ["model.unsupported", "no object", 5],
    ["model.unsupported", "another model", { ...tiny(), model: { type: "WordPiece", vocab: {} } }],
    ["model.unsupported", "a normaliser", { ...tiny(), normalizer: { type: "NFC" } }],
    ["model.unsupported", "another way to split", { ...tiny(), pre_tokenizer: { type: "Whitespace" } }],
    [
      "model.unsupported",
      "missing bytes",
      { ...tiny(), model: { type: "BPE", vocab: { a: 0 }, merges: [] } },
    ],
    [
      "model.unsupported",
      "a fractional id",
      { ...tiny(), model: { type: "BPE", vocab: { a: 0.5 }, merges: [] } },
    ],
  ])("with %s: %s", async (code, _, value) => {
    expect(await codeOf(load(value))).toBe(code);
  });

  it("more tokens than the model has", async () => {
    expect(await codeOf(load(tiny(), 200))).toBe("model.corrupt");
  });

  it("a file that is not there", async () => {
    expect(await codeOf(loadTokenizer(join(root, "none.json"), { vocabularySize }))).toBe("model.missing");
  });
});

/** GPT-2's reference algorithm: merge the best-ranked neighbours of each word until none is left. */
function plainEncoder({ model }: TokenizerJson): (text: string) => number[] {
  const ranks = new Map(model.merges.map((merge, rank) => [[merge].flat().join(" "), rank]));
  const letters = byteLetters(tinyTokenizerJson().model.vocab);
  const split = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;
  return (text) =>
    (text.match(split) ?? []).flatMap((word) => {
      const parts = [...Buffer.from(word)].map((byte) => letters[byte]!);
      mergeAll(parts, ranks);
      return parts.map((part) => model.vocab[part]!);
    });
}

function byteLetters(vocab: Record<string, number>): string[] {
  return Object.keys(vocab)
    .sort((a, b) => vocab[a]! - vocab[b]!)
    .slice(0, 256);
}

function mergeAll(parts: string[], ranks: ReadonlyMap<string, number>): void {
  for (;;) {
    let best = -1;
    let bestRank = Number.POSITIVE_INFINITY;
    for (let i = 0; i + 1 < parts.length; i++) {
      const rank = ranks.get(`${parts[i]} ${parts[i + 1]}`) ?? Number.POSITIVE_INFINITY;
      if (rank < bestRank) [best, bestRank] = [i, rank];
    }
    if (best < 0) return;
    parts.splice(best, 2, parts[best]! + parts[best + 1]!);
  }
}
