/** The full screen through a session: telling, questions, resizing, and giving the terminal back. */
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { FullScreenFrontEnd } from "../../src/ui/blessed/full-screen.ts";
import { ask, FakeOutput, startFullScreen, story, telling } from "./fixtures/fake-terminal.ts";
import { KEYS, Screen } from "./terminal.ts";

describe("while the narrator tells", () => {
  test("typing goes on, Enter keeps the line and says why, interrupt gets through", async () => {
    let finish: () => void = () => undefined;
    const { screen, type, ui, events } = startFullScreen({
      answer: (event) => {
        if (event.type !== "submit") return undefined;
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    });
    type(`look${KEYS.enter}`);
    ui.update(telling("telling"));
    await screen.waitFor("── telling… ─");
    type(`next${KEYS.enter}`);
    await screen.waitFor("── still telling, Ctrl-C stops ─");
    expect(screen.text()).toContain("Do > next");
    type(KEYS.ctrlC);
    await screen.waitFor("── telling… ─");
    finish();
    ui.update({ type: "told" });
    ui.update(telling("waiting"));
    await screen.waitFor((text) => !text.includes("telling"));
    type(KEYS.enter);
    await screen.waitFor((text) => !text.includes("next"));
    expect(events.map((event) => (event.type === "submit" ? event.text : event.type))).toEqual([
      "look",
      "interrupt",
      "next",
    ]);
  });

  test("the end is followed unless the player went up, and a hint says so", async () => {
    const { screen, type, ui } = startFullScreen({
      rows: 10,
      blocks: story(...Array.from({ length: 20 }, (_, i) => `p${i}.`)),
    });
    await screen.waitFor("p19.");
    ui.update({ type: "text", text: "Streamed" });
    await screen.waitFor("Streamed");
    type(KEYS.pageUp);
    await screen.waitFor("↓ more below");
    const before = screen.rows().slice(1, 8);
    ui.update({ type: "text", text: " words ".repeat(60) });
    ui.update(telling("telling"));
    await screen.waitFor("telling…");
    expect(screen.rows().slice(1, 8)).toEqual(before);
    type(KEYS.ctrlEnd);
    await screen.waitFor((text) => !text.includes("more below"));
    type(KEYS.ctrlHome);
    await screen.waitFor("p0.");
    type(KEYS.wheelDown);
    await screen.waitFor((text) => !text.includes("p0."));
    type(KEYS.wheelUp);
    await screen.waitFor("p0.");
    type(KEYS.pageDown);
    await screen.waitFor((text) => !text.includes("p0."));
  });

  test("many pieces are drawn in few pictures", async () => {
    const { screen, ui, output } = startFullScreen();
    await screen.waitFor("Do >");
    const before = output.writes;
    const start = performance.now();
    for (let index = 0; index < 150; index += 1) {
      ui.update({ type: "text", text: `${index} ` });
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await screen.waitFor("149");
    // One picture is one write.
    expect(output.writes - before).toBeLessThanOrEqual((performance.now() - start) / 33 + 2);
  });

  test("a story of 5,000 paragraphs answers a key as fast as a short one", async () => {
    const { screen, ui, type } = startFullScreen({
      blocks: story(...Array.from({ length: 5000 }, (_, i) => `${i}. ${"word ".repeat(80)}`)),
    });
    await screen.waitFor("4999.");
    ui.update({ type: "text", text: "Streaming " });
    const times: number[] = [];
    for (const [index, letter] of [..."abcdefghij"].entries()) {
      const start = performance.now();
      ui.update({ type: "text", text: "more " });
      type(letter);
      await screen.waitFor(`Do > ${"abcdefghij".slice(0, index + 1)}`);
      times.push(performance.now() - start);
    }
    // Measured at about 10 ms; the bound is loose because the median alone says whether the cost grows with the story.
    expect(times.sort((a, b) => a - b)[5]).toBeLessThan(50);
  });
});

describe("questions", () => {
  test("show their label and text to edit; what was being typed is kept", async () => {
    const { screen, ui, type, events } = startFullScreen();
    type("half a thought");
    await screen.waitFor("half");
    ui.update(ask("Name of the save", "tide"));
    await screen.waitFor("Name of the save > tide");
    type(`s?${KEYS.f1}${KEYS.enter}`);
    ui.update({ type: "request", request: { kind: "action", label: "" } });
    await screen.waitFor("Do >");
    expect(events).toEqual([{ type: "submit", text: "tides?", mode: "do" }]);
    type(KEYS.up);
    await screen.waitFor("Do > half a thought");
  });
});

describe("sizes", () => {
  test("follows the terminal down to 20x5, to 1x1 and back", async () => {
    const { screen, ui, resize, type } = startFullScreen({ blocks: story("The rain falls on Saltmarsh.") });
    ui.update(telling("waiting"));
    await screen.waitFor("Saltmarsh.");
    resize(20, 5);
    await screen.waitFor((text) => text === `The rain falls on\nSaltmarsh.\n\n${"─".repeat(20)}\nDo >`);
    resize(1, 1);
    type("x");
    ui.update({ type: "text", text: "世 wide and on" });
    resize(3, 2);
    resize(120, 40);
    await screen.waitFor("Do > x");
    expect(screen.rows()[1]).toBe(" ".repeat(18) + "─".repeat(84));
    expect(screen.text()).toContain("世 wide and on");
  });
});

describe("giving the terminal back", () => {
  test("close leaves everything as it was, also twice; nothing is drawn after it", async () => {
    const { screen, ui, input, ended } = startFullScreen({ blocks: story("Rain.") });
    await screen.waitFor("Rain.");
    expect([input.isRaw, screen.modes()]).toEqual([true, { mouse: true, bracketedPaste: true }]);
    ui.close();
    ui.close();
    ui.update({ type: "text", text: "late" });
    await ended;
    await screen.settled();
    expect([screen.isAlternate(), screen.isCursorShown(), input.isRaw]).toEqual([false, true, false]);
    expect(screen.modes()).toEqual({ mouse: false, bracketedPaste: false });
    expect(screen.text().trim()).toBe("");
  });

  test("bye is said on the normal screen", async () => {
    const { screen, ui, ended } = startFullScreen();
    await screen.waitFor("Do >");
    ui.update({ type: "bye", text: "Saved as tide." });
    await ended;
    await screen.waitFor("Saved as tide.");
    expect(screen.isAlternate()).toBe(false);
  });

  test("close before run touches nothing", async () => {
    const output = new FakeOutput(new Screen(), 80, 24);
    const streams = { input: new PassThrough(), output } as unknown as {
      input: NodeJS.ReadStream;
      output: NodeJS.WriteStream;
    };
    const ui = new FullScreenFrontEnd({ ...streams, environment: {} });
    ui.close();
    await ui.run(async () => undefined);
    expect(output.text).toBe("");
  });

  test("the end of input and a terminal that is gone close the game once", async () => {
    const answer = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
    const { input, output, ended, events, screen } = startFullScreen({ answer });
    await screen.waitFor("Do >");
    input.end();
    output.emit("error", Object.assign(new Error("gone"), { code: "EIO" }));
    await ended;
    expect(events).toEqual([{ type: "close" }]);
  });

  test("what the handler throws comes out of run, with the terminal given back", async () => {
    const { type, ended, screen } = startFullScreen({
      answer: () => {
        throw new Error("bug");
      },
    });
    type(KEYS.enter);
    await expect(ended).rejects.toThrow("bug");
    await screen.settled();
    expect(screen.isAlternate()).toBe(false);
  });

  test("no handlers of the process are left, and none of blessed's are there while it runs", async () => {
    const count = () =>
      ["SIGINT", "SIGTERM", "SIGQUIT", "SIGHUP", "uncaughtException"].map((name) =>
        process.listenerCount(name),
      );
    const before = count();
    const { ui, ended } = startFullScreen();
    expect(count()).toEqual(before.map((number, index) => number + (index < 4 ? 1 : 0)));
    ui.close();
    await ended;
    expect(count()).toEqual(before);
  });
});
