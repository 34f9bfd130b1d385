/** The commands that are not the game. */
import { describe, expect, it } from "vitest";
import { brasslamp, temporaryFolder } from "./command.ts";

const home = temporaryFolder();
const run = (...args: string[]) => brasslamp(home, args);

describe("lists", () => {
  it("stories, readable and as JSON", async () => {
    expect((await run("stories")).stdout).toContain("The Brass Lamp");
    const stories = JSON.parse((await run("stories", "--json")).stdout);
    expect(stories.map((story: { id: string }) => story.id)).toEqual(
      expect.arrayContaining(["the-brass-lamp", "the-empty-pond"]),
    );
    expect(new Set(stories.map((story: { format: string }) => story.format))).toEqual(
      new Set(["markdown", "ink"]),
    );
  });

  it("saves, none and one", async () => {
    expect((await run("saves")).stdout).toContain("No adventures");
    await brasslamp(home, ["play", "--plain", "--seed", "1"], "wait\n");
    expect(JSON.parse((await run("saves", "--json")).stdout)).toMatchObject([
      { slug: "the-brass-lamp", turns: 1 },
    ]);
    expect((await run("saves")).stdout).toMatch(/the-brass-lamp\s+The Brass Lamp\s+1 turn/);
  });

  it("models, with the facts", async () => {
    const [ember] = JSON.parse((await run("models", "--json")).stdout);
    expect(ember).toMatchObject({ name: "ember", builtIn: true, info: { quantization: "int8" } });
    expect((await run("models", "verify", "ember")).code).toBe(0);
  });
});

describe("complete", () => {
  it("continues a text, the same way for the same seed", async () => {
    const first = await run("complete", "The old man", "--seed", "4", "--tokens", "20");
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout.startsWith("The old man")).toBe(true);
    expect(first.stdout.length).toBeGreaterThan(20);
    expect((await run("complete", "The old man", "--seed", "4", "--tokens", "20")).stdout).toBe(first.stdout);
  });
});

describe("doctor", () => {
  it("finds nothing wrong here", async () => {
    const checks = JSON.parse((await run("doctor", "--json")).stdout);
    expect(checks.filter((check: { ok: boolean }) => !check.ok)).toEqual([]);
    expect(checks.map((check: { name: string }) => check.name)).toEqual(
      expect.arrayContaining(["node", "model ember", "narration", "stories", "saves", "terminal"]),
    );
  });

  it("exits with 1 and a hint when something is", async () => {
    const outcome = await run("doctor", "--saves", "/dev/null/saves");
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toMatch(/BAD\s+saves.*\n.*--saves/);
  });
});

describe("help and version", () => {
  it("are printed on demand and are no error", async () => {
    expect(await run("--help")).toMatchObject({ code: 0, stderr: "" });
    expect(await run("--version")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });
});
