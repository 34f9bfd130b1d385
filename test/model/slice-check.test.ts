/** Whether a decoder may be given several tokens at once, found out from its logits alone. */
import { expect, it } from "vitest";
import type { CachedGraph } from "../../src/model/cached-graph.ts";
import { ExportedCache } from "../../src/model/exported/exported-cache.ts";
import { takesSlices } from "../../src/model/exported/slice-check.ts";

/** `logitOf` a row: its position, the place of its token, and how many tokens its run had. */
function graphOf(
  logitOf: (position: number, token: number, count: number) => number,
): CachedGraph<ExportedCache> {
  return {
    limits: { positions: 64, vocabularySize: 10 },
    sliceTokens: 1,
    createCache: () => new ExportedCache({ layers: 0, heads: 1, headSize: 1, type: "float32" }),
    async run(cache, tokens) {
      const start = cache.length;
      cache.replace([], start + tokens.length);
      return Float32Array.from({ length: tokens.length * 10 }, (_, i) =>
        logitOf(start + Math.floor(i / 10), i % 10, tokens.length),
      );
    },
  };
}

it("is so when cuts change little, also where tokens are ruled out", async () => {
  expect(await takesSlices(graphOf((position, token) => position * token))).toBe(true);
  const rulesOut = graphOf((position, token) => (token === 3 ? Number.NEGATIVE_INFINITY : position * token));
  expect(await takesSlices(rulesOut)).toBe(true);
});

it("is not so when they change much, or rule other tokens out", async () => {
  expect(await takesSlices(graphOf((position, token, count) => position * token * count))).toBe(false);
  const rulesOut = graphOf((position, token, count) =>
    token === 3 && count > 1 ? Number.NEGATIVE_INFINITY : position * token,
  );
  expect(await takesSlices(rulesOut)).toBe(false);
});

it("is not asked of a graph that computes no numbers", async () => {
  await expect(takesSlices(graphOf(() => Number.NaN))).rejects.toMatchObject({ code: "model.failed" });
});
