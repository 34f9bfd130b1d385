/**
 * A program of its own, built to dist/device-probe.js: tries the devices named as arguments, one after the other, and prints
 * what happened to each as JSON. Loading a driver may print, hang or crash, none of which may happen to a game.
 */
import { env, InferenceSession, listSupportedBackends } from "onnxruntime-node";
import { messageOf } from "../shared/errors.ts";
import { smallestGraph } from "./smallest-graph.ts";

/** One line of what the probe prints: why the device cannot be used, or nothing when it can. */
export interface ProbeResult {
  readonly device: string;
  readonly problem?: string;
}

async function probe(device: string): Promise<ProbeResult> {
  const isKnown = listSupportedBackends().some((backend) => backend.name === device);
  if (!isKnown)
    return { device, problem: `onnxruntime for ${process.platform} ${process.arch} has no ${device}` };
  try {
    const session = await InferenceSession.create(smallestGraph(), {
      executionProviders: [device],
      logSeverityLevel: 4,
    });
    await session.release();
    return { device };
  } catch (error) {
    return { device, problem: firstSentence(messageOf(error)) };
  }
}

/** onnxruntime puts the place in its own sources first and may go on for many lines. */
function firstSentence(message: string): string {
  const line = message.trim().split("\n")[0]!;
  const plain = line.replace(/^\/\S+:\d+ .*? was false\. /, "").replace(/^OrtSession\w+: /, "");
  return plain.replace(/[.\s]+$/, "").slice(0, 200);
}

env.logLevel = "fatal";
for (const device of process.argv.slice(2)) process.stdout.write(`${JSON.stringify(await probe(device))}\n`);
