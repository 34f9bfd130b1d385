/** From the command to the prompt, and from Enter to the first words, as a player meets them: the built program in a process. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, rounded } from "../src/model/benchmark.ts";

const PROGRAM = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const ROUNDS = 5;
const OPENING = /mend lamps in a small shop/;
const FIRST_WORDS = /> You look around\.\s+\w+/;
const PLAYER_READS_MS = 2000;

/** Medians in milliseconds. */
export interface StartFigures {
  readonly promptMs: number;
  readonly firstWordsMs: number;
}

export async function measureStart(): Promise<StartFigures> {
  const rounds: StartFigures[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measureRound());
  const medianOf = (key: keyof StartFigures) => rounded(median(rounds.map((round) => round[key])));
  return { promptMs: medianOf("promptMs"), firstWordsMs: medianOf("firstWordsMs") };
}

async function measureRound(): Promise<StartFigures> {
  const data = await mkdtemp(join(tmpdir(), "brasslamp-bench-"));
  const start = performance.now();
  const game = spawn(process.execPath, [PROGRAM, "play", "--plain", "the-brass-lamp", "--seed", "7"], {
    env: { ...process.env, XDG_DATA_HOME: data },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => game.on("exit", resolve));
  let output = "";
  const seen = (pattern: RegExp) =>
    new Promise<number>((resolve, reject) => {
      const look = () => pattern.test(output) && resolve(performance.now());
      game.stdout.on("data", look);
      game.on("exit", () => reject(new Error(`the game ended without ${pattern}: ${output}`)));
    });
  game.stdout.on("data", (chunk) => {
    output += chunk;
  });
  try {
    const promptMs = (await seen(OPENING)) - start;
    await new Promise((resolve) => setTimeout(resolve, PLAYER_READS_MS));
    const entered = performance.now();
    game.stdin.write("look around\n");
    return { promptMs, firstWordsMs: (await seen(FIRST_WORDS)) - entered };
  } finally {
    game.stdin.end();
    await ended;
    await rm(data, { recursive: true, force: true });
  }
}
