/** Runs the bundled `brasslamp` command as a player would, in a folder of its own. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

export const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A temporary folder that is removed after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "brasslamp-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Environment without the player's own settings; saves, models and stories of the player lie in `home`. */
export function environment(home: string): Record<string, string> {
  const { PATH = "", HOME = "" } = process.env;
  return { PATH, HOME, LANG: "C.UTF-8", BRASSLAMP_HOME: home };
}

/** Runs `brasslamp ARGS` with `input` on standard input. */
export function brasslamp(home: string, args: readonly string[], input = ""): Promise<Outcome> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: environment(home), cwd: home });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => {}); // a command that refuses its arguments does not read its input
  child.stdin.end(input);
  return new Promise((resolve) =>
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr })),
  );
}
