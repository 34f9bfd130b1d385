/**
 * The program's end of the model's thread: matches answers to requests, and sees to it that the thread is never ended while
 * native code runs in it, also when the program calls process.exit.
 */
import { Worker } from "node:worker_threads";
import { AppError, messageOf } from "../shared/errors.ts";
import { closed } from "./closed-error.ts";
import { MODEL_WORKER } from "./package-paths.ts";
import {
  BUSY,
  CLOSING,
  CONTROL_LENGTH,
  fromFailure,
  type WorkerAnswers,
  type WorkerReply,
  type WorkerRequest,
} from "./worker-protocol.ts";

/** Seconds after which a run that does not end is taken for lost. */
const LONGEST_SLICE_S = 30;

interface PendingCall {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export class WorkerLink {
  readonly #control = new Int32Array(new SharedArrayBuffer(CONTROL_LENGTH * Int32Array.BYTES_PER_ELEMENT));
  readonly #pending = new Map<number, PendingCall>();
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  readonly #beforeExit = () => this.#waitUntilIdle();
  #nextId = 0;
  #isAlive = true;
  #closing: Promise<void> | undefined;

  /** Starts the thread; `script` is for tests of threads that die. */
  constructor(script = MODEL_WORKER) {
    this.#worker = new Worker(script, { workerData: this.#control, execArgv: [] });
    this.#worker.on("message", (reply: WorkerReply) => this.#settle(reply));
    this.#worker.on("error", (error) => this.#rejectAll(crashed(messageOf(error))));
    this.#ended = new Promise((resolve) => {
      this.#worker.on("exit", (code) => {
        this.#isAlive = false;
        process.off("exit", this.#beforeExit);
        this.#rejectAll(this.#closing === undefined ? crashed(`exit code ${code}`) : closed());
        resolve();
      });
    });
    this.#worker.unref();
    process.on("exit", this.#beforeExit);
  }

  /** Sends a request. Throws what the thread threw, `model.crashed` when it dies, `model.closed` after `close`. */
  call<R extends WorkerRequest>(request: R): Promise<WorkerAnswers[R["type"]]> {
    if (this.#closing !== undefined) return Promise.reject(closed());
    return this.#send(request);
  }

  /** Lets the slice that is running finish, frees the model and ends the thread. May be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    Atomics.store(this.#control, CLOSING, 1);
    await this.#send({ type: "close" }).catch(() => {});
    await this.#ended;
  }

  async #send<R extends WorkerRequest>(request: R): Promise<WorkerAnswers[R["type"]]> {
    if (!this.#isAlive) throw crashed("it has ended before");
    const id = this.#nextId++;
    this.#worker.ref();
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    this.#worker.postMessage({ id, request });
    return (await answer) as WorkerAnswers[R["type"]];
  }

  #settle(reply: WorkerReply): void {
    const call = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    // A program that is only waiting for the next call may end.
    if (this.#pending.size === 0 && this.#closing === undefined) this.#worker.unref();
    if ("failure" in reply) call?.reject(fromFailure(reply.failure));
    else call?.resolve(reply.answer);
  }

  #rejectAll(error: Error): void {
    for (const call of this.#pending.values()) call.reject(error);
    this.#pending.clear();
  }

  /** Runs as the process exits: blocks it for the rest of one slice rather than let it abort. */
  #waitUntilIdle(): void {
    Atomics.store(this.#control, CLOSING, 1);
    for (let waited = 0; waited < LONGEST_SLICE_S && Atomics.load(this.#control, BUSY) === 1; waited++)
      Atomics.wait(this.#control, BUSY, 1, 1000);
  }
}

function crashed(seen: string): AppError {
  return new AppError("model.crashed", `The model's thread has died: ${seen}.`, {
    hint: "Start the program again; your adventure is saved.",
  });
}
