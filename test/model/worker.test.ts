/** The model in its own thread: the same numbers, a free main thread, and no way to crash the process by leaving. */
import { execFile } from "node:child_process";
import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importModel } from "../../src/model/import.ts";
import { openModel } from "../../src/model/onnx-model.ts";
import type { LanguageModel } from "../../src/model/types.ts";
import { WorkerLink } from "../../src/model/worker-link.ts";
import { loadModel } from "../../src/model/worker-model.ts";
import { EMBER } from "./fixed-files.ts";
import { codeOf, someTokens, temporaryFolder } from "./helpers.ts";
import { writeTinyGpt2 } from "./tiny-gpt2.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const root = temporaryFolder();
const tiny = join(root, "tiny");
let model: LanguageModel;

beforeAll(async () => {
  await importModel(await writeTinyGpt2(join(root, "source")), tiny);
  model = await loadModel(tiny);
});
afterAll(() => model.dispose());

describe("a model in its thread", () => {
  it("gives the same bits as in this thread", async () => {
    const local = await openModel(tiny);
    const [here, there] = [await local.createSequence(), await model.createSequence()];
    const tokens = someTokens(300, 260);
    for (const length of [200, 201, 90, 300]) {
      const expected = await here.evaluate(tokens.slice(0, length));
      const logits = await there.evaluate(tokens.slice(0, length));
      expect(Array.from(logits)).toEqual(Array.from(expected));
      expect(there.tokens).toEqual(here.tokens);
    }
    expect(await there.score(tokens)).toEqual(await here.score(tokens));
    expect(model.info).toEqual(local.info);
    await local.dispose();
  });

  it("overwrites the same array, in shared memory", async () => {
    const sequence = await model.createSequence();
    const first = await sequence.evaluate([1, 2]);
    expect(await sequence.evaluate([3, 4])).toBe(first);
    expect(first.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it("stops between slices with the signal's reason and goes on to the same bits", async () => {
    const tokens = someTokens(1024, 260);
    const [whole, parted] = [await model.createSequence(), await model.createSequence()];
    const expected = Array.from(await whole.evaluate(tokens));
    const controller = new AbortController();
    const stopped = parted.evaluate(tokens, controller.signal);
    setTimeout(() => controller.abort("leave"), 2);
    await expect(stopped).rejects.toBe("leave");
    expect(parted.tokens.length).toBeLessThan(1024);
    expect(parted.tokens).toEqual(tokens.slice(0, parted.tokens.length));
    expect(Array.from(await parted.evaluate(tokens))).toEqual(expected);
  });

  it("keeps two sequences apart when both run", async () => {
    const sequences = await Promise.all([1, 2, 3].map(() => model.createSequence()));
    const texts = [1, 2, 3].map((seed) => someTokens(200, 260, seed));
    const together = await Promise.all(sequences.map((sequence, i) => sequence.evaluate(texts[i]!)));
    for (const [i, text] of texts.entries()) {
      const alone = await (await model.createSequence()).evaluate(text);
      expect(Array.from(together[i]!)).toEqual(Array.from(alone));
    }
  });

  it.each([
    ["model.emptyInput", []],
    ["model.contextOverflow", new Array<number>(1025).fill(1)],
    ["model.badToken", [260]],
  ])("refuses with %s and keeps its tokens", async (code, tokens) => {
    const sequence = await model.createSequence();
    await sequence.evaluate([1, 2, 3]);
    expect(await codeOf(sequence.evaluate(tokens))).toBe(code);
    expect(sequence.tokens).toEqual([1, 2, 3]);
  });

  it("refuses a sequence after its dispose, also a call that was running", async () => {
    const sequence = await model.createSequence();
    const running = codeOf(sequence.evaluate(someTokens(1024, 260)));
    await sequence.dispose();
    expect(await running).toBe("model.closed");
    expect(await codeOf(sequence.evaluate([1]))).toBe("model.closed");
  });

  it("leaves the event loop free while it computes", async () => {
    const [there, here] = [await loadModel(EMBER), await openModel(EMBER)];
    const tokens = someTokens(there.info.positions, there.info.vocabularySize);
    const turnsWhile = async (busy: LanguageModel) => {
      const sequence = await busy.createSequence();
      return countTurns(sequence.evaluate(tokens));
    };
    expect(await turnsWhile(here)).toBeLessThan(100);
    expect(await turnsWhile(there)).toBeGreaterThan(500);
    await Promise.all([there.dispose(), here.dispose()]);
  });
});

/** How often the event loop comes round before the work is done. */
async function countTurns(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  work.then(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    turns++;
  }
  return turns;
}

describe("a thread that dies", () => {
  const request = { type: "close" } as const;

  it("rejects what is pending, and later calls, with model.crashed", async () => {
    const script = join(root, "dies.mjs");
    await writeFile(
      script,
      `import { parentPort } from "node:worker_threads"; parentPort.on("message", () => process.exit(3));`,
    );
    const link = new WorkerLink(script);
    expect(await codeOf(Promise.race([link.call(request), link.call(request)]))).toBe("model.crashed");
    expect(await codeOf(link.call(request))).toBe("model.crashed");
    await link.close();
  });

  it("rejects when it cannot even start", async () => {
    const link = new WorkerLink(join(root, "no-such-worker.mjs"));
    expect(await codeOf(link.call(request))).toBe("model.crashed");
    await link.close();
  });
});

describe("dispose", () => {
  it("ends a running evaluation, and later calls, with model.closed", async () => {
    const other = await loadModel(tiny);
    const sequence = await other.createSequence();
    const running = codeOf(sequence.evaluate(someTokens(1024, 260)));
    await Promise.all([other.dispose(), other.dispose()]);
    expect(await running).toBe("model.closed");
    expect(await codeOf(sequence.evaluate([1]))).toBe("model.closed");
    expect(await codeOf(other.createSequence())).toBe("model.closed");
    await sequence.dispose();
  });

  it("carries errors across with code and hint", async () => {
    const broken = join(root, "broken");
    await importModel(await writeTinyGpt2(join(root, "broken-source")), broken);
    const { size } = await stat(join(broken, "model.onnx"));
    await writeFile(join(broken, "model.onnx"), Buffer.alloc(size, 7));
    const error = await loadModel(broken).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "AppError", code: "model.corrupt", hint: "Import the model again." });
  });
});

describe("a process that leaves while the model runs", () => {
  const run = promisify(execFile);
  const bundle = join(REPOSITORY, ".cache", `leave-${process.pid}`);

  // Bundled like the real program, and inside the repository, where it finds the same packages.
  beforeAll(async () => {
    await writeFile(join(root, "leave.ts"), leavingProgram());
    await build({
      entryPoints: { leave: join(root, "leave.ts"), "model-worker": join(REPOSITORY, "src/model/worker.ts") },
      outdir: bundle,
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      packages: "external",
      logLevel: "error",
    });
  });
  afterAll(() => rm(bundle, { recursive: true, force: true }));

  it.each([
    ["dispose", 0],
    ["exit", 9],
    ["idle", 0],
    ["throw", 1],
  ])("%s: exit code %i, nothing of an abort", async (how, expected) => {
    const result = await run("node", [join(bundle, "leave.js"), EMBER, how], { timeout: 20_000 }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    expect(result.stdout).toContain("running");
    expect(result.stderr).not.toContain("terminate called");
    expect(result.code).toBe(expected);
  });
});

function leavingProgram(): string {
  return `
    import { loadModel } from ${JSON.stringify(join(REPOSITORY, "src/model/worker-model.ts"))};
    const [folder, how] = process.argv.slice(2);
    const model = await loadModel(folder);
    const sequence = await model.createSequence();
    const length = how === "idle" ? 3 : model.info.positions;
    const running = sequence.evaluate(new Array(length).fill(1));
    running.catch(() => {});
    process.stdout.write("running\\n");
    if (how === "idle") await running;
    else await new Promise((resolve) => setTimeout(resolve, 15));
    if (how === "dispose") await model.dispose();
    if (how === "exit") process.exit(9);
    if (how === "throw") throw new Error("on purpose");
  `;
}
