/** A device that does not work here is a reason and the processor, never a crash. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chooseDevice, type DeviceReport } from "../../src/model/device-choice.ts";
import type { Device } from "../../src/model/devices.ts";
import { loadModelOn } from "../../src/model/load-model.ts";
import { EMBER } from "./fixed-files.ts";
import { codeOf, temporaryFolder } from "./helpers.ts";

const root = temporaryFolder();
/** A device that this system's onnxruntime does not have. */
const ABSENT: Device = process.platform === "darwin" ? "dml" : "coreml";

async function fakeProbe(name: string, code: string): Promise<string> {
  const path = join(root, `${name}.mjs`);
  await writeFile(path, `const device = process.argv[2];\n${code}\n`);
  return path;
}

describe("chooseDevice", () => {
  it("takes a device that works", async () => {
    const script = await fakeProbe("works", "console.log(JSON.stringify({ device }));");
    expect(await chooseDevice("cuda", script)).toEqual({ asked: "cuda", used: "cuda" });
  });

  it("takes the first that works when it may choose", async () => {
    const print = `console.log(JSON.stringify(device === "webgpu" ? { device } : { device, problem: "no" }));`;
    const script = await fakeProbe("last", print);
    expect(await chooseDevice("auto", script)).toEqual({ asked: "auto", used: "webgpu" });
  });

  it.each([
    ["a problem", `console.log(JSON.stringify({ device, problem: "no driver" }));`, "no driver"],
    ["a crash", "process.kill(process.pid, 'SIGSEGV');", "its driver crashes"],
    ["noise", "console.error('Warning'); console.log('garbage');", "its driver crashes"],
  ])("takes the processor after %s and says why", async (what, code, reason) => {
    const script = await fakeProbe(what.replace(" ", "-"), code);
    expect(await chooseDevice("cuda", script)).toEqual({ asked: "cuda", used: "cpu", reason });
  });

  it("knows what this system's onnxruntime has not", async () => {
    const report = await chooseDevice(ABSENT);
    expect(report).toMatchObject({ used: "cpu", reason: expect.stringContaining(`has no ${ABSENT}`) });
  });

  it("starts nothing for the processor", async () => {
    expect(await chooseDevice("cpu", join(root, "nothing.mjs"))).toEqual({ asked: "cpu", used: "cpu" });
  });
});

describe("loadModelOn", () => {
  it("plays on the processor instead, and says so", async () => {
    const reports: DeviceReport[] = [];
    const onDevice = (report: DeviceReport) => reports.push(report);
    const model = await loadModelOn(EMBER, { device: ABSENT, threads: 1, onDevice });
    const sequence = await model.createSequence();
    expect((await sequence.evaluate([1, 2])).every(Number.isFinite)).toBe(true);
    expect(reports).toEqual([{ asked: ABSENT, used: "cpu", reason: expect.any(String) }]);
    await model.dispose();
  });

  it("gives the model's own error when there is no model", async () => {
    expect(await codeOf(loadModelOn(join(root, "nowhere"), { device: "auto" }))).toBe("model.missing");
  });
});
