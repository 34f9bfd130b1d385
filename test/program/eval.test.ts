/** `brasslamp eval`: games by script, and the guard's false alarms. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { brasslamp, temporaryFolder } from "./command.ts";

const home = temporaryFolder();
const evaluate = (...args: string[]) => brasslamp(home, ["eval", ...args]);
const PLAY = ["--story", "the-brass-lamp", "--turns", "2", "--games", "2", "--json"];

describe("eval", () => {
  it("plays without layers, and writes the games", async () => {
    const folder = join(home, "games", "new");
    const without = ["summary", "recall", "notes", "facts", "guidance", "candidates"];
    const outcome = await evaluate(...PLAY, "--transcripts", folder, "--without", ...without);
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      without,
      metrics: { adventures: 2, passages: 4 },
      play: { turns: 4, lostTurns: 0, overlongPrompts: 0 },
    });
    expect(readdirSync(folder).toSorted()).toEqual(["the-brass-lamp-1.txt", "the-brass-lamp-2.txt"]);
    expect(readFileSync(join(folder, "the-brass-lamp-1.txt"), "utf8")).toContain("\n> You ");
  });

  it("refuses a layer that is none", async () => {
    const outcome = await evaluate("--without", "luck");
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain("Allowed choices are guard, rules,");
  });
});

describe("eval --guard", () => {
  const folder = join(home, "adventures", "set-1");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "01.txt"),
    "[Title: A]\n\nYou wait.\n\n> You go.\nThe door is red. I go. I stop.\n\n> You stop.\nA bell rings.",
  );

  it("counts what it refuses of what people wrote, with examples as JSON", async () => {
    const { code, stdout } = await evaluate("--guard", join(home, "adventures"), "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      adventures: 1,
      passages: 2,
      sentences: 4,
      rejected: 2,
      share: 0.5,
      verdicts: [{ verdict: "first person", count: 2, examples: [{ sentence: "I go." }, {}] }],
    });
    expect((await evaluate("--guard", folder)).stdout).toMatch(/^first person {2}2 {2}0\.50000$/m);
  });

  it("says which folder it cannot read", async () => {
    const outcome = await evaluate("--guard", join(home, "nowhere"));
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain("nowhere cannot be read");
  });
});
