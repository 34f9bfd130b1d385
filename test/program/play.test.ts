/** Whole games through the real program, the real model and real files. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KEYS, spawnTerminal } from "../ui/terminal.ts";
import { brasslamp, environment, MAIN, temporaryFolder } from "./command.ts";

/** The stories of a page, as the plain front end prints them: actions and what follows each. */
function turnsIn(stdout: string): number {
  return stdout.match(/^> You /gm)?.length ?? 0;
}

interface SavedNode {
  readonly typed?: string;
  readonly passage: string;
}

function savedNodes(home: string, slug = "the-brass-lamp"): SavedNode[] {
  const save = JSON.parse(readFileSync(join(home, "saves", `${slug}.json`), "utf8"));
  return Object.values<SavedNode>(save.tree.nodes);
}

describe("a piped game", () => {
  const home = temporaryFolder();
  const input = 'look around\nsay "Who is there?"\n\n';
  const play = () => brasslamp(home, ["play", "--plain", "--seed", "7"], input);

  it("prints the opening and three passages, and prints them again for the same seed", async () => {
    const first = await play();
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toContain("You are Aylin");
    expect(first.stdout).toContain("> You look around.");
    expect(first.stdout).toContain('> You say "Who is there?"');
    expect(turnsIn(first.stdout)).toBe(2);
    expect(savedNodes(home).filter((node) => node.passage !== "").length).toBeGreaterThanOrEqual(3);
    expect((await play()).stdout).toBe(first.stdout);
    expect(await brasslamp(home, ["play", "--plain", "--seed", "8"], input)).not.toMatchObject({
      stdout: first.stdout,
    });
  });

  it("goes on where it was left", async () => {
    const again = await brasslamp(home, ["play", "--continue", "--plain"], "wait\n");
    expect(again.code).toBe(0);
    expect(again.stdout).toContain("> You wait.");
  });

  it("never prints a control character, not even from a story full of them", async () => {
    const { stdout } = await play();
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it("survives a line of 100 KB and says why it is refused", async () => {
    const long = await brasslamp(home, ["play", "--plain", "--seed", "1"], `${"x".repeat(100_000)}\nwait\n`);
    expect(long.code).toBe(0);
    expect(long.stdout).toMatch(/characters/);
    expect(long.stdout).toContain("> You wait.");
  });
});

describe("a game in a terminal", () => {
  it("is played, saved and left, and the terminal is given back", async () => {
    const home = temporaryFolder();
    const terminal = spawnTerminal(process.execPath, [MAIN, "play", "the-brass-lamp", "--seed", "3"], {
      columns: 90,
      rows: 40,
      env: environment(home),
    });
    try {
      await terminal.waitFor("Open up, please.");
      expect(terminal.isAlternate()).toBe(true);
      terminal.send(`open the blue door${KEYS.enter}`);
      await terminal.waitFor(/turn 1\b/);
      await terminal.waitFor("> You open the blue door.");
      terminal.send(`"Who knocks there?"${KEYS.enter}`);
      await terminal.waitFor(/turn 2\b/);
      terminal.send(`/undo${KEYS.enter}`);
      await terminal.waitFor(/turn 1\b/);
      terminal.send(`/redo${KEYS.enter}`);
      await terminal.waitFor(/turn 2\b/);
      terminal.send(KEYS.ctrlC);
      await terminal.waitFor(/again to quit/i);
      terminal.send(KEYS.ctrlC);
      expect(await terminal.exitCode()).toBe(0);
      expect(terminal.isAlternate()).toBe(false);
      expect(terminal.isCursorShown()).toBe(true);
      expect(terminal.modes()).toEqual({ mouse: false, bracketedPaste: false });
      expect(savedNodes(home)).toHaveLength(3);
    } finally {
      terminal.kill();
    }
  });

  it("begins with a menu when no story is named", async () => {
    const terminal = spawnTerminal(process.execPath, [MAIN], { env: environment(temporaryFolder()) });
    try {
      await terminal.waitFor("1. The Brass Lamp");
      terminal.send(`1${KEYS.enter}`);
      await terminal.waitFor("You are Aylin");
    } finally {
      terminal.kill();
    }
  });
});

describe("a game that is killed", () => {
  it("has every turn on disk that it told", async () => {
    const home = temporaryFolder();
    const child = spawn(process.execPath, [MAIN, "play", "--plain", "--seed", "5"], {
      env: environment(home),
      cwd: home,
    });
    let stdout = "";
    child.stdout.setEncoding("utf8");
    const told = new Promise<void>((resolve) => {
      child.stdout.on("data", (text: string) => {
        stdout += text;
        if (turnsIn(stdout) >= 4) resolve();
      });
    });
    child.stdin.write("look\nwait\nlisten\nopen the door\nrun\nhide\n");
    await told;
    child.kill("SIGKILL");
    await new Promise((resolve) => child.on("close", resolve));
    const typed = savedNodes(home).map((node) => node.typed);
    expect(typed).toEqual(expect.arrayContaining(["look", "wait", "listen"]));
    expect(readdirSync(join(home, "saves")).filter((name) => name.endsWith(".json"))).toHaveLength(1);
    const again = await brasslamp(home, ["play", "--continue", "--plain"], "");
    expect(again.code).toBe(0);
    expect(again.stdout).toContain("> You listen.");
  });
});
