/** The full screen: what is shown and what typing does. */
import { describe, expect, test } from "vitest";
import { startFullScreen, story, telling } from "./fixtures/fake-terminal.ts";
import { KEYS } from "./terminal.ts";

describe("what is shown", () => {
  test("story, status, rule and prompt, with the cursor where typing goes", async () => {
    const { screen, ui, type } = startFullScreen({ blocks: story("Rain falls.") });
    ui.update(telling("waiting"));
    type("look");
    await screen.waitFor("Do > look");
    expect(screen.isAlternate()).toBe(true);
    expect(screen.rows()[0]).toMatch(/^ {2}Saltmarsh +turn 3 · small$/);
    expect(screen.rows()[1]).toBe(`  ${"─".repeat(76)}`);
    expect(screen.rows()[2]).toBe("  Rain falls.");
    expect(screen.rows()[23]).toBe("  Do > look");
    expect(screen.cursor()).toEqual({ row: 23, column: 11 });
    expect(screen.isCursorShown()).toBe(true);
  });

  test("text that looks like tags or escape sequences is shown as it is", async () => {
    const { screen, ui } = startFullScreen({ blocks: story("A {bold}sign{/bold} {red-fg}hangs{/}.") });
    ui.update({ type: "text", text: "\u001b[31mIt says \u001b[1mNO\u0007." });
    await screen.waitFor("It says NO.");
    expect(screen.text()).toContain("A {bold}sign{/bold} {red-fg}hangs{/}.");
    expect(screen.styleOf("It says")).toEqual({ bold: false, colour: undefined });
  });

  test("wide characters keep their row in order", async () => {
    const { screen, ui } = startFullScreen({
      blocks: story("世界 is 2 wide |", "😀 and 👩‍👩‍👧 and 🇳🇱 too |", "cafe\u0301 |"),
    });
    await screen.waitFor("cafe");
    expect(screen.text()).toContain("世界 is 2 wide |");
    // Drawn again with other text in the same places.
    ui.update({ type: "page", blocks: story("abcd is 2 wide |", "x 世界 y |", "caf😀 |") });
    await screen.waitFor("x 世界 y |");
    expect(screen.text()).toContain("abcd is 2 wide |");
    const row = screen.rows().find((line) => line.includes("caf")) ?? "";
    expect(row.trimEnd().endsWith("|")).toBe(true);
  });

  test("a row changes on both sides of text that stays", async () => {
    const { screen, ui } = startFullScreen({ blocks: story("世 stays x", "👩‍👩‍👧 stays x") });
    await screen.waitFor("stays x");
    ui.update({ type: "page", blocks: story("界 stays y", "👩‍👩‍👦 stays y") });
    await screen.waitFor(/界 stays y\n\n.*👩.* stays y$/m);
  });

  test("lines are drawn as UTF-8, not through the alternate character set", async () => {
    const { screen, output } = startFullScreen();
    await screen.waitFor("────");
    expect(output.text).toContain("────");
    expect(output.text).not.toContain("\u001b(0");
  });

  test("styles tell title, action, error and hint apart", async () => {
    const { screen } = startFullScreen({
      blocks: [
        { kind: "title", text: "Salt" },
        { kind: "action", text: "You go." },
        { kind: "passage", text: "Rain." },
        { kind: "error", text: "No such thing.\nTry /help." },
      ],
    });
    await screen.waitFor("Try /help.");
    expect(screen.styleOf("Salt")).toEqual({ bold: true, colour: 136 });
    expect(screen.styleOf("> You go.")).toEqual({ bold: true, colour: undefined });
    expect(screen.styleOf("Rain.")).toEqual({ bold: false, colour: undefined });
    expect(screen.styleOf("! No such")).toEqual({ bold: false, colour: 1 });
    expect(screen.styleOf("Try /help")).toEqual({ bold: false, colour: 243 });
  });

  test("NO_COLOR leaves bold and no colour", async () => {
    const { screen } = startFullScreen({
      blocks: [{ kind: "title", text: "Salt" }],
      environment: { NO_COLOR: "1" },
    });
    await screen.waitFor("Do >");
    expect(screen.styleOf("Salt")).toEqual({ bold: true, colour: undefined });
    expect(screen.styleOf("───")).toEqual({ bold: false, colour: undefined });
  });

  test("a locale that is not UTF-8 gets rules of ASCII", async () => {
    const { screen } = startFullScreen({ environment: { LANG: "C" } });
    await screen.waitFor("-".repeat(76));
  });
});

