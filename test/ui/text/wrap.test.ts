/** Word wrap: a table of cases and the two promises, never too wide and never a word lost. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { graphemesOf, widthOf } from "../../../src/ui/text/graphemes.ts";
import { StreamWrap, wrapLine, wrapText } from "../../../src/ui/text/wrap.ts";

describe("wrapLine", () => {
  test.each([
    ["a word at the edge fits", "one two", 7, 0, ["one two"]],
    ["a word over the edge moves down", "one two", 6, 0, ["one", "two"]],
    ["empty text is one empty row", "", 10, 0, [""]],
    ["leading spaces stay", "   in", 10, 0, ["   in"]],
    ["inner runs of spaces stay", "a    b", 10, 0, ["a    b"]],
    ["trailing spaces go", "a   ", 10, 0, ["a"]],
    ["rows after the first hang", "> go far away", 9, 2, ["> go far", "  away"]],
    ["a hanging indent takes at most a third", "ab cd", 4, 30, ["ab", " cd"]],
    ["an over-long word is broken", "abcdefgh", 3, 0, ["abc", "def", "gh"]],
    ["an over-long word begins on the row", "a bcdefgh", 4, 0, ["a bc", "defg", "h"]],
    ["wide characters count two", "世界世界", 5, 0, ["世界", "世界"]],
    ["a joined emoji stays whole", "👩‍👩‍👧👩‍👩‍👧", 3, 0, ["👩‍👩‍👧", "👩‍👩‍👧"]],
    ["an accent stays on its letter", "e\u0301e\u0301e\u0301", 2, 0, ["e\u0301e\u0301", "e\u0301"]],
    ["one column still shows everything", "ab c", 1, 0, ["a", "b", "c"]],
  ])("%s", (_, text, width, hanging, rows) => {
    expect(wrapLine(text, width, hanging)).toEqual(rows);
  });

  test("paragraphs and blank lines stay", () => {
    expect(wrapText("one two\n\nthree", 5)).toEqual(["one", "two", "", "three"]);
  });
});

const prose = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "b", " ", " ", "x", "-", "é", "世", "😀", "e\u0301", "🇳🇱", "\n") }),
  fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "")),
);
const width = fc.integer({ min: 2, max: 40 });
const hanging = fc.integer({ min: 0, max: 20 });
const withoutSpaces = (text: string) => text.replace(/[ \n]/g, "");

test("no row of several characters is wider than the width", () => {
  fc.assert(
    fc.property(prose, width, hanging, (text, columns, indent) => {
      for (const line of text.split("\n")) {
        for (const row of wrapLine(line, columns, indent)) {
          // One character may be three columns wide (musical notes with flags): it is shown all the same.
          if (graphemesOf(row.trim()).length > 1) expect(widthOf(row)).toBeLessThanOrEqual(columns);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("nothing but spaces is lost", () => {
  fc.assert(
    fc.property(prose, width, hanging, (text, columns, indent) => {
      const rows = text.split("\n").flatMap((line) => wrapLine(line, columns, indent));
      expect(withoutSpaces(rows.join("\n"))).toBe(withoutSpaces(text));
    }),
    { numRuns: 300 },
  );
});

test("text in pieces wraps like the whole text", () => {
  fc.assert(
    fc.property(prose, width, fc.array(fc.nat(200), { maxLength: 5 }), (text, columns, cuts) => {
      const ends = [...cuts.filter((cut) => cut < text.length), text.length].sort((a, b) => a - b);
      const wrap = new StreamWrap(columns);
      let start = 0;
      let streamed = "";
      for (const end of ends) {
        streamed += wrap.push(text.slice(start, end));
        start = end;
      }
      expect((streamed + wrap.flush()).split("\n")).toEqual(wrapText(text, columns));
    }),
    { numRuns: 300 },
  );
});

test("a word is held until it is complete, so that it never jumps", () => {
  const wrap = new StreamWrap(12);
  expect(wrap.push("the lamp")).toBe("the");
  expect(wrap.push("lighter ")).toBe("\nlamplighter");
});
