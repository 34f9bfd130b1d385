import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../src/narrator/rng.ts";
import { candidatesFrom, pick, topCandidates } from "../../src/narrator/sampling/candidates.ts";
import { applyDry } from "../../src/narrator/sampling/dry.ts";
import { applyMinP } from "../../src/narrator/sampling/min-p.ts";
import { applyMirostat, firstBound, nextBound } from "../../src/narrator/sampling/mirostat.ts";
import { banRepeatedNgrams } from "../../src/narrator/sampling/no-repeat-ngram.ts";
import { applyTemperature } from "../../src/narrator/sampling/temperature.ts";
import { applyTopA } from "../../src/narrator/sampling/top-a.ts";
import { applyTopK } from "../../src/narrator/sampling/top-k.ts";
import { applyTopP } from "../../src/narrator/sampling/top-p.ts";
import { applyTypical } from "../../src/narrator/sampling/typical.ts";

type Filter = (candidates: ReturnType<typeof candidatesFrom>) => void;

/** Candidates with the given probabilities, which must fall. */
function list(probabilities: readonly number[]) {
  return candidatesFrom(
    Int32Array.from(probabilities, (_, i) => i),
    Float32Array.from(probabilities, (p) => Math.log(p)),
  );
}

function after(probabilities: readonly number[], filter: Filter): number[] {
  const candidates = list(probabilities);
  filter(candidates);
  return [...candidates.probabilities.slice(0, candidates.size)];
}

const even = [0.4, 0.3, 0.2, 0.1];

describe("filters against closed forms", () => {
  const table: [string, readonly number[], Filter, readonly number[]][] = [
    ["top-k 0 changes nothing", even, (c) => applyTopK(c, 0), even],
    ["top-k 2", even, (c) => applyTopK(c, 2), [4 / 7, 3 / 7]],
    ["top-k beyond the list", even, (c) => applyTopK(c, 99), even],
    ["top-p 1 changes nothing", even, (c) => applyTopP(c, 1), even],
    ["top-p 0.7 ends on its edge", even, (c) => applyTopP(c, 0.69), [4 / 7, 3 / 7]],
    ["top-p 0.71 takes one more", even, (c) => applyTopP(c, 0.71), [4 / 9, 3 / 9, 2 / 9]],
    ["top-p near 0 keeps one", even, (c) => applyTopP(c, 0.001), [1]],
    ["min-p 0 changes nothing", even, (c) => applyMinP(c, 0), even],
    ["min-p 0.5", even, (c) => applyMinP(c, 0.49), [4 / 9, 3 / 9, 2 / 9]],
    ["min-p 1 keeps the best", even, (c) => applyMinP(c, 1), [1]],
    ["temperature 1 changes nothing", even, (c) => applyTemperature(c, 1), even],
    ["temperature 0 is greedy", even, (c) => applyTemperature(c, 0), [1]],
    ["temperature 0.5 squares", even, (c) => applyTemperature(c, 0.5), [16 / 30, 9 / 30, 4 / 30, 1 / 30]],
    ["temperature 2 takes roots", [0.8, 0.2], (c) => applyTemperature(c, 2), [2 / 3, 1 / 3]],
    ["top-a 0 changes nothing", even, (c) => applyTopA(c, 0), even],
    ["top-a 1 keeps what reaches 0.16", even, (c) => applyTopA(c, 1), [4 / 9, 3 / 9, 2 / 9]],
    [
      "top-a is mild when nothing is sure",
      [0.25, 0.25, 0.25, 0.25],
      (c) => applyTopA(c, 1),
      [0.25, 0.25, 0.25, 0.25],
    ],
    ["typical 1 changes nothing", even, (c) => applyTypical(c, 1), even],
    // entropy 1.28 nats, surprises 0.92 1.20 1.61 2.30: 0.3 is nearest, then 0.2, then 0.4
    ["typical 0.3 keeps the most typical", even, (c) => applyTypical(c, 0.29), [1]],
    ["typical 0.5 drops the likeliest", even, (c) => applyTypical(c, 0.49), [3 / 5, 2 / 5]],
    ["typical 0.6 keeps the order", even, (c) => applyTypical(c, 0.6), [4 / 9, 3 / 9, 2 / 9]],
    ["mirostat: 2 bits allow 1/4 and more", even, (c) => applyMirostat(c, 2), [4 / 7, 3 / 7]],
    ["mirostat: a wide bound changes nothing", even, (c) => applyMirostat(c, 4), even],
    ["mirostat keeps one whatever the bound", even, (c) => applyMirostat(c, -1), [1]],
    ["one candidate survives everything", [1], (c) => applyTopP(c, 0.1), [1]],
  ];
  it.each(table)("%s", (_, before, filter, expected) => {
    const result = after(before, filter);
    expect(result).toHaveLength(expected.length);
    expected.forEach((p, i) => expect(result[i]).toBeCloseTo(p, 5));
  });
});

