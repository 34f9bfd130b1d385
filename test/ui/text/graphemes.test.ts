/** Widths and boundaries of what a player takes for one character. */
import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import {
  boundaryAfter,
  boundaryBefore,
  graphemesOf,
  isNarrow,
  truncate,
  widthOf,
} from "../../../src/ui/text/graphemes.ts";

test.each([
  ["plain", 5],
  ["café", 4],
  ["cafe\u0301", 4],
  ["“quoted” - …", 12],
  ["世界", 4],
  ["😀", 2],
  ["👩‍👩‍👧", 2],
  ["🇳🇱", 2],
  ["─", 1],
])("%s is %i columns wide", (text, columns) => {
  expect(widthOf(text)).toBe(columns);
});

test("the short cut for narrow text agrees with string-width and the segmenter", () => {
  for (let code = 0x20; code < 0x3000; code += 1) {
    const character = String.fromCharCode(code);
    if (isNarrow(character)) expect([code, stringWidth(character)]).toEqual([code, 1]);
  }
  expect(graphemesOf("a‘b’é")).toEqual(["a", "‘", "b", "’", "é"]);
});

test("boundaries step over whole characters, both ways", () => {
  const text = "a👩‍👩‍👧e\u0301";
  expect([boundaryAfter(text, 0), boundaryAfter(text, 1), boundaryAfter(text, text.length)]).toEqual([
    1, 9, 11,
  ]);
  expect([boundaryBefore(text, 11), boundaryBefore(text, 9), boundaryBefore(text, 0)]).toEqual([9, 1, 0]);
});

test("truncate fits the width, with its mark", () => {
  expect(truncate("The Lamplighter", 8, "…")).toBe("The Lam…");
  expect(truncate("世界世界", 5, "…")).toBe("世界…");
  expect(truncate("short", 5, "…")).toBe("short");
  expect(truncate("long", 0, "…")).toBe("");
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(20), (text, width) => {
      expect(widthOf(truncate(text, width, "…"))).toBeLessThanOrEqual(width);
    }),
  );
});
