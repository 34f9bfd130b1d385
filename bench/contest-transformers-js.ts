/** transformers.js in the comparison: its `generate` on an exported model, streaming token by token. */
import { basename, dirname } from "node:path";
import { type Contest, type Contestant, runContest, SAMPLING } from "./contestant.ts";

/** The part of the library that is used; it is installed on demand, so its own types are not at hand. */
interface Library {
  readonly env: { allowRemoteModels: boolean; localModelPath: string };
  readonly AutoModelForCausalLM: { from_pretrained(name: string, options: object): Promise<Model> };
  readonly Tensor: new (type: "int64", values: BigInt64Array, dimensions: number[]) => object;
  readonly BaseStreamer: new () => object;
}
interface Model {
  generate(options: object): Promise<unknown>;
}

async function open({ model: folder, type, threads }: Contest): Promise<Contestant> {
  const name = "@huggingface/transformers";
  const library: Library = await import(name);
  library.env.allowRemoteModels = false;
  library.env.localModelPath = `${dirname(folder)}/`;
  const start = performance.now();
  const model = await library.AutoModelForCausalLM.from_pretrained(basename(folder), {
    dtype: type,
    device: "cpu",
    local_files_only: true,
    session_options: { intraOpNumThreads: threads },
  });
  const loadMs = performance.now() - start;
  return {
    loadMs,
    async generate(prompt, steps) {
      const size = [1, prompt.length];
      const times: number[] = [];
      class Clock extends library.BaseStreamer {
        put(): void {
          times.push(performance.now());
        }
        end(): void {}
      }
      await model.generate({
        input_ids: new library.Tensor("int64", BigInt64Array.from(prompt, BigInt), size),
        attention_mask: new library.Tensor("int64", new BigInt64Array(prompt.length).fill(1n), size),
        max_new_tokens: steps,
        min_new_tokens: steps,
        do_sample: true,
        temperature: SAMPLING.temperature,
        top_k: SAMPLING.topK,
        streamer: new Clock(),
      });
      return times.slice(1); // the streamer is given the prompt first
    },
  };
}

await runContest(open);