const logitsArbitrary = fc.array(fc.float({ min: -30, max: 30, noNaN: true }), {
  minLength: 1,
  maxLength: 400,
});

describe("candidates", () => {
  it("are the largest logits, sorted, with ties by id", () => {
    fc.assert(
      fc.property(logitsArbitrary, fc.integer({ min: 1, max: 50 }), (values, limit) => {
        const logits = Float32Array.from(values);
        const expected = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b).slice(0, limit);
        const found = topCandidates(logits, limit);
        expect([...found.logits]).toEqual(expected.map((id) => logits[id]));
        expect(new Set(found.ids).size).toBe(found.ids.length);
      }),
    );
  });

  it("leave out what is ruled out and what is not a number", () => {
    const found = topCandidates(Float32Array.of(Number.NaN, 1, Number.NEGATIVE_INFINITY, 2), 10);
    expect([...found.ids]).toEqual([3, 1]);
  });

  it("are never empty", () => {
    expect(topCandidates(Float32Array.of(Number.NEGATIVE_INFINITY), 5).size).toBe(1);
  });

  it("are picked in proportion to their probabilities", () => {
    const rng = createRng(7);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 20_000; i++) counts[pick(list(even), rng)]!++;
    even.forEach((p, i) => expect(counts[i]! / 20_000).toBeCloseTo(p, 1));
  });

  it("filters keep a non-empty sorted head whatever their settings", () => {
    fc.assert(
      fc.property(
        logitsArbitrary,
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        fc.nat(30),
        (values, p, k) => {
          const candidates = topCandidates(Float32Array.from(values), 64);
          const before = [...candidates.ids];
          applyTemperature(candidates, p * 3);
          applyTopK(candidates, k);
          applyTopP(candidates, p);
          applyMinP(candidates, p);
          applyTopA(candidates, p);
          applyMirostat(candidates, 10 * p);
          expect(candidates.size).toBeGreaterThan(0);
          expect([...candidates.ids.slice(0, candidates.size)]).toEqual(before.slice(0, candidates.size));
          const sum = candidates.probabilities.slice(0, candidates.size).reduce((a, b) => a + b, 0);
          expect(sum).toBeCloseTo(1, 4);
        },
      ),
    );
  });
});

describe("typical", () => {
  it("keeps some of the list, sorted, with the logits they had", () => {
    fc.assert(
      fc.property(logitsArbitrary, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, p) => {
        const candidates = topCandidates(Float32Array.from(values), 64);
        applyTypical(candidates, p);
        expect(candidates.size).toBeGreaterThan(0);
        const kept = [...candidates.logits.slice(0, candidates.size)];
        expect(kept).toEqual(kept.toSorted((a, b) => b - a));
        kept.forEach((logit, i) => expect(logit).toBe(Math.fround(values[candidates.ids[i]!]!)));
      }),
    );
  });
});

