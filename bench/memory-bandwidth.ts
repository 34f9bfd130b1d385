/**
 * How fast this machine reads memory, which bounds how fast any program can decode: one worker for each processor compares
 * two equal buffers that no cache holds (memcmp reads both). Prints GB/s (10^9 bytes) of all workers together.
 */
import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const BUFFER_BYTES = 128 * 2 ** 20;
const DURATION_MS = 600;

if (isMainThread) {
  const start = new Int32Array(new SharedArrayBuffer(4));
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(new URL(import.meta.url), { workerData: start }),
  );
  await Promise.all(workers.map((worker) => new Promise((ready) => worker.once("message", ready))));
  const rates = workers.map((worker) => new Promise<number>((done) => worker.once("message", done)));
  Atomics.store(start, 0, 1);
  Atomics.notify(start, 0);
  const total = (await Promise.all(rates)).reduce((a, b) => a + b);
  console.log(JSON.stringify(Math.round(total * 10) / 10));
} else {
  const a = Buffer.alloc(BUFFER_BYTES, 1);
  const b = Buffer.alloc(BUFFER_BYTES, 1);
  parentPort!.postMessage(0);
  Atomics.wait(workerData as Int32Array, 0, 0);
  const start = performance.now();
  let bytes = 0;
  while (performance.now() - start < DURATION_MS) {
    Buffer.compare(a, b);
    bytes += 2 * BUFFER_BYTES;
  }
  parentPort!.postMessage(bytes / (performance.now() - start) / 1e6);
}
