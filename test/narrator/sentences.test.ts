import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  countQuotes,
  cutToLastSentence,
  findSentenceEnd,
  splitSentences,
} from "../../src/narrator/sentences.ts";

describe("the first sentence of growing text", () => {
  const table: [text: string, sentence: string | null][] = [
    ["He nods. He", "He nods."],
    ["He nods.", null],
    ["He nods. ", null],
    ["He nods.\n", "He nods."],
    ["You walk to Mr. Smith and he", null],
    ["You walk to Mr. Smith. Then", "You walk to Mr. Smith."],
    ["It costs 3.5 gold and", null],
    ["It costs 3.5 gold. And", "It costs 3.5 gold."],
    ["You cross the U.S. border. A", "You cross the U.S. border."],
    ["It is I. You know it", "It is I."],
    ['"Hello there! How', null],
    ['"Hello there! How are you?" he asks. He', '"Hello there! How are you?" he asks.'],
    ['"Go!" she says. The', '"Go!" she says.'],
    ['"Go!" The door', '"Go!"'],
    ["Wait... you hear it. It", "Wait... you hear it."],
    ["\u201cStay. Please.\u201d He", "\u201cStay. Please.\u201d"],
    ["Really?! Yes", "Really?!"],
  ];
  it.each(table)("%j", (text, sentence) => {
    const end = findSentenceEnd(text, false);
    expect(end === -1 ? null : text.slice(0, end)).toBe(sentence);
  });
});

describe("cutting to the last sentence", () => {
  const table: [text: string, cut: string][] = [
    ["You walk on. You walk to Mr. Smith and he", "You walk on."],
    ["You look. It costs 3.5 gold and", "You look."],
    ['He says, "Hello there! How', 'He says, "Hello there!"'],
    ["The end.", "The end."],
    ["no end at all", ""],
    ["", ""],
    ["One. Two.\n\nThree and", "One. Two."],
  ];
  it.each(table)("%j", (text, cut) => expect(cutToLastSentence(text)).toBe(cut));

  it("always leaves whole sentences and closed quotations", () => {
    const piece = fc.constantFrom(
      "He ",
      "nods. ",
      'says, "',
      '" ',
      "Mr. ",
      "3.5 ",
      "no! ",
      "why? ",
      "\n\n",
      "and ",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const cut = cutToLastSentence(pieces.join(""));
        if (cut === "") return;
        expect(cut).toMatch(/[.!?]["')]*$/);
        expect(countQuotes(cut.slice(cut.lastIndexOf("\n") + 1)) % 2).toBe(0);
      }),
    );
  });
});

describe("splitting", () => {
  it("loses nothing but white space", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab .!?\"\n'M") }), (text) => {
        expect(splitSentences(text).join("").replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
      }),
    );
  });
  it("splits prose", () => {
    expect(splitSentences('He nods. "Is it you? Come in." The door\nshuts.')).toEqual([
      "He nods.",
      '"Is it you? Come in."',
      "The door",
      "shuts.",
    ]);
  });
});
