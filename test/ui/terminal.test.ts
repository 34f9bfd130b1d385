/** The real thing: a small game in a pseudo-terminal, seen through a terminal emulator. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { KEYS, type SpawnOptions, spawnTerminal, type TestTerminal } from "./terminal.ts";

const SOURCE = fileURLToPath(new URL("fixtures/scripted-session.ts", import.meta.url));
// Inside node_modules, so that the packages it imports are found; a bundle starts four times as fast as tsx.
const FIXTURE = fileURLToPath(
  new URL("../../node_modules/.cache/brasslamp/scripted-session.mjs", import.meta.url),
);

beforeAll(async () => {
  const common = { bundle: true, format: "esm", platform: "node", packages: "external" } as const;
  await build({ ...common, entryPoints: [SOURCE], outfile: FIXTURE, logLevel: "warning" });
});

let terminal: TestTerminal | undefined;
afterEach(() => terminal?.kill());

function play(options: SpawnOptions & { parameters?: readonly string[] } = {}): TestTerminal {
  const { parameters = [], ...rest } = options;
  terminal = spawnTerminal(process.execPath, [FIXTURE, ...parameters], {
    ...rest,
    env: { WORD_DELAY_MS: "1", ...rest.env },
  });
  return terminal;
}

function expectRestored(screen: TestTerminal): void {
  expect([screen.isAlternate(), screen.isCursorShown()]).toEqual([false, true]);
  expect(screen.modes()).toEqual({ mouse: false, bracketedPaste: false });
}

describe("full screen", () => {
  test("a turn is played, a passage interrupted, and the terminal given back", async () => {
    const screen = play();
    await screen.waitFor("Do >");
    expect(screen.isAlternate()).toBe(true);
    screen.send(`turn the key${KEYS.enter}`);
    await screen.waitFor("> You turn the key.");
    await screen.waitFor("The last label is still wet.");
    screen.resize(20, 5);
    await screen.waitFor(/^─{20}$/m);
    screen.resize(80, 24);
    await screen.waitFor(/^ {2}─{76}$/m);
    screen.send(`long${KEYS.enter}`);
    await screen.waitFor("telling…");
    screen.send(KEYS.ctrlC);
    await screen.waitFor((text) => !text.includes("telling"));
    screen.send(`quit${KEYS.enter}`);
    expect(await screen.exitCode()).toBe(0);
    expectRestored(screen);
    expect(screen.text()).toContain("Your adventure is saved.");
    expect(screen.text()).toContain("SEEN do:turn the key|do:long|interrupt|do:quit RAW false");
  });

  test("Ctrl-D closes, and Ctrl-Z without a shell to go to changes nothing", async () => {
    const screen = play({ env: { TERM: "xterm-kitty", LANG: "C" } });
    await screen.waitFor("Do >");
    screen.send(`still${KEYS.ctrlZ} here`);
    await screen.waitFor("Do > still here");
    screen.send(`\u0015${KEYS.ctrlD}`);
    expect(await screen.exitCode()).toBe(0);
    expectRestored(screen);
    expect(screen.text()).toContain("SEEN close RAW false");
    // Complaints about terminfo would stand here.
    expect(screen.text().trim()).toMatch(/^SEEN/);
  });

  test("an uncaught error is reported on the normal screen", async () => {
    const screen = play();
    await screen.waitFor("Do >");
    screen.send(`crash${KEYS.enter}`);
    expect(await screen.exitCode()).toBe(1);
    expectRestored(screen);
    expect(screen.text()).toContain("Error: deliberate crash");
  });

  test("SIGTERM kills with the terminal given back; SIGINT is only an interrupt", async () => {
    const screen = play();
    await screen.waitFor("Do >");
    process.kill(screen.pid, "SIGINT");
    screen.send(`ask${KEYS.enter}`);
    await screen.waitFor("Name of the save > tide");
    process.kill(screen.pid, "SIGTERM");
    expect(await screen.exitCode()).toBe(128 + 15);
    expectRestored(screen);
  });
});

describe("plain", () => {
  test("is a line in and lines out, without a single cursor movement", async () => {
    const screen = play({ parameters: ["--plain"], env: { NO_COLOR: "1" } });
    await screen.waitFor(/^> $|^>$/m);
    screen.send("turn the key\r");
    await screen.waitFor("The last label is still wet.");
    screen.send("long\r");
    await screen.waitFor("> You long.");
    screen.send(KEYS.ctrlC);
    await screen.waitFor(/\n\n>\s*$/);
    screen.send("quit\r");
    expect(await screen.exitCode()).toBe(0);
    expect(screen.output).not.toContain("\u001b");
    expect(screen.text()).toContain("SEEN do:turn the key|do:long|interrupt|do:quit RAW false");
  });
});
