/** The plain front end over fake streams: exact text out, one event at a time in. */
import { PassThrough, Writable } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import type { EventHandler, UiEvent, UiUpdate } from "../../src/game/protocol.ts";
import { LINE_LIMIT } from "../../src/ui/line-reader.ts";
import { PlainFrontEnd } from "../../src/ui/plain.ts";

class FakeOutput extends Writable {
  readonly isTTY: boolean;
  readonly columns = 40;
  text = "";
  /** Error code of the next write. */
  failure: string | undefined;

  constructor(isTTY: boolean) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }

  override _write(chunk: string, _: string, done: (error?: Error | null) => void): void {
    const { failure } = this;
    if (failure === undefined) this.text += chunk;
    done(failure === undefined ? undefined : Object.assign(new Error("write"), { code: failure }));
  }
}

interface SetUp {
  readonly isTty?: boolean;
  readonly environment?: Record<string, string>;
}

function plain({ isTty = false, environment = {} }: SetUp = {}) {
  const input = Object.assign(new PassThrough(), { isTTY: isTty });
  const output = new FakeOutput(isTty);
  const ui = new PlainFrontEnd({ input, output, environment });
  cleanUps.push(() => ui.close());
  return { input, output, ui };
}

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** Answers every line with an action and a streamed passage. */
function game(ui: PlainFrontEnd, events: UiEvent[]): EventHandler {
  return async (event) => {
    events.push(event);
    if (event.type !== "submit") return;
    ui.update({ type: "block", block: { kind: "action", text: `You ${event.text}.` } });
    for (const piece of ["You h", "ear ", "rain.\n", "\nIt does not", " stop.\n"]) {
      await Promise.resolve();
      ui.update({ type: "text", text: piece });
    }
    ui.update({ type: "told" });
    ui.update({ type: "request", request: { kind: "action", label: "" } });
  };
}

const OPENING: UiUpdate = {
  type: "page",
  blocks: [
    { kind: "title", text: "Saltmarsh" },
    { kind: "opening", text: "Rain." },
  ],
};
const STATUS: UiUpdate = {
  type: "status",
  status: { title: "t", model: "m", turn: 1, state: "telling", tokensPerSecond: 12.3, contextSize: 9 },
};

const STORY = `Saltmarsh

Rain.

> You look.

You hear rain.

It does not stop.
`;

