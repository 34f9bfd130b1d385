/** The dated sections of bench/RESULTS.md. */
import { execFileSync } from "node:child_process";
import { appendFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism, cpus, totalmem } from "node:os";

/** Shows a section and adds it to bench/RESULTS.md. */
export async function report(title: string, paragraphs: readonly string[]): Promise<void> {
  const date = new Date().toISOString().slice(0, 16);
  const section = `\n## ${[date, title].filter(Boolean).join(": ")}\n\n${paragraphs.join("\n\n")}\n`;
  console.log(section);
  await appendFile(new URL("RESULTS.md", import.meta.url), section);
}

/** Processor, memory and versions, with those of `packages` behind. */
export function machine(packages: Readonly<Record<string, string>> = {}): string {
  const ort: { version: string } = createRequire(import.meta.url)("onnxruntime-node/package.json");
  const memory = Math.round(totalmem() / 2 ** 30);
  const processor = `${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} processors, ${memory} GiB`;
  const others = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  const versions = new Set([`Node ${process.version}`, `onnxruntime-node ${ort.version}`, ...others]);
  return `${processor}; ${process.platform} ${process.arch}, ${[...versions].join(", ")}.`;
}

/** The commit that was measured, and whether the program differed from it. */
export function commit(): string {
  try {
    const git = (...words: string[]) =>
      execFileSync("git", words, { cwd: import.meta.dirname, encoding: "utf8" });
    const changed = git("status", "--porcelain", "../src").trim() === "" ? "" : " with changes in src/";
    return `Commit ${git("rev-parse", "--short", "HEAD").trim()}${changed}.`;
  } catch {
    return "Outside of a git checkout.";
  }
}

export function table(titles: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n");
}

function cell(value: string | number): string {
  if (typeof value === "string") return value;
  return value < 100 ? value.toFixed(1) : value.toFixed(0);
}
