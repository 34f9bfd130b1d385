/** Which runs a sequence asks of its graph, whatever the graph is. */
import { describe, expect, it } from "vitest";
import type { CachedGraph, RowCache } from "../../src/model/cached-graph.ts";
import { CachedSequence } from "../../src/model/cached-sequence.ts";
import type { TokenId } from "../../src/model/types.ts";
import { someTokens } from "./helpers.ts";

class FakeCache implements RowCache {
  length = 0;
  truncate(length: number): void {
    this.length = Math.min(length, this.length);
  }
}

/** Its logits are where the run began and ended: two runs that end alike differ when they begin elsewhere. */
class FakeGraph implements CachedGraph<FakeCache> {
  readonly limits = { positions: 1000, vocabularySize: 300 };
  readonly runs: [start: number, end: number][] = [];
  readonly sliceTokens: number;
  failsAt = Number.POSITIVE_INFINITY;

  constructor(sliceTokens: number) {
    this.sliceTokens = sliceTokens;
  }

  createCache(): FakeCache {
    return new FakeCache();
  }

  async run(cache: FakeCache, tokens: readonly TokenId[]): Promise<Float32Array> {
    const end = cache.length + tokens.length;
    if (end >= this.failsAt) throw new Error("no memory");
    this.runs.push([cache.length, end]);
    const logits = new Float32Array(300).fill(cache.length);
    cache.length = end;
    return logits.fill(end, 1);
  }
}

const tokens = someTokens(400, 300);

describe.each([1, 32, 64, 128])("slices of at most %i tokens", (sliceTokens) => {
  it("end at its multiples, wherever an evaluation begins", async () => {
    const graph = new FakeGraph(sliceTokens);
    const sequence = new CachedSequence(graph);
    for (const length of [5, 300, 301, 40]) await sequence.evaluate(tokens.slice(0, length));
    for (const [start, end] of graph.runs) {
      expect(end - start).toBeLessThanOrEqual(sliceTokens);
      expect(Math.ceil(end / sliceTokens)).toBe(Math.floor(start / sliceTokens) + 1);
    }
  });

  it("are repeated whole when the logits of an earlier place are asked for again", async () => {
    const sequence = new CachedSequence(new FakeGraph(sliceTokens));
    const first = Float32Array.from(await sequence.evaluate(tokens.slice(0, 145)));
    await sequence.evaluate(tokens.slice(0, 146));
    expect(await sequence.evaluate(tokens.slice(0, 145))).toEqual(first);
  });
});

it("forgets everything after a run that failed, and can be used again", async () => {
  const graph = new FakeGraph(32);
  const sequence = new CachedSequence(graph);
  graph.failsAt = 96;
  await expect(sequence.evaluate(tokens)).rejects.toThrow("no memory");
  expect(sequence.tokens).toEqual([]);
  graph.failsAt = Number.POSITIVE_INFINITY;
  await sequence.evaluate(tokens);
  expect(graph.runs.slice(2)[0]).toEqual([0, 32]);
  expect(sequence.tokens).toEqual(tokens);
});
