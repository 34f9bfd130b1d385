/**
 * The thread that computes: holds one model and its sequences and answers the program's messages. Built to
 * dist/model-worker.js. Ending a thread while onnxruntime runs aborts the whole process, so BUSY says when it does.
 */
import { parentPort, workerData } from "node:worker_threads";
import { type AnySession, openAnySession } from "./any-session.ts";
import { closed } from "./closed-error.ts";
import type { OnnxBranches } from "./onnx-branches.ts";
import type { StopSignal } from "./stop-signal.ts";
import {
  BUSY,
  CLOSING,
  STOP,
  toFailure,
  type WorkerAnswers,
  type WorkerReply,
  type WorkerRequest,
} from "./worker-protocol.ts";

interface HostedSequence {
  readonly sequence: ReturnType<AnySession["createSequence"]>;
  readonly signal: StopSignal;
  branches?: OnnxBranches;
}

/** Thrown by a stop signal; never leaves this thread. */
class Stopped extends Error {}

const port = parentPort!;
const control = workerData as Int32Array;
const sequences = new Map<number, HostedSequence>();
let session: AnySession | undefined;

port.on("message", ({ id, request }: { id: number; request: WorkerRequest }) => {
  answer(request).then(
    (value) => reply({ id, answer: value }),
    (error: unknown) => reply({ id, failure: toFailure(error) }),
  );
});

function reply(message: WorkerReply): void {
  port.postMessage(message);
}

async function answer(request: WorkerRequest): Promise<WorkerAnswers[keyof WorkerAnswers]> {
  switch (request.type) {
    case "open":
      session = await openAnySession(request.folder, request.options, whileBusy);
      return undefined;
    case "createSequence":
      sequences.set(request.sequence, hostSequence(request.logits, request.stop));
      return undefined;
    case "evaluate":
      return evaluate(hosted(request.sequence), request.tokens);
    case "score":
      return score(hosted(request.sequence), request.tokens);
    case "branch":
      return branch(hosted(request.sequence), request.from, request.logits);
    case "stepBranches":
      await branchesOf(request.sequence).step(request.tokens);
      return undefined;
    case "feedBranch":
      await branchesOf(request.sequence).feed(request.index, request.tokens);
      return undefined;
    case "forkBranches":
      await branchesOf(request.sequence).fork(request.points, new Float32Array(request.logits));
      return undefined;
    case "keepBranch":
      await branchesOf(request.sequence).keep(request.index);
      return undefined;
    case "disposeBranches":
      await branchesOf(request.sequence).dispose();
      return undefined;
    case "disposeSequence":
      await sequences.get(request.sequence)?.sequence.dispose();
      sequences.delete(request.sequence);
      return undefined;
    case "close":
      return close();
  }
}

/** The answer is sent before the port closes, which lets the thread end. */
async function close(): Promise<undefined> {
  try {
    await session?.close();
  } finally {
    setImmediate(() => port.close());
  }
}

/** BUSY is set before CLOSING is read, so the other side, which does the reverse, cannot miss a run that starts. */
async function whileBusy<T>(work: () => Promise<T>): Promise<T> {
  Atomics.store(control, BUSY, 1);
  try {
    if (Atomics.load(control, CLOSING) === 1) throw closed();
    return await work();
  } finally {
    Atomics.store(control, BUSY, 0);
    Atomics.notify(control, BUSY);
  }
}

function hostSequence(logits: SharedArrayBuffer, stop: SharedArrayBuffer): HostedSequence {
  const flag = new Int32Array(stop);
  const throwIfAborted = () => {
    if (Atomics.load(control, CLOSING) === 1) throw closed();
    if (Atomics.load(flag, STOP) === 1) throw new Stopped();
  };
  return { sequence: session!.createSequence(new Float32Array(logits)), signal: { throwIfAborted } };
}

function hosted(id: number): HostedSequence {
  const found = sequences.get(id);
  if (found === undefined) throw closed();
  return found;
}

async function evaluate(
  { sequence, signal }: HostedSequence,
  tokens: readonly number[],
): Promise<WorkerAnswers["evaluate"]> {
  await sequence.evaluate(tokens, signal).catch(ignoreStop);
  return { evaluated: sequence.tokens.length };
}

async function score(
  { sequence, signal }: HostedSequence,
  tokens: readonly number[],
): Promise<WorkerAnswers["score"]> {
  return sequence.score(tokens, signal).catch(ignoreStop);
}

async function branch(
  host: HostedSequence,
  from: readonly number[],
  logits: SharedArrayBuffer,
): Promise<undefined> {
  if (!("branch" in host.sequence)) throw new Error("this kind of model has no branches");
  host.branches = await host.sequence.branch(from.length, from, new Float32Array(logits));
}

function branchesOf(sequence: number): OnnxBranches {
  const { branches } = hosted(sequence);
  if (branches === undefined) throw closed();
  return branches;
}

function ignoreStop(error: unknown): undefined {
  if (!(error instanceof Stopped)) throw error;
}
