/** The line a progress bar draws. */
import { describe, expect, it } from "vitest";
import { ProgressBar, progressLine } from "../../src/cli/progress.ts";

describe("progressLine", () => {
  it.each([
    [0, 0, `Work [${"-".repeat(24)}]   0 %`],
    [0.25, 500, `Work [${"#".repeat(6)}${"-".repeat(18)}]  25 %`],
    [0.25, 4000, `Work [${"#".repeat(6)}${"-".repeat(18)}]  25 %, 12 s left`],
    [0.1, 60_000, `Work [${"#".repeat(2)}${"-".repeat(22)}]  10 %, 9 min left`],
    [0.999, 10_000, `Work [${"#".repeat(24)}]  99 %, 1 s left`],
    [1, 10_000, `Work [${"#".repeat(24)}] 100 %, 0 s left`],
  ])("%f after %i ms", (fraction, elapsedMs, line) => {
    expect(progressLine("Work", fraction, elapsedMs)).toBe(line);
  });
});

describe("ProgressBar", () => {
  const stream = (isTTY: boolean) => {
    const written: string[] = [];
    const fake = { isTTY, columns: 20, write: (text: string) => written.push(text) };
    return { written, fake: fake as unknown as NodeJS.WriteStream };
  };

  it("draws nothing where there is no terminal", () => {
    const { written, fake } = stream(false);
    new ProgressBar("Work", fake).update(0.5);
    expect(written).toEqual([]);
  });

  it("stays within the terminal's width and wipes itself at the end", () => {
    const { written, fake } = stream(true);
    const bar = new ProgressBar("Work", fake);
    bar.update(0.5);
    expect(written[0]).toBe("\rWork [############-\u001b[K");
    bar.update(1);
    bar.end();
    expect(written.slice(2)).toEqual(["\r\u001b[K"]);
  });
});
