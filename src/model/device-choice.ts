/** Finds out which device computes: the one asked for if it works here, else the processor, and why. */
import { execFile } from "node:child_process";
import type { ProbeResult } from "./device-probe.ts";
import { ACCELERATORS, type Device, type DeviceChoice } from "./devices.ts";
import { DEVICE_PROBE } from "./package-paths.ts";

/** What computes a model. `reason` says why it is not what was asked for. */
export interface DeviceReport {
  readonly asked: DeviceChoice;
  readonly used: Device;
  readonly reason?: string;
}

/** Drivers have been seen to need seconds at their first start. */
const LONGEST_PROBE_MS = 20_000;

/** Starts a probe in a process of its own unless `cpu` is asked for; `script` is for tests. Never throws. */
export async function chooseDevice(asked: DeviceChoice, script = DEVICE_PROBE): Promise<DeviceReport> {
  if (asked === "cpu") return { asked, used: "cpu" };
  const candidates = asked === "auto" ? ACCELERATORS : [asked];
  const problems: string[] = [];
  for (const device of candidates) {
    const { problem } = await probe(device, script);
    if (problem === undefined) return { asked, used: device };
    problems.push(problem);
  }
  return { asked, used: "cpu", reason: asked === "auto" ? "nothing faster works here" : problems.join("; ") };
}

function probe(device: Device, script: string): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const options = { timeout: LONGEST_PROBE_MS, killSignal: "SIGKILL" as const };
    execFile(process.execPath, [script, device], options, (error, stdout) => {
      const result = parseResult(stdout);
      if (result !== undefined) resolve(result);
      else resolve({ device, problem: `its driver ${error?.killed ? "does not answer" : "crashes"}` });
    });
  });
}

function parseResult(stdout: string): ProbeResult | undefined {
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}
