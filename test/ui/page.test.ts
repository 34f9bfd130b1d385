/** The page and the window onto it: what is on it after any updates, and where the reader is. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { UiUpdate } from "../../src/game/protocol.ts";
import { Page } from "../../src/ui/page.ts";
import { StoryView } from "../../src/ui/story-view.ts";

const text = (piece: string): UiUpdate => ({ type: "text", text: piece });
const block = (kind: "action" | "info" | "error" | "choices" | "passage", content: string): UiUpdate => ({
  type: "block",
  block: { kind, text: content },
});
const told: UiUpdate = { type: "told" };

function pageOf(...updates: UiUpdate[]): string[] {
  const page = new Page();
  for (const update of updates) page.apply(update);
  return page.lines.map((line) => line.text);
}

describe("Page", () => {
  test("blocks are separated by one blank line and carry their marks", () => {
    const lines = pageOf(
      {
        type: "page",
        blocks: [
          { kind: "title", text: "T" },
          { kind: "opening", text: "One.\n\nTwo.\n" },
        ],
      },
      block("action", "You go.\nThen you stop."),
      block("error", "No such command.\nTry /help."),
      block("choices", "Up\nDown"),
      block("choices", "1) Up\n2) Down"),
    );
    expect(lines).toEqual([
      ...["T", "", "One.", "", "Two.", "", "> You go.", "  Then you stop."],
      ...["", "! No such command.", "  Try /help.", "", "1. Up", "2. Down", "", "1) Up", "2) Down"],
    ]);
  });

  test("streamed text continues one passage until told", () => {
    expect(pageOf(text("The do"), text("or opens. "), text("Rain."), told, text("More."))).toEqual([
      "The door opens. Rain.",
      "",
      "More.",
    ]);
  });

  test("a turn that told nothing shows what is said about it", () => {
    expect(pageOf(block("action", "You go."), told, block("info", "Stopped."))).toEqual([
      "> You go.",
      "",
      "Stopped.",
    ]);
  });

  test("a block ends the passage; a status does not", () => {
    expect(pageOf(text("One"), block("info", "saved"), text("two"))).toEqual(["One", "", "saved", "", "two"]);
    const status = { title: "t", model: "m", turn: 1, state: "telling", contextSize: 9 } as const;
    expect(pageOf(text("One"), { type: "status", status }, text(" two"))).toEqual(["One two"]);
  });

  test("white space at the edges of a passage and extra blank lines are not shown", () => {
    const pieces = ["\n", " ", "\nOne \n", "\n\n\nTwo", "\n\n"].map(text);
    expect(pageOf(block("info", "i"), ...pieces, told)).toEqual(["i", "", "One", "", "Two"]);
  });

  test("a new page replaces everything", () => {
    expect(
      pageOf(text("old"), { type: "page", blocks: [{ kind: "opening", text: "new" }] }, text("er")),
    ).toEqual(["new", "", "er"]);
  });

  test("control and escape sequences never reach the page", () => {
    expect(pageOf(text("a\u001b[2Jb\u0007"), block("info", "c\u001b]0;x\u0007\td"))).toEqual([
      "ab",
      "",
      "c    d",
    ]);
  });
});

describe("StoryView", () => {
  const numbered = (count: number): UiUpdate => ({
    type: "page",
    blocks: Array.from({ length: count }, (_, index) => ({ kind: "passage", text: `p${index}` })),
  });
  const shown = (view: StoryView) => view.visibleRows().map((row) => row.text);
  function viewOf(...updates: UiUpdate[]): StoryView {
    const view = new StoryView();
    view.resize(10, 3);
    for (const update of updates) view.apply(update);
    return view;
  }

  test("follows the end while text streams", () => {
    const view = viewOf(numbered(5), text("one two three"));
    expect(shown(view)).toEqual(["", "one two", "three"]);
    view.apply(text(" four five"));
    expect(shown(view)).toEqual(["one two", "three four", "five"]);
    expect(view.rowsBelow).toBe(0);
  });

  test("stays where the reader went, until they come back to the end", () => {
    const view = viewOf(numbered(5));
    view.scrollBy(-2);
    const before = shown(view);
    view.apply(text("one two three"));
    expect(shown(view)).toEqual(before);
    expect(view.rowsBelow).toBe(5);
    view.scrollByPages(9);
    expect(view.isFollowing).toBe(true);
    expect(shown(view)).toEqual(["", "one two", "three"]);
  });

  test("the player's own action brings the end back", () => {
    const view = viewOf(numbered(5));
    view.scrollToStart();
    expect(shown(view)).toEqual(["p0", "", "p1"]);
    view.apply(block("action", "You go."));
    expect(shown(view).at(-1)).toBe("> You go.");
  });

  test("a page move keeps one row for the eye", () => {
    const view = viewOf(numbered(5));
    view.scrollToStart();
    view.scrollByPages(1);
    expect(shown(view)[0]).toBe("p1");
  });

  test("the line at the top stays there when the width changes", () => {
    const view = viewOf(block("passage", `${"word ".repeat(40)}\n\nhere\n\n${"tail ".repeat(40)}`));
    view.scrollToStart();
    while (shown(view)[0] !== "here") view.scrollBy(1);
    view.resize(23, 3);
    expect(shown(view)[0]).toBe("here");
    view.resize(4, 3);
    expect(shown(view)[0]).toBe("here");
  });

  test("streaming gives the same rows as wrapping the whole text at once", () => {
    const unit = fc.constantFrom("a", "bc", " ", "\n", "\n\n", "世", "word");
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit }), { maxLength: 8 }),
        fc.integer({ min: 2, max: 12 }),
        (pieces, width) => {
          const streamed = new StoryView();
          streamed.resize(width, 1000);
          for (const piece of pieces) streamed.apply(text(piece));
          const whole = new StoryView();
          whole.resize(width, 1000);
          whole.apply(text(pieces.join("")));
          expect(shown(streamed)).toEqual(shown(whole));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("no scrolling and resizing loses the window", () => {
    const step = fc.oneof(
      fc.record({ by: fc.integer({ min: -30, max: 30 }) }),
      fc.record({ width: fc.integer({ min: 1, max: 30 }), height: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ piece: fc.string({ maxLength: 20 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const view = viewOf(numbered(8));
        let height = 3;
        for (const next of steps) {
          if ("by" in next) view.scrollBy(next.by);
          else if ("piece" in next) view.apply(text(next.piece));
          else {
            height = next.height;
            view.resize(next.width, height);
          }
          expect(view.visibleRows()).toHaveLength(height);
          expect(view.isFollowing ? view.rowsBelow : 0).toBe(0);
        }
      }),
    );
  });
});
