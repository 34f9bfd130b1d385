/** The input line in rows: what is typed is what is shown, and the cursor is inside. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { snapToBoundary, widthOf } from "../../../src/ui/text/graphemes.ts";
import { clipLayout, layoutInput } from "../../../src/ui/text/input-layout.ts";

describe("layoutInput", () => {
  test.each([
    ["an empty line", "", 0, 10, [""], [0, 0]],
    ["a short line", "open", 4, 10, ["open"], [0, 4]],
    ["a word that does not fit goes down", "open the", 8, 6, ["open ", "the"], [1, 3]],
    ["the cursor in a word that went down", "open the", 5, 6, ["open ", "the"], [1, 0]],
    ["the cursor behind a full row", "abcdef", 6, 6, ["abcdef", ""], [1, 0]],
    ["a space hangs over the edge", "abcdef g", 6, 6, ["abcdef ", "g"], [0, 5]],
    ["a long word is broken", "abcdefgh", 8, 3, ["abc", "def", "gh"], [2, 2]],
    ["wide characters", "世界世", 3, 5, ["世界", "世"], [1, 2]],
    ["one column", "ab", 0, 1, ["a", "b", ""], [0, 0]],
  ])("%s", (_, text, cursor, width, rows, place) => {
    const layout = layoutInput(text, cursor, width);
    expect(layout.rows).toEqual(rows);
    expect([layout.cursorRow, layout.cursorColumn]).toEqual(place);
  });

  test("rows joined are the text, fit the width but for spaces, and hold the cursor", () => {
    const unit = fc.constantFrom("a", "b", " ", "世", "😀", "e\u0301");
    fc.assert(
      fc.property(
        fc.string({ unit, maxLength: 60 }),
        fc.nat(80),
        fc.integer({ min: 2, max: 12 }),
        (text, at, width) => {
          const layout = layoutInput(text, snapToBoundary(text, at), width);
          expect(layout.rows.join("")).toBe(text);
          for (const row of layout.rows) expect(widthOf(row.trimEnd())).toBeLessThanOrEqual(width);
          expect(layout.rows[layout.cursorRow]).toBeDefined();
          expect(layout.cursorColumn).toBeLessThan(width);
        },
      ),
      { numRuns: 300 },
    );
  });
});

test("clipLayout shows the rows around the cursor", () => {
  const layout = (cursorRow: number) => ({ rows: ["0", "1", "2", "3", "4"], cursorRow, cursorColumn: 0 });
  expect(clipLayout(layout(4), 2)).toMatchObject({ rows: ["3", "4"], cursorRow: 1 });
  expect(clipLayout(layout(0), 2)).toMatchObject({ rows: ["0", "1"], cursorRow: 0 });
  expect(clipLayout(layout(2), 2)).toMatchObject({ rows: ["1", "2"], cursorRow: 1 });
  expect(clipLayout(layout(2), 9)).toEqual(layout(2));
});
