/** Tokenizers of other families: whatever the rule, a text comes back byte for byte, and special tokens are never read. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createExportedTokenizer } from "../../src/model/exported/exported-tokenizer.ts";
import { tinyTokenizerJson } from "./tiny-gpt2.ts";
import { piecesJson } from "./tiny-llama.ts";

const json = tinyTokenizerJson();
const config = { vocabularySize: 300, endOfText: 299 };
const create = (definition: unknown, sizes = config) =>
  createExportedTokenizer(definition, sizes, "tokenizer.json");

const llama3Rule = "\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+| ?\\p{L}+";
const byteLevel = { type: "ByteLevel", add_prefix_space: true, use_regex: false };
const definitions: Readonly<Record<string, Record<string, unknown>>> = {
  "GPT-2": { ...json },
  "SmolLM: digits apart, a prefix asked for": {
    ...json,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Digits", individual_digits: true },
        { type: "ByteLevel", add_prefix_space: true, use_regex: true },
      ],
    },
  },
  "Llama 3: a rule of its own": {
    ...json,
    normalizer: { type: "NFC" },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: llama3Rule }, behavior: "Isolated", invert: false },
        byteLevel,
      ],
    },
    model: { ...json.model, ignore_merges: true },
  },
  "Llama 2: word pieces": piecesJson(),
  "Mistral: word pieces split by Metaspace": {
    ...piecesJson(),
    normalizer: null,
    pre_tokenizer: { type: "Metaspace", replacement: "\u2581", prepend_scheme: "first", split: false },
  },
};

describe.each(Object.entries(definitions))("%s", (_, definition) => {
  const tokenizer = create(definition);

  it("gives back every text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const wellFormed = text.toWellFormed().replaceAll("\u2581", "");
        expect(tokenizer.decode(tokenizer.encode(wellFormed))).toBe(wellFormed);
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it.each([" the", "the", "  12 345", "\n\n> Go\n", "e\u0301 \u00e9", "<|endoftext|>", "<s>", "</s>"])(
    "gives back %j",
    (text) => {
      const tokens = tokenizer.encode(text);
      expect(tokenizer.decode(tokens)).toBe(text);
      expect(tokens).not.toContain(tokenizer.endOfText);
    },
  );

  it("joins bytes of several tokens into one letter", () => {
    const tokens = tokenizer.encode("\u{1f9ca}");
    expect(tokens.length).toBe(4);
    expect(Buffer.concat(tokens.map((token) => tokenizer.bytesOf(token))).toString()).toBe("\u{1f9ca}");
  });
});

describe("the end of a text", () => {
  it("is <|endoftext|> where there is one, else what config.json says", () => {
    expect(create(json).endOfText).toBe(259);
    expect(create(piecesJson()).endOfText).toBe(299);
    const { added_tokens: _, ...without } = json as unknown as Record<string, unknown>;
    expect(create(without, { vocabularySize: 300, endOfText: 7 }).endOfText).toBe(7);
  });
});

const digits = { type: "Digits", individual_digits: true };
const unigram = (added: unknown[] = []) => ({
  added_tokens: [{ id: 0, content: "</s>", special: true }, ...added],
  model: {
    type: "Unigram",
    unk_id: 1,
    vocab: ["</s>", "<unk>", "\u2581", "\n", ...printable()].map((piece, id) => [piece, id < 2 ? 0 : -id]),
  },
});

function printable(): string[] {
  return Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
}

describe("special tokens", () => {
  it("are not read from texts where their piece is the likeliest", () => {
    const tokenizer = create(unigram(), { vocabularySize: 98, endOfText: 0 });
    const tokens = tokenizer.encode("a</s>");
    expect(tokens).not.toContain(0);
    expect(tokenizer.decode(tokens)).toBe("a</s>");
  });

  it("are not read from texts where whole words are taken as they are", () => {
    const pieces = piecesJson();
    const whole = { ...pieces, model: { ...(pieces.model as object), ignore_merges: true } };
    expect(create(whole).encode("</s>")).not.toContain(2);
  });
});

describe("added tokens that are not special", () => {
  const { added_tokens: ownTokens } = json as unknown as { added_tokens: readonly unknown[] };
  const added = (id: number) => ({ id, content: "<think>", special: false, lstrip: true, rstrip: true });

  it("are read from texts, and take no space from beside them", () => {
    const tokenizer = create({ ...json, added_tokens: [...ownTokens, added(298)] });
    expect(tokenizer.encode(" <think> ")).toContain(298);
    expect(tokenizer.decode(tokenizer.encode("a <think> b"))).toBe("a <think> b");
  });

  it("are plain text when the model does not have them", () => {
    const tokenizer = create({ ...json, added_tokens: [...ownTokens, added(300)] });
    expect(Math.max(...tokenizer.encode("<think>"))).toBeLessThan(300);
  });
});

describe("refuses", () => {
  const cases: readonly (readonly [string, unknown, typeof config, string, RegExp])[] = [
    ["what is no tokenizer", [], config, "model.unsupported", /object/],
    [
      "word pieces of another kind",
      { pre_tokenizer: { type: "BertPreTokenizer" }, model: { type: "WordPiece", vocab: { a: 0 } } },
      config,
      "model.unsupported",
      /neither bytes nor word pieces/,
    ],
    [
      "more tokens than the model",
      json,
      { vocabularySize: 258, endOfText: 1 },
      "model.corrupt",
      /258 tokens/,
    ],
    [
      "a step that would never end",
      {
        ...json,
        pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "FixedLength", length: 0 }, byteLevel] },
      },
      config,
      "model.unsupported",
      /FixedLength/,
    ],
    [
      "steps within steps",
      {
        ...json,
        pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "Sequence", pretokenizers: [digits] }] },
      },
      config,
      "model.unsupported",
      /type Sequence/,
    ],
    [
      "a rule that loses letters",
      {
        ...json,
        pre_tokenizer: {
          type: "Sequence",
          pretokenizers: [
            { type: "Split", pattern: { Regex: " " }, behavior: "Removed", invert: false },
            byteLevel,
          ],
        },
      },
      config,
      "model.unsupported",
      /do not come back/,
    ],
    [
      "tokens with an ending of their own",
      { ...json, model: { ...json.model, end_of_word_suffix: "</w>" } },
      config,
      "model.unsupported",
      /do not come back/,
    ],
    [
      "no token for letters it does not know",
      { ...unigram(), model: { ...unigram().model, unk_id: 500 } },
      { vocabularySize: 98, endOfText: 0 },
      "model.unsupported",
      /do not come back/,
    ],
    [
      "merges that are no pairs",
      { ...json, model: { ...json.model, merges: [["a"]] } },
      config,
      "model.unsupported",
      /pairs of texts/,
    ],
    [
      "a vocabulary of another model's form",
      { ...json, model: { ...json.model, type: "Unigram" } },
      config,
      "model.unsupported",
      /model is Unigram/,
    ],
    [
      "an unknown step",
      { ...json, pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "Magic" }, byteLevel] } },
      config,
      "model.unsupported",
      /Magic/,
    ],
  ];
  it.each(cases)("%s", (_, definition, sizes, code, message) => {
    const making = () => create(definition, sizes);
    expect(making).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});
