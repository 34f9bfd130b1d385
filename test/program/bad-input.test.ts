/** What goes wrong outside the program: one clear message, a hint, the right exit code, and nothing lost. */
import { copyFileSync, cpSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { brasslamp, temporaryFolder } from "./command.ts";

const EMBER = fileURLToPath(new URL("../../models/ember", import.meta.url));
const home = temporaryFolder();
const at = (name: string) => join(home, name);

beforeAll(() => {
  writeFileSync(at("broken.md"), "---\ntitle: X\ngenra: y\n---\nYou are here.\n");
  writeFileSync(at("yaml.md"), "---\ntitle: [X\n---\nYou are here.\n");
  writeFileSync(at("broken.ink"), "Hello\n-> nowhere\n");
  writeFileSync(at("a-file"), "");
  writeFileSync(
    at("control.md"),
    "---\ntitle: Bell\n---\nYou hear \u001b[31ma bell\u0007\u001b]0;owned\u0007.\n",
  );
  cpSync(EMBER, at("short-model"), { recursive: true });
  truncateSync(at("short-model/model.onnx.data"), 1000);
  cpSync(EMBER, at("changed-model"), { recursive: true });
  const weights = readFileSync(at("changed-model/model.onnx.data"));
  weights[5000]! ^= 255;
  writeFileSync(at("changed-model/model.onnx.data"), weights);
  mkdirSync(at("saves"));
  writeFileSync(at("saves/torn.json"), '{"kind":"brasslamp.save","version":1,');
  writeFileSync(at("saves/newer.json"), '{"kind":"brasslamp.save","version":99,"title":"N"}');
});

describe("bad input", () => {
  const table: [what: string, args: string[], code: number, message: RegExp, hint: RegExp][] = [
    ["unknown story", ["play", "the-bras-lamp"], 3, /the-bras-lamp/, /the-brass-lamp/],
    ["a story file that is not there", ["play", "./nothing.md"], 3, /nothing\.md/, /stories/],
    ["broken YAML", ["play", "./yaml.md"], 3, /yaml\.md:\d+/, /./],
    ["unknown field in front matter", ["play", "./broken.md"], 3, /broken\.md:3.*genra/s, /genre/],
    ["broken ink", ["play", "./broken.ink"], 3, /broken\.ink:2/, /./],
    ["unknown model", ["play", "--model", "embar"], 5, /embar/, /ember/],
    ["a model folder that is none", ["play", "--model", "./saves"], 5, /saves/, /./],
    ["a truncated model", ["play", "--model", "./short-model"], 5, /short-model|model\.onnx\.data/, /./],
    ["a changed model", ["models", "verify", "./changed-model"], 5, /model\.onnx\.data/, /./],
    ["import of a folder without a model", ["models", "import", "./saves"], 5, /config\.json/, /./],
    ["unknown save", ["play", "--load", "nothing"], 4, /nothing/, /./],
    ["a save that is a path", ["play", "--load", "../../etc/passwd"], 4, /passwd/, /./],
    ["a torn save", ["play", "--load", "torn"], 4, /torn/, /./],
    ["a save of a newer version", ["play", "--load", "newer"], 4, /99/, /./],
    ["a save folder that cannot be written", ["play", "--saves", "./a-file/saves"], 4, /a-file/, /--saves/],
    [
      "no adventure to go on with",
      ["play", "--continue", "--saves", "./empty"],
      4,
      /empty/,
      /brasslamp play/,
    ],
    ["unknown option", ["play", "--sead", "3"], 2, /--sead/, /--seed/],
    ["a seed that is no number", ["play", "--seed", "x"], 2, /seed/, /whole number/],
    ["a story and a save", ["play", "the-brass-lamp", "--continue"], 2, /not both/, /./],
    ["an unknown command option", ["stories", "--yaml"], 2, /--yaml/, /./],
  ];
  it.each(table)("%s", async (_, args, code, message, hint) => {
    const outcome = await brasslamp(home, args, "wait\n");
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).toMatch(hint);
    expect(outcome.stderr).not.toMatch(/\n\s+at /); // no stack trace: it is not a bug
    expect(outcome.code).toBe(code);
    expect(outcome.stdout).toBe("");
  });

  it("leaves damaged saves as they were", () => {
    expect(readFileSync(at("saves/torn.json"), "utf8")).toBe('{"kind":"brasslamp.save","version":1,');
    expect(readFileSync(at("saves/newer.json"), "utf8")).toContain("99");
  });

  it("goes on from the backup of a damaged save, and keeps the damaged file", async () => {
    const play = (args: string[], input: string) =>
      brasslamp(home, ["play", "--plain", "--seed", "1", ...args], input);
    await play(["the-brass-lamp"], "wait\nlook\n");
    copyFileSync(at("saves/the-brass-lamp.json"), at("whole.json"));
    truncateSync(at("saves/the-brass-lamp.json"), 500);
    const again = await play(["--load", "the-brass-lamp"], "listen\n");
    expect(again.code).toBe(0);
    expect(again.stdout).toContain("> You wait.");
    expect(again.stdout).toMatch(/backup/i);
    expect(readFileSync(at("saves/the-brass-lamp.json.corrupt-1")).length).toBe(500);
  });

  it("shows nothing of the control characters in a story", async () => {
    const { stdout, code } = await brasslamp(home, ["play", "./control.md", "--plain"], "");
    expect(code).toBe(0);
    expect(stdout).toContain("You hear a bell.");
  });
});