describe("from a pipe", () => {
  test("a whole session is told as plain text, and the end of input closes", async () => {
    const { input, output, ui } = plain();
    const events: UiEvent[] = [];
    ui.update(OPENING);
    ui.update(STATUS);
    input.end("look\n");
    await ui.run(game(ui, events));
    expect(output.text).toBe(STORY);
    expect(events).toEqual([{ type: "submit", text: "look", mode: "do" }, { type: "close" }]);
  });

  test("every kind of block has its form, and nothing but text is printed", async () => {
    const { input, output, ui } = plain({ environment: { TERM: "xterm" } });
    for (const [kind, text] of [
      ["info", "Saved.\t(1)"],
      ["error", "There is no command /bad.\nTry /help."],
      ["choices", "Up\nDown"],
      ["ending", "The end.\u001b[31m\u0007"],
    ] as const)
      ui.update({ type: "block", block: { kind, text } });
    ui.update({ type: "request", request: { kind: "question", label: "Your name?", initial: "Ann" } });
    ui.update({ type: "bye", text: "Until then." });
    input.end();
    await ui.run(async () => undefined);
    expect(output.text).toBe(
      "Saved.    (1)\n\n! There is no command /bad.\n  Try /help.\n\n1. Up\n2. Down\n\nThe end.\n\nYour name?\n[Ann]\n\nUntil then.\n",
    );
    expect(output.text).not.toMatch(/[^\n\u0020-\u007e]/);
  });

  test("a line waits until the one before is answered", async () => {
    const { input, ui } = plain();
    const log: string[] = [];
    input.end("one\ntwo\nthree");
    await ui.run(async (event) => {
      log.push(`+${event.type === "submit" ? event.text : event.type}`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push("-");
    });
    expect(log).toEqual(["+one", "-", "+two", "-", "+three", "-", "+close", "-"]);
  });

  test("text is wrapped at 80 columns while it streams", async () => {
    const { input, output, ui } = plain();
    const passage = "lamplighter ".repeat(20).trim();
    for (const piece of passage.match(/.{1,5}/g) ?? []) ui.update({ type: "text", text: piece });
    ui.update({ type: "told" });
    input.end();
    await ui.run(async () => undefined);
    expect(output.text.replace(/\n/g, " ").trim()).toBe(passage);
    expect(Math.max(...output.text.split("\n").map((row) => row.length))).toBe(71);
  });

  test("a passage that was broken off is ended before what follows", async () => {
    const { input, output, ui } = plain();
    ui.update({ type: "text", text: "The door" });
    ui.update({ type: "block", block: { kind: "info", text: "Stopped." } });
    ui.update({ type: "text", text: "And" });
    input.end();
    await ui.run(async () => undefined);
    expect(output.text).toBe("The door\n\nStopped.\n\nAnd\n");
  });

  test("a page shown again tells its last turns only", async () => {
    const { input, output, ui } = plain();
    const turns = [1, 2, 3, 4, 5].flatMap((turn) => [
      { kind: "action", text: `a${turn}` } as const,
      { kind: "passage", text: `p${turn}` } as const,
    ]);
    ui.update({
      type: "page",
      blocks: [{ kind: "title", text: "T" }, { kind: "opening", text: "O" }, ...turns],
    });
    input.end();
    await ui.run(async () => undefined);
    expect(output.text.split("\n\n")).toEqual([
      ...["T", "(earlier turns are not repeated)", "> a3", "p3", "> a4", "p4", "> a5", "p5\n"],
    ]);
  });
});

describe("odd input", () => {
  async function linesOf(...chunks: (string | Buffer)[]): Promise<string[]> {
    const { input, ui } = plain();
    const lines: string[] = [];
    for (const chunk of chunks) input.write(chunk);
    input.end();
    await ui.run(async (event) => {
      if (event.type === "submit") lines.push(event.text);
    });
    return lines;
  }

  test("a line of 100 KB arrives whole", async () => {
    expect(await linesOf(`${"a".repeat(100_000)}\nb\n`)).toEqual(["a".repeat(100_000), "b"]);
  });

  test("a line without end is cut, and the next one is read", async () => {
    const chunk = "a".repeat(400_000);
    const lines = await linesOf(chunk, chunk, chunk, "\nb\n");
    expect(lines.map((line) => line.length)).toEqual([LINE_LIMIT, 1]);
  });

  test("a character split between reads is joined, bytes that are not UTF-8 are replaced", async () => {
    expect(await linesOf(Buffer.from([0xe4, 0xb8]), Buffer.from([0x96, 0x0a, 0xff, 0x61, 0x0a]))).toEqual([
      "世",
      "\ufffda",
    ]);
  });

  test("line ends of Windows and empty lines", async () => {
    expect(await linesOf("one\r\n\r\ntwo\n\n")).toEqual(["one", "", "two", ""]);
  });
});

describe("on a terminal", () => {
  test("a prompt is shown when the game asks, and the typed line is not separated twice", async () => {
    const { input, output, ui } = plain({ isTty: true, environment: { NO_COLOR: "1" } });
    ui.update(OPENING);
    ui.update({ type: "request", request: { kind: "action", label: "" } });
    expect(output.text).toBe("Saltmarsh\n\nRain.\n\n> ");
    input.end("look\n");
    await ui.run(game(ui, []));
    // What the player typed is echoed by the terminal, not by us.
    expect(output.text).toBe(
      "Saltmarsh\n\nRain.\n\n> \n> You look.\n\nYou hear rain.\n\nIt does not stop.\n\n> \n",
    );
  });

  test.each([
    [{ TERM: "xterm" }, "\u001b[1mSaltmarsh\u001b[0m\n\nRain.\n"],
    [{ TERM: "xterm", NO_COLOR: "1" }, "Saltmarsh\n\nRain.\n"],
    [{ TERM: "dumb" }, "Saltmarsh\n\nRain.\n"],
  ])("colour with %j", (environment, expected) => {
    const { output, ui } = plain({ isTty: true, environment });
    ui.update(OPENING);
    expect(output.text).toBe(expected);
  });
});

describe("endings", () => {
  test.each(["EPIPE", "EIO"])(
    "when the reader is gone (%s), the game is told and nothing is thrown",
    async (failure) => {
      const { input, output, ui } = plain();
      const events: UiEvent[] = [];
      output.failure = failure;
      input.write("look\nagain\n");
      await ui.run(game(ui, events));
      expect(events.at(-1)).toEqual({ type: "close" });
      expect(output.text).toBe("");
    },
  );

  test("a turn that told nothing shows what is said about it", () => {
    const { output, ui } = plain();
    ui.update({ type: "block", block: { kind: "action", text: "You go." } });
    ui.update({ type: "told" });
    ui.update({ type: "block", block: { kind: "info", text: "Stopped." } });
    expect(output.text).toBe("> You go.\n\nStopped.\n");
  });

  test("SIGINT is an interrupt, also while the game is answering", async () => {
    const { input, ui } = plain();
    const events: string[] = [];
    input.write("look\n");
    let stop: () => void = () => undefined;
    await ui.run(async (event) => {
      events.push(event.type);
      if (event.type === "submit") {
        setImmediate(() => process.emit("SIGINT"));
        await new Promise<void>((resolve) => {
          stop = resolve;
        });
        ui.close();
      } else stop();
    });
    expect(events).toEqual(["submit", "interrupt"]);
    expect(process.listeners("SIGINT").some((listener) => listener.name.includes("onInterrupt"))).toBe(false);
  });

  test("what the handler throws comes out of run", async () => {
    const { input, ui } = plain();
    input.end("look\n");
    const failing = ui.run(async () => {
      throw new Error("bug");
    });
    await expect(failing).rejects.toThrow("bug");
  });

  test("bye ends run although input goes on; close may come early and twice", async () => {
    const { output, ui } = plain();
    setImmediate(() => ui.update({ type: "bye", text: "Bye." }));
    await ui.run(async () => undefined);
    ui.update({ type: "text", text: "late" });
    ui.close();
    expect(output.text).toBe("Bye.\n");
    const early = plain();
    early.ui.close();
    await early.ui.run(async () => undefined);
  });
});
