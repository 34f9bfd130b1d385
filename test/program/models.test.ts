/** The commands that look after models, run as a player runs them. */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { writeTinyExport } from "../model/tiny-export.ts";
import { writeTinyGpt2 } from "../model/tiny-gpt2.ts";
import { spawnTerminal } from "../ui/terminal.ts";
import { brasslamp, environment, MAIN, temporaryFolder } from "./command.ts";

/** Every test starts the program, some several times, perhaps while other work has the processor. */
const PATIENCE_MS = 120_000;
vi.setConfig({ testTimeout: PATIENCE_MS, hookTimeout: PATIENCE_MS });

const EMBER = fileURLToPath(new URL("../../models/ember", import.meta.url));
const home = temporaryFolder();
const at = (name: string) => join(home, name);
const run = (...args: string[]) => brasslamp(home, args);
const runJson = async (...args: string[]) => JSON.parse((await run(...args, "--json")).stdout);

beforeAll(async () => {
  writeFileSync(
    at("text.txt"),
    "You are in a small room. The lamp is lit, and there is a door to the north.\n",
  );
  await writeTinyGpt2(at("Tiny-Source"), { config: { license: "mit" } });
  await writeTinyExport(at("exported"));
  writeFileSync(
    at("exported/README.md"),
    "---\nlicense: mit\n---\n# A \u001b[31mtiny\u0007 one\n\nFor tests.\n",
  );
  mkdirSync(at("models"));
  cpSync(at("exported"), at("models/mine"), { recursive: true });
});

describe("models show", () => {
  it("tells how the built-in narrator runs, its files and its card", async () => {
    const { code, stdout } = await run("models", "show", "ember");
    expect(code).toBe(0);
    expect(stdout).toMatch(/runs\s+fast/);
    expect(stdout).toMatch(/positions\s+1024\n/);
    expect(stdout).toMatch(/model\.onnx\.data\s+\d+\.\d MB\s+[0-9a-f]{64}/);
    expect(stdout).toContain("# Ember");
    expect(await runJson("models", "show", "ember")).toMatchObject({
      path: "fast",
      architecture: "gpt2",
      quantization: "int8",
      device: { asked: "cpu", used: "cpu" },
    });
  });

  it("says that an exported decoder is the slower path, with its licence, and without escape sequences", async () => {
    const { stdout } = await run("models", "show", "./exported");
    expect(stdout).toMatch(/runs\s+exported: as it was made; slower/);
    expect(stdout).toMatch(/faster: brasslamp models import .*exported\n/);
    expect(stdout).toMatch(/licence\s+mit/);
    expect(stdout).toMatch(/onnx\/model\.onnx\.data\s+0\.\d MB\s+[0-9a-f]{64}/);
    expect(stdout).toContain("# A tiny one");
    expect(stdout).not.toContain("\u001b");
  });

  it("says why a device is not used", async () => {
    const absent = process.platform === "darwin" ? "dml" : "coreml";
    const { stdout, stderr } = await run("models", "show", "ember", "--device", absent);
    expect(stdout).toMatch(new RegExp(`device\\s+${absent} is not available here \\(.+\\); using cpu`));
    expect(stderr).toBe("");
  });
});

describe("an exported decoder", () => {
  it("is listed as such and plays from the player's folder and from the path of a graph", async () => {
    expect((await run("models")).stdout).toMatch(/mine .* float32 .* exported, slower/);
    for (const model of ["mine", "./exported/onnx/model.onnx"]) {
      const args = ["play", "--plain", "--seed", "1", "--model", model, "--threads", "1"];
      const outcome = await brasslamp(home, args, "wait\n");
      expect(outcome).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("> You wait.") });
    }
  });

  it("continues a text the same way for the same seed", async () => {
    const args = ["complete", "the", "--model", "mine", "--seed", "3", "--tokens", "12"];
    const first = await run(...args);
    expect(first.code).toBe(0);
    expect(first.stdout.length).toBeGreaterThan(6);
    expect((await run(...args)).stdout).toBe(first.stdout);
  });

  it("needs no import, and import says so", async () => {
    const { code, stderr } = await run("models", "import", "./models/mine");
    expect(code).toBe(5);
    expect(stderr).toContain("is there already");
    cpSync(at("exported/onnx"), at("only/onnx"), { recursive: true });
    cpSync(at("exported/config.json"), at("only/config.json"));
    cpSync(at("exported/tokenizer.json"), at("only/tokenizer.json"));
    const explained = await run("models", "import", "./only");
    expect(explained.stderr).toMatch(/runs as it is.*\n.*play --model/);
  });
});

describe("models import", () => {
  it("takes the folder's name, and refuses it the second time with a way out", async () => {
    expect(await run("models", "import", "./Tiny-Source")).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringContaining("play --model tiny-source"),
    });
    const again = await run("models", "import", "./Tiny-Source");
    expect(again).toMatchObject({ code: 5, stderr: expect.stringMatching(/--as.*models remove/) });
  });

  it.each(["../up", "a b", "A"])("refuses the name %j", async (name) => {
    const outcome = await run("models", "import", "./Tiny-Source", "--as", name);
    expect(outcome).toMatchObject({ code: 5, stderr: expect.stringContaining("cannot be a model's name") });
  });

  it("draws its progress on a terminal and leaves nothing of it", async () => {
    const args = [MAIN, "models", "import", "./Tiny-Source", "--as", "drawn"];
    const terminal = spawnTerminal(process.execPath, args, { cwd: home, env: environment(home) });
    expect(await terminal.exitCode(PATIENCE_MS)).toBe(0);
    expect(terminal.output).toMatch(/Importing drawn \[#+-+\] {2}33 %/);
    expect(terminal.text()).not.toContain("%");
  });
});

