/** The picture of the full screen at many sizes, drawn into plain text. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { InputRequest, Status } from "../../src/game/protocol.ts";
import { ASCII_SYMBOLS, drawFrame, type Frame, type Screenful, UNICODE_SYMBOLS } from "../../src/ui/frame.ts";
import { StoryView } from "../../src/ui/story-view.ts";
import { EMPTY_EDITOR, insertText } from "../../src/ui/text/editor.ts";
import { widthOf } from "../../src/ui/text/graphemes.ts";

const STATUS: Status = {
  title: "The Lamplighter's Debt",
  model: "small",
  turn: 7,
  state: "waiting",
  tokensPerSecond: 42.6,
  contextTokens: 812,
  contextSize: 1024,
};

function screenful(
  part: Partial<Omit<Screenful, "story">> & { story?: string; typed?: string } = {},
): Screenful {
  const { story: content = "Rain falls.", typed = "", ...rest } = part;
  const story = new StoryView();
  story.apply({ type: "block", block: { kind: "passage", text: content } });
  const editor = insertText(EMPTY_EDITOR, typed);
  return { story, status: STATUS, request: undefined, editor, notice: "", symbols: UNICODE_SYMBOLS, ...rest };
}

/** The rows as text, as a terminal would show them. */
function drawn(frame: Frame): string[] {
  return frame.rows.map((spans) =>
    spans
      .reduce((row, span) => row + " ".repeat(Math.max(0, span.column - widthOf(row))) + span.text, "")
      .trimEnd(),
  );
}
const draw = (screen: Screenful, columns: number, rows: number) =>
  drawn(drawFrame(screen, { columns, rows }));

describe("drawFrame", () => {
  test("on a usual terminal: status, rule, story, rule, input", () => {
    const rows = draw(screenful({ typed: "look" }), 80, 24);
    expect(rows).toHaveLength(24);
    expect(rows[0]).toBe(
      `  The Lamplighter's Debt${" ".repeat(11)}turn 7 · 43 tok/s · 812/1024 tokens · small`,
    );
    expect(rows[1]).toBe(`  ${"─".repeat(76)}`);
    expect(rows[2]).toBe("  Rain falls.");
    expect(rows[22]).toBe(`  ${"─".repeat(76)}`);
    expect(rows[23]).toBe("  Do > look");
  });

  test("on a wide terminal everything stands in a centred column of 84", () => {
    const rows = draw(screenful({ story: "word ".repeat(60) }), 200, 40);
    expect(rows[1]).toBe(" ".repeat(58) + "─".repeat(84));
    for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(58 + 84);
  });

  test("at 20x5 the status gives way to the story", () => {
    expect(draw(screenful({ story: "It rains and rains in Saltmarsh." }), 20, 5)).toEqual([
      "It rains and rains",
      "in Saltmarsh.",
      "",
      "─".repeat(20),
      "Do >",
    ]);
  });

  test("the status drops what matters least, then shortens the title", () => {
    const status = (columns: number) => draw(screenful(), columns, 24)[0]?.trim();
    expect(status(64)).toMatch(/^The Lamplighter's Debt +turn 7 · 812\/1024 tokens · small$/);
    expect(status(44)).toMatch(/^The Lamplighter's Debt +turn 7 · small$/);
    expect(status(24)).toBe("The Lamplighter…  turn 7");
  });

  test("a title that is on the page is not said twice", () => {
    const story = new StoryView();
    story.apply({ type: "page", blocks: [{ kind: "title", text: STATUS.title }] });
    const rows = draw({ ...screenful(), story }, 80, 24);
    expect(rows.join("\n").split(STATUS.title)).toHaveLength(2);
    expect(rows[2]).toContain(STATUS.title);
  });

  test("before the first turn there are no numbers to show", () => {
    const fresh: Status = { title: "T", model: "small", turn: 0, state: "waiting", contextSize: 1024 };
    expect(draw(screenful({ status: fresh }), 80, 24)[0]).toMatch(/^ {2}T +turn 0 · small$/);
  });

  test("the rule says that the narrator is telling, and that there is more below", () => {
    const rule = (part: Parameters<typeof screenful>[0]) =>
      draw(screenful(part), 40, 10).find((row) => row.includes("── ")) ?? "";
    expect(rule({ status: { ...STATUS, state: "telling" } })).toContain("── telling… ──");
    const long = screenful({ story: "a\n".repeat(50), status: { ...STATUS, state: "telling" } });
    drawFrame(long, { columns: 80, rows: 10 });
    long.story.scrollBy(-5);
    expect(draw(long, 80, 10)[8]).toContain("── telling… · ↓ more below (Ctrl-End) ──");
    expect(draw({ ...long, notice: "one moment" }, 80, 10)[8]).toContain("── one moment · ↓");
  });

  test("a question shows its label, cut where the answer would have no room", () => {
    const ask = (label: string): InputRequest => ({ kind: "question", label });
    const last = (label: string, columns: number) =>
      draw(screenful({ request: ask(label), typed: "tide" }), columns, 10)
        .at(-1)
        ?.trim();
    expect(last("Name of the save", 60)).toBe("Name of the save > tide");
    expect(last("Overwrite it?", 60)).toBe("Overwrite it? tide");
    expect(last("Name of the save", 20)).toBe("Name of t… > tide");
  });

  test("long input takes more rows, at most a third of the screen, with the cursor in sight", () => {
    const frame = drawFrame(screenful({ typed: "word ".repeat(200) }), { columns: 40, rows: 12 });
    expect(
      drawn(frame)
        .slice(8)
        .map((row) => row.trim().slice(0, 9)),
    ).toEqual(expect.arrayContaining(["word word"]));
    expect(drawn(frame)[7]).toMatch(/─/);
    expect(frame.cursorRow).toBe(11);
  });

  test("without UTF-8 nothing but ASCII is drawn", () => {
    const status: Status = { ...STATUS, state: "telling" };
    const rows = draw(
      screenful({ symbols: ASCII_SYMBOLS, status, request: { kind: "question", label: "x".repeat(99) } }),
      80,
      24,
    );
    expect(rows.join("")).toMatch(/^[\u0020-\u007e]*$/);
  });

  test("any size from 1x1 up has as many rows as the screen, no row too wide, and the cursor inside", () => {
    const size = fc.record({
      columns: fc.integer({ min: 1, max: 130 }),
      rows: fc.integer({ min: 1, max: 40 }),
    });
    const words = fc.string({ unit: fc.constantFrom("a", "word ", "😀", "世界", " "), maxLength: 40 });
    fc.assert(
      fc.property(size, words, words, words, fc.boolean(), (shape, story, typed, label, isQuestion) => {
        const request: InputRequest = { kind: isQuestion ? "question" : "action", label };
        const frame = drawFrame(screenful({ story, typed, request, notice: label }), shape);
        expect(frame.rows).toHaveLength(shape.rows);
        expect(frame.cursorRow).toBeGreaterThanOrEqual(0);
        expect(frame.cursorRow).toBeLessThan(shape.rows);
        expect(frame.cursorColumn).toBeGreaterThanOrEqual(0);
        expect(frame.cursorColumn).toBeLessThan(shape.columns);
        // A two-column character in one or two columns is cut by the painter.
        if (shape.columns >= 12)
          for (const row of drawn(frame)) expect(widthOf(row)).toBeLessThanOrEqual(shape.columns);
      }),
      { numRuns: 300 },
    );
  });
});
