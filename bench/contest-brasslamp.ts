/** Our side of the comparison: an imported model, opened and sampled as the narrator does. */
import { generateWith } from "../src/model/benchmark.ts";
import { openModel } from "../src/model/onnx-model.ts";
import { createRng } from "../src/narrator/rng.ts";
import { sampleToken } from "../src/narrator/sampling/chain.ts";
import { NEUTRAL } from "../src/narrator/sampling/dials.ts";
import { type Contest, type Contestant, runContest, SAMPLING } from "./contestant.ts";

async function open({ model: folder, threads }: Contest): Promise<Contestant> {
  const start = performance.now();
  const model = await openModel(folder, { threads });
  const sequence = await model.createSequence();
  const loadMs = performance.now() - start;
  const settings = { ...NEUTRAL, ...SAMPLING };
  const classes = { exempt: new Set<number>(), breakers: new Set<number>() };
  const rng = createRng(1);
  return {
    loadMs,
    generate: generateWith(sequence, (logits, tokens) => {
      const state = { history: tokens, banned: [] };
      return sampleToken(logits, settings, classes, state, rng).token;
    }),
  };
}

await runContest(open);
