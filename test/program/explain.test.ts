/** `play --explain`: what the narrator was given for each passage, for scripts. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { brasslamp, temporaryFolder } from "./command.ts";

interface Line {
  readonly turn: number;
  readonly action: { readonly kind: string; readonly text: string };
  readonly pieces: readonly { readonly source: string; readonly tokens: number; readonly state: string }[];
  readonly promptTokens: number;
  readonly reusedTokens: number;
  readonly replyTokens: number;
  readonly positions: number;
  readonly notes: readonly { readonly name: string; readonly state: string; readonly reason: string }[];
  readonly passage: string;
  readonly sampled?: readonly { readonly text: string; readonly candidates: readonly object[] }[];
}

const home = temporaryFolder();
const PLAY = ["play", "the-brass-lamp", "--plain", "--seed", "7"];

async function explained(input: string, ...more: string[]): Promise<{ stdout: string; lines: Line[] }> {
  const file = join(home, "explained.jsonl");
  const outcome = await brasslamp(home, [...PLAY, "--explain", file, ...more], input);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return { stdout: outcome.stdout, lines: lines.map((line) => JSON.parse(line)) };
}

describe("play --explain", () => {
  it("writes a line a turn, whose pieces add up to what the model was given, also when the window has moved", async () => {
    const actions = ["look at the lamp", "ask about the captain", "", ...Array(11).fill("wait")];
    const { stdout, lines } = await explained(`${actions.join("\n")}\n`);
    expect(lines.map(({ turn }) => turn)).toEqual(actions.map((_, i) => i + 1));
    for (const { pieces, promptTokens, reusedTokens, replyTokens, positions } of lines) {
      expect(pieces.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(promptTokens);
      expect(promptTokens + replyTokens).toBeLessThanOrEqual(positions);
      expect(reusedTokens).toBeLessThan(promptTokens);
    }
    expect(lines.at(-1)!.pieces).toContainEqual(
      expect.objectContaining({ source: "story", state: "left out" }),
    );
    expect(lines[0]!.action).toEqual({ kind: "do", text: "You look at the lamp." });
    for (const { passage } of lines)
      expect(stdout.replace(/\s+/g, " ")).toContain(passage.replace(/\s+/g, " "));
    expect(lines[0]).not.toHaveProperty("sampled");
  }, 90_000);

  it("says of every note whether it came up, and why", async () => {
    const { lines } = await explained("ask about the captain\nwait\n");
    for (const { notes } of lines) {
      expect(notes.length).toBeGreaterThan(0);
      for (const { state, reason } of notes) {
        expect(["always", "fires", "silent"]).toContain(state);
        expect(reason !== "").toBe(state !== "always");
      }
    }
    const fired = lines.flatMap(({ notes }) => notes.filter(({ state }) => state === "fires"));
    expect(fired.length).toBeGreaterThan(0);
    const written = lines.flatMap(({ pieces }) => pieces.filter(({ source }) => source === "note"));
    expect(written.length).toBeGreaterThan(0);
  });

  it("tells the tokens of each passage and what the rules did to the likeliest, and changes no story", async () => {
    const input = "look around\nwait\n";
    const { stdout, lines } = await explained(input, "--explain-tokens");
    expect((await brasslamp(home, PLAY, input)).stdout).toBe(stdout);
    const { passage, sampled = [] } = lines[0]!;
    expect(sampled.map(({ text }) => text).join("")).toBe(passage);
    expect(sampled.every(({ candidates }) => candidates.length === 5)).toBe(true);
    expect(JSON.stringify(sampled)).toContain("removed by");
  });

  it("refuses what it cannot do before a model is loaded", async () => {
    const nowhere = await brasslamp(home, [...PLAY, "--explain", "/dev/null/explained.jsonl"]);
    expect(nowhere).toMatchObject({ code: 2, stdout: "" });
    expect(nowhere.stderr).toContain("cannot be written");
    const tokensOnly = await brasslamp(home, [...PLAY, "--explain-tokens"]);
    expect(tokensOnly).toMatchObject({ code: 2, stdout: "" });
  });

  it.skipIf(!existsSync("/dev/full"))(
    "loses no turn when the file cannot take the lines, and says so at the end",
    async () => {
      const full = await brasslamp(home, [...PLAY, "--explain", "/dev/full"], "wait\nlisten\n");
      expect(full.code).toBe(2);
      expect(full.stdout).toContain("> You listen.");
      expect(full.stderr).toContain("/dev/full cannot be written");
    },
  );
});