describe("typing", () => {
  test("a line is sent with its mode, and the line is empty again", async () => {
    const { screen, type, events } = startFullScreen();
    type(`look${KEYS.enter}`);
    await screen.waitFor((text) => text.includes("Do >") && !text.includes("look"));
    type(`${KEYS.tab}hello${KEYS.enter}`);
    await screen.waitFor(/Say >$/m);
    type(`${KEYS.tab}${KEYS.enter}${KEYS.shiftTab}x`);
    await screen.waitFor("Say > x");
    expect(events).toEqual([
      { type: "submit", text: "look", mode: "do" },
      { type: "submit", text: "hello", mode: "say" },
      { type: "submit", text: "", mode: "story" },
    ]);
  });

  test("every key counts once, also after the terminal lost and got the focus", async () => {
    const { screen, type } = startFullScreen();
    type("ab");
    type("\u001b[O");
    type("\u001b[I");
    type("cd");
    await screen.waitFor("Do > abcd");
    expect(screen.rows()[23]).toBe("  Do > abcd");
  });

  test("editing and history keys reach the editor", async () => {
    const { screen, type } = startFullScreen();
    type(`one${KEYS.enter}`);
    type(`two three${KEYS.left}${KEYS.left}\u0017X`);
    await screen.waitFor("Do > two Xee");
    type(KEYS.up);
    await screen.waitFor("Do > one");
    type(KEYS.down);
    await screen.waitFor("Do > two Xee");
  });

  test("a paste of several lines is one line and is not sent", async () => {
    const { screen, type, events } = startFullScreen();
    type("\u001b[200~go in\r\nlook\r\n\u001b[201~");
    await screen.waitFor("Do > go in look");
    expect(events).toEqual([]);
  });

  test("a character that arrives in pieces is one character", async () => {
    const { screen, input } = startFullScreen();
    const bytes = Buffer.from("a😀b");
    for (const byte of bytes) input.write(Buffer.from([byte]));
    await screen.waitFor(/Do > a😀\s*b/);
  });

  test("long input wraps and the story gives it room", async () => {
    const { screen, type } = startFullScreen({
      columns: 40,
      rows: 12,
      blocks: story("a", "b", "c", "d", "e"),
    });
    type("word ".repeat(14));
    await screen.waitFor((text) => text.split("word").length === 15);
    expect(
      screen
        .rows()
        .slice(9)
        .every((row) => row.includes("word")),
    ).toBe(true);
    expect(screen.rows()[7]).toContain("e");
  });

  test("? on an empty line and F1 ask for help; elsewhere ? is a letter", async () => {
    const { screen, type, events } = startFullScreen();
    type("?");
    await screen.settled();
    type("who");
    type("?");
    type(KEYS.f1);
    await screen.waitFor("Do > who?");
    expect(events).toEqual([
      { type: "submit", text: "/help", mode: "do" },
      { type: "submit", text: "/help", mode: "do" },
    ]);
  });

  test("Ctrl-C interrupts, Ctrl-D deletes in a line and closes on an empty one", async () => {
    const { type, events, ended, screen } = startFullScreen();
    type(KEYS.ctrlC);
    type(`ab${KEYS.home}${KEYS.ctrlD}`);
    await screen.waitFor("Do > b");
    type(`${KEYS.ctrlD}${KEYS.ctrlD}`);
    await ended;
    await screen.settled();
    expect(events).toEqual([{ type: "interrupt" }, { type: "close" }]);
    expect(screen.isAlternate()).toBe(false);
  });

  test("Ctrl-L draws everything again", async () => {
    const { screen, type } = startFullScreen({ blocks: story("Rain falls.") });
    await screen.waitFor("Rain falls.");
    screen.write("\u001b[2J\u001b[Hgarbage");
    await screen.waitFor("garbage");
    type(KEYS.ctrlL);
    await screen.waitFor("Rain falls.");
    expect(screen.text()).not.toContain("garbage");
  });
});
