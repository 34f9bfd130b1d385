/** The training pipeline, from text to a model that the game plays with; needs Python, and PyTorch for the training itself. */
import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const TRAINING = fileURLToPath(new URL("../../training/", import.meta.url));
const MINUTES = 60_000;
const run = promisify(execFile);

/** The first Python that can do so much. */
function findPython(statement: string): string | undefined {
  return ["python3", "/usr/bin/python3"].find(
    (python) => spawnSync(python, ["-c", statement], { stdio: "ignore" }).status === 0,
  );
}

const python = findPython("import sys; assert sys.version_info >= (3, 10)");
const withTorch = findPython("import torch, numpy");
if (python === undefined)
  console.warn("SKIPPED: Python 3.10 is not installed; the adventures are not checked.");
if (withTorch === undefined)
  console.warn("SKIPPED: PyTorch is not installed; the smoke run of the training pipeline is left out.");

describe("training", () => {
  it.skipIf(python === undefined)(
    "adventures are in the game's form",
    async () => {
      const { stdout } = await run(python!, [`${TRAINING}check_adventures.py`, `${TRAINING}adventures`]);
      expect(stdout).toMatch(/- 0 defects/);
    },
    2 * MINUTES,
  );

  it.skipIf(withTorch === undefined)(
    "a smoke run goes from text to a model that the game loads",
    async () => {
      const { stdout } = await run(withTorch!, [`${TRAINING}smoke.py`]);
      expect(stdout).not.toContain("SKIPPED");
      expect(stdout).toContain("training smoke run passed");
    },
    6 * MINUTES,
  );
});
