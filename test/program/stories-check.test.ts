/** `brasslamp stories check`: everything that is wrong in story files, and what was understood of those that are right. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { brasslamp, temporaryFolder } from "./command.ts";

const home = temporaryFolder();
const check = (...args: string[]) => brasslamp(home, ["stories", "check", ...args]);
const STORIES = fileURLToPath(new URL("../../stories", import.meta.url));

const GOOD = `---
title: The Salt Road
tone: dry
note: short sentences
remember: [the letter must not get wet]
notes:
  - {name: Captain Vey, text: a captain, keys: [vey, !dream & !night], scan: 2}
  - {name: The port, text: always wet, always: true}
bias: {salt: 1.5}
ban: [a shiver, sigh]
placeholders: [{key: name, ask: What is your name?, default: Mira}]
---
You are \${name}.

It rains.
`;

beforeAll(() => {
  const file = (name: string, text: string) => writeFileSync(join(home, name), text);
  file("good.md", GOOD);
  file("bad.md", `---\ntitle: X\ngnre: y\nyou: \${who}\n---\nOnce.\n`);
  file(
    "many.md",
    `---\ntitle: X\n${Array.from({ length: 25 }, (_, i) => `x${i}: y\n`).join("")}---\nOnce.\n`,
  );
  file("bad.ink", "-> a\n-> b\n");
});

describe("stories check", () => {
  it("says what was understood", async () => {
    const { stdout, code } = await check("good.md");
    expect(code).toBe(0);
    expect(stdout).toBe(`ok   good.md
     The Salt Road (Markdown, opening of 2 paragraphs)
     tone: dry (the note is read instead)
     author's note: short sentences
     remember: the letter must not get wet
     note Captain Vey: vey | !dream & !night; scan 2
     note The port: always; The port
     never told: a shiver, sigh
     bias: salt 1.5
     asks for name: What is your name? [Mira]
`);
  });

  it("says all that is wrong, file by file, and exits with 1", async () => {
    const { stdout, stderr, code } = await check("bad.md", "good.md", "bad.ink", "many.md", "none.md");
    expect(code).toBe(1);
    expect(stderr).toBe("");
    expect(stdout).toContain(
      'BAD  bad.md\n     bad.md:3:1 unknown field "gnre"; did you mean "genre"?\n     bad.md:4:6 placeholder "who"',
    );
    expect(stdout).toContain("ok   good.md");
    expect(stdout).toMatch(/BAD {2}bad\.ink\n {5}bad\.ink:1 .*\n {5}bad\.ink:2 /);
    expect(stdout.match(/many\.md:\d+:1 unknown field/g)).toHaveLength(25);
    expect(stdout).toMatch(/BAD {2}none\.md\n {5}none\.md cannot be read/);
  });

  it("prints JSON for programs", async () => {
    const { stdout, code } = await check("bad.md", "good.md", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      { path: "bad.md", mistakes: [expect.stringContaining("bad.md:3:1"), expect.anything()], story: [] },
      {
        path: "good.md",
        mistakes: [],
        story: expect.arrayContaining(["tone: dry (the note is read instead)"]),
      },
    ]);
  });

  it("finds nothing wrong in the stories that come with the game", async () => {
    const names = ["the-brass-lamp.md", "the-dry-well.md", "the-empty-pond.ink", "air-for-nine.ink"];
    expect((await check(...names.map((name) => join(STORIES, name)))).code).toBe(0);
  });

  it("needs a file", async () => {
    expect(await check()).toMatchObject({ code: 2, stderr: expect.stringContaining("files") });
  });
});