describe("models verify", () => {
  it("measures a text and compares with another import of the same weights", async () => {
    await run("models", "import", "./Tiny-Source", "--as", "four", "--quantize", "int4");
    await run("models", "import", "./Tiny-Source", "--as", "full", "--quantize", "none");
    const report = await runJson("models", "verify", "four", "--text", "./text.txt", "--against", "full");
    expect(report).toMatchObject({ name: "four", checksumsMatch: true, against: { name: "full" } });
    expect(report.fit.characters).toBe(76);
    expect(report.against.meanKl).toBeGreaterThan(0);
    expect(report.against.top1Agreement).toBeGreaterThan(0.2);
    expect(report.fit.natsPerToken).not.toBe(report.against.fit.natsPerToken);
    const { stdout } = await run("models", "verify", "full", "--text", "./text.txt");
    expect(stdout).toMatch(/full: all files.*\n.*76 characters.*\n.*nats per token.*bits per character/);
  });

  it("has no checksums for an exported decoder and says so", async () => {
    expect(await runJson("models", "verify", "mine")).toEqual({ name: "mine", checksumsMatch: false });
  });

  it.each([
    [["--against", "ember"], 2, /--text/],
    [["--text", "./nowhere.txt"], 2, /nowhere\.txt/],
    [["--text", "./text.txt", "--against", "embar"], 5, /embar.*\n.*ember/],
    [["--text", "./text.txt", "--against", "full"], 5, /different tokens/],
  ] as const)("refuses %j", async (options, expected, message) => {
    const { code, stderr, stdout } = await run("models", "verify", "ember", ...options);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([expected, ""]);
  });
});

describe("models remove", () => {
  it("deletes without a question only with --yes", async () => {
    cpSync(EMBER, at("models/doomed"), { recursive: true });
    expect(await run("models", "remove", "doomed")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--yes"),
    });
    expect(existsSync(at("models/doomed"))).toBe(true);
    writeFileSync(at("models/doomed/config.json"), "damaged");
    expect((await run("models", "remove", "doomed", "--yes")).code).toBe(0);
    expect(existsSync(at("models/doomed"))).toBe(false);
  });

  it.each([
    ["n", true],
    ["", true],
    ["y", false],
  ])("asks on a terminal; after %j the model is there: %s", async (answer, remains) => {
    cpSync(EMBER, at("models/asked"), { recursive: true });
    const args = [MAIN, "models", "remove", "asked"];
    const terminal = spawnTerminal(process.execPath, args, { cwd: home, env: environment(home) });
    await terminal.waitFor("[y/N]", PATIENCE_MS);
    expect(terminal.text()).toMatch(/Delete asked \(\d+\.\d MB\), in /);
    terminal.send(`${answer}\r`);
    expect(await terminal.exitCode(PATIENCE_MS)).toBe(0);
    expect(existsSync(at("models/asked"))).toBe(remains);
  });

  it.each([
    ["ember", /came with the program/],
    ["nobody", /no model called "nobody"/],
    ["../exported", /cannot be a model's name/],
  ])("does not delete %s", async (name, message) => {
    expect(await run("models", "remove", name, "--yes")).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(message),
    });
    expect(existsSync(at("exported"))).toBe(true);
  });
});

describe("models bench", () => {
  it("prints one JSON object", async () => {
    const figures = await runJson("models", "bench", "ember", "--past", "16,40", "--threads", "1");
    expect(Object.keys(figures.decodeTokensPerSecond)).toEqual(["16", "40"]);
    expect(figures).toMatchObject({ model: "ember", quantization: "int8", prefillTokens: 40 });
    for (const key of ["fileMb", "prefillTokensPerSecond", "loadMs", "peakMb"])
      expect(figures[key]).toBeGreaterThan(0);
  });

  it.each([
    [["--past", "2000"], /at most 1008/],
    [["--past", "0"], /whole number/],
    [["--shape", "1b"], /124m, 355m/],
    [["ember", "--shape", "124m"], /not both/],
    [["ember", "--quantize", "int4"], /belongs to --shape/],
    [["--device", "gpu"], /cpu, cuda/],
    [["--threads", "0"], /whole number/],
  ])("refuses %j", async (options, message) => {
    expect(await run("models", "bench", ...options)).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(message),
    });
  });

  it("leaves nothing behind when it is interrupted", async () => {
    const scratch = at("scratch");
    mkdirSync(scratch);
    const env = { ...environment(home), TMPDIR: scratch };
    const child = spawn(process.execPath, [MAIN, "models", "bench", "--shape", "774m"], { env, cwd: home });
    const ended = new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
    await until(() => readdirSync(scratch).length > 0);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(readdirSync(scratch)).toEqual([]);
  });
});

async function until(isTrue: () => boolean): Promise<void> {
  for (let waited = 0; !isTrue() && waited < PATIENCE_MS; waited += 20)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isTrue()).toBe(true);
}
