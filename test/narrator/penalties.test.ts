/** The rules that lower what was told before, against their published formulas. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { penalizeFrequency } from "../../src/narrator/sampling/frequency-presence.ts";
import { penalizeRepetition, penaltyAt } from "../../src/narrator/sampling/repetition-penalty.ts";

const flat = (penalty: number, range = 64) => ({ penalty, range, slope: 0 });

describe("repetition penalty", () => {
  it("never makes a repeated token likelier, whatever the sign of its logit", () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 2, maxLength: 50 }),
        fc.double({ min: 1, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 10, noNaN: true }),
        (values, penalty, slope) => {
          const logits = Float32Array.from(values);
          penalizeRepetition(logits, [0, 0], { penalty, range: 64, slope }, new Set());
          expect(logits[0]).toBeLessThanOrEqual(values[0]! + 1e-6);
          expect([...logits.slice(1)]).toEqual([...Float32Array.from(values.slice(1))]);
        },
      ),
    );
  });

  it("dividing whatever the sign, as the first games did, makes a repeated token likelier", () => {
    expect(-2 / 1.2).toBeGreaterThan(-2);
    const logits = Float32Array.of(-2);
    penalizeRepetition(logits, [0], flat(1.2), new Set());
    expect(logits[0]).toBeCloseTo(-2.4);
  });

  it("spares exempt tokens and does nothing at 1 or with no range", () => {
    const logits = Float32Array.of(3, 3);
    penalizeRepetition(logits, [0, 1], flat(2), new Set([1]));
    expect([...logits]).toEqual([1.5, 3]);
    penalizeRepetition(logits, [0, 1], flat(1), new Set());
    penalizeRepetition(logits, [0, 1], flat(2, 0), new Set());
    expect([...logits]).toEqual([1.5, 3]);
  });

  it.each([
    // x runs from 1 (latest) to -1; y = s x / (1 + |x| (s - 1)); penalty = 1 + (y + 1) / 2 (p - 1)
    ["slope 1 is linear, latest", 0, 1, 2],
    ["slope 1, middle", 2, 1, 1.5],
    ["slope 1, far end", 4, 1, 1],
    ["slope 3, latest", 0, 3, 2],
    ["slope 3, a quarter back: y = 1.5 / 2", 1, 3, 1.875],
    ["slope 3, middle", 2, 3, 1.5],
    ["slope 3, far end", 4, 3, 1],
    ["slope 0 is off", 4, 0, 2],
  ])("%s", (_, age, slope, expected) => {
    expect(penaltyAt(age, 2, 5, slope)).toBeCloseTo(expected);
  });

  it("uses the latest place of a token, and none beyond the range", () => {
    const logits = Float32Array.of(4, 4, 4);
    penalizeRepetition(logits, [2, 0, 1, 1, 1, 0], { penalty: 2, range: 5, slope: 1 }, new Set());
    expect(logits[0]).toBeCloseTo(2); // one token back, not five
    expect(logits[1]).toBeCloseTo(4 / 1.75);
    expect(logits[2]).toBe(4);
  });
});

describe("frequency and presence", () => {
  const lowered = (frequency: number, presence: number, range = 9, exempt = new Set<number>()) => {
    const logits = Float32Array.of(1, 1, 1);
    penalizeFrequency(logits, [0, 1, 0, 0], { frequency, presence, range }, exempt);
    return [...logits].map((logit) => Number(logit.toFixed(4)));
  };
  it.each([
    ["0 and 0 change nothing", lowered(0, 0), [1, 1, 1]],
    ["frequency counts", lowered(0.5, 0), [-0.5, 0.5, 1]],
    ["presence does not", lowered(0, 0.5), [0.5, 0.5, 1]],
    ["together", lowered(0.5, 0.25), [-0.75, 0.25, 1]],
    ["in the range only", lowered(0.5, 0.25, 2), [-0.25, 1, 1]],
    ["not for exempt tokens", lowered(0.5, 0.25, 9, new Set([0])), [1, 0.25, 1]],
    ["range 0 changes nothing", lowered(0.5, 0.25, 0), [1, 1, 1]],
  ])("%s", (_, result, expected) => expect(result).toEqual(expected));
});