describe("mirostat", () => {
  it("moves its bound by the surprise beyond the target", () => {
    expect(firstBound(3)).toBe(6);
    expect(nextBound(6, 1 / 8, { target: 3, rate: 0.1 })).toBeCloseTo(6);
    expect(nextBound(6, 1 / 32, { target: 3, rate: 0.1 })).toBeCloseTo(5.8);
    expect(nextBound(6, 1, { target: 3, rate: 0.5 })).toBeCloseTo(7.5);
  });

  it.each([1, 2, 3])("holds the surprise near %d bits", (target) => {
    const rng = createRng(11);
    const zipf = Array.from({ length: 64 }, (_, i) => 1 / (i + 1));
    const total = zipf.reduce((a, b) => a + b, 0);
    let bound = firstBound(target);
    let sum = 0;
    for (let i = 0; i < 4000; i++) {
      const candidates = list(zipf.map((weight) => weight / total));
      applyMirostat(candidates, bound);
      const probability = zipf[pick(candidates, rng)]! / total;
      sum += -Math.log2(probability);
      bound = nextBound(bound, probability, { target, rate: 0.1 });
    }
    // this list cannot surprise by less than its head does, 2.25 bits
    expect(sum / 4000).toBeCloseTo(Math.max(target, -Math.log2(1 / total)), 1);
  });
});

describe("no-repeat n-gram", () => {
  const banned = (history: number[], n: number) => {
    const logits = new Float32Array(6);
    banRepeatedNgrams(logits, history, n);
    return [...logits.keys()].filter((i) => logits[i] === Number.NEGATIVE_INFINITY);
  };
  it.each([
    ["completes a trigram", [1, 2, 3, 1, 2], 3, [3]],
    ["two ways to complete", [1, 2, 3, 1, 2, 4, 1, 2], 3, [3, 4]],
    ["nothing to complete", [1, 2, 3, 4], 3, []],
    ["bigram of equal tokens", [5, 5], 2, [5]],
    ["too short a history", [1], 3, []],
    ["0 is off", [1, 2, 1, 2], 0, []],
  ] as [string, number[], number, number[]][])("%s", (_, history, n, expected) => {
    expect(banned(history, n)).toEqual(expected);
  });

  it("a sampled history never contains an n-gram twice", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 4 }), (seed, n) => {
        const rng = createRng(seed);
        const history: number[] = [];
        for (let i = 0; i < 60; i++) {
          const logits = new Float32Array(12);
          banRepeatedNgrams(logits, history, n);
          if (logits.every((logit) => logit === Number.NEGATIVE_INFINITY)) break;
          history.push(pick(topCandidates(logits, 12), rng));
        }
        const grams = history.slice(n - 1).map((_, i) => history.slice(i, i + n).join());
        expect(new Set(grams).size).toBe(grams.length);
      }),
    );
  });
});

describe("DRY", () => {
  const settings = { multiplier: 0.8, base: 1.75, allowedLength: 2 };
  const penalties = (history: number[], breakers = new Set<number>()) => {
    const logits = new Float32Array(8);
    applyDry(logits, history, settings, breakers);
    return Object.fromEntries([...logits.entries()].filter(([, logit]) => logit !== 0));
  };
  it("leaves runs below the allowed length alone", () => {
    expect(penalties([1, 2, 3, 1])).toEqual({});
  });
  it("grows with the length of the run", () => {
    expect(penalties([1, 2, 3, 1, 2])[3]).toBeCloseTo(-0.8);
    expect(penalties([0, 1, 2, 3, 0, 1, 2])[3]).toBeCloseTo(-0.8 * 1.75);
    expect(penalties([7, 0, 1, 2, 3, 7, 0, 1, 2])[3]).toBeCloseTo(-0.8 * 1.75 ** 2);
  });
  it("ends a run at a breaker", () => {
    expect(penalties([1, 2, 3, 1, 2], new Set([2]))).toEqual({});
    expect(penalties([0, 1, 2, 3, 0, 1, 2], new Set([0]))[3]).toBeCloseTo(-0.8);
  });
  it("stays finite on a long loop", () => {
    const logits = new Float32Array(8);
    applyDry(logits, Array(900).fill(1), settings, new Set());
    expect(Number.isFinite(logits[1])).toBe(true);
    expect(logits[1]).toBeLessThan(-1000);
  });
});

describe("the generator", () => {
  it("repeats itself for a seed, differs between seeds and is uniform", () => {
    const draw = (seed: number) => Array.from({ length: 4000 }, createRng(seed));
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
    const mean = draw(5).reduce((a, b) => a + b, 0) / 4000;
    expect(mean).toBeCloseTo(0.5, 1);
    expect(draw(5).every((x) => x >= 0 && x < 1)).toBe(true);
  });
});
