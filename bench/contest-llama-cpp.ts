/** llama.cpp in the comparison, through node-llama-cpp: one sequence, evaluated token by token. */
import { type Contest, type Contestant, runContest, SAMPLING } from "./contestant.ts";

/** The part of the library that is used; it is installed on demand, so its own types are not at hand. */
interface Library {
  getLlama(options: object): Promise<{ loadModel(options: object): Promise<Model> }>;
  readonly LlamaLogLevel: { readonly error: string };
}
interface Model {
  createContext(options: object): Promise<{ getSequence(): LlamaSequence }>;
}
interface LlamaSequence {
  clearHistory(): Promise<void>;
  evaluate(tokens: readonly number[], options: object): AsyncIterable<number>;
}

async function open({ model: modelPath, threads }: Contest): Promise<Contestant> {
  const name = "node-llama-cpp";
  const library: Library = await import(name);
  const start = performance.now();
  const backend = await library.getLlama({
    gpu: false,
    build: "never",
    skipDownload: true,
    maxThreads: threads,
    logLevel: library.LlamaLogLevel.error,
  });
  const model = await backend.loadModel({ modelPath });
  const context = await model.createContext({
    contextSize: 1024,
    batchSize: 512,
    threads: { ideal: threads, min: threads },
  });
  const sequence = context.getSequence();
  const loadMs = performance.now() - start;
  return {
    loadMs,
    async generate(prompt, steps) {
      await sequence.clearHistory();
      const times: number[] = [];
      const options = { ...SAMPLING, topP: 1, yieldEogToken: true };
      for await (const _ of sequence.evaluate(prompt, options)) {
        times.push(performance.now());
        if (times.length === steps) break;
      }
      return times;
    },
  };
}

await runContest(open);
