/** The chain as a whole: its order, its neutral values, what it says about itself, and why it chose a token. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../src/narrator/rng.ts";
import {
  deriveChain,
  describeChain,
  type SamplingState,
  sampleToken,
  traceToken,
} from "../../src/narrator/sampling/chain.ts";
import {
  DIAL_NAMES,
  DIALS,
  NEUTRAL,
  parseSettings,
  type SamplingSettings,
} from "../../src/narrator/sampling/dials.ts";
import { PRESETS } from "../../src/narrator/settings.ts";
import { STYLES, settingsOf } from "../../src/narrator/style.ts";
import { codeOf } from "../code-of.ts";

const classes = { exempt: new Set<number>(), breakers: new Set<number>() };

function sample(
  settings: Partial<SamplingSettings>,
  logits: readonly number[],
  state: Partial<SamplingState> = {},
) {
  const full = { history: [], banned: [], ...state };
  return sampleToken(Float32Array.from(logits), { ...NEUTRAL, ...settings }, classes, full, createRng(3));
}

describe("the chain", () => {
  it("is greedy at temperature 0", () => {
    expect(sample({ temperature: 0 }, [1, 5, 4]).token).toBe(1);
  });
  it("obeys bans and biases, bans last", () => {
    expect(sample({ temperature: 0 }, [1, 5, 4], { banned: [1] }).token).toBe(2);
    expect(sample({ temperature: 0 }, [1, 5, 4], { biases: new Map([[2, 2]]) }).token).toBe(2);
    expect(sample({ temperature: 0 }, [1, 5, 4], { banned: [2], biases: new Map([[2, 99]]) }).token).toBe(1);
  });
  it("applies the penalty within its range only", () => {
    const settings = { temperature: 0, repetitionPenalty: 2, repetitionRange: 1 };
    expect(sample(settings, [1, 5, 4], { history: [1] }).token).toBe(2);
    expect(sample(settings, [1, 5, 4], { history: [1, 0] }).token).toBe(1);
  });
  it("gives the same token for the same seed", () => {
    const logits = Array.from({ length: 100 }, (_, i) => Math.sin(i));
    expect(sample({}, logits)).toEqual(sample({}, logits));
  });
  it("carries Mirostat's bound from one token to the next and keeps none itself", () => {
    const settings = { mirostatTarget: 1, mirostatRate: 0.5 };
    const first = sample(settings, [0, 0, 0, 0]); // bound 2, surprise 2 bits: 2 - 0.5 (2 - 1)
    expect(first.bound).toBeCloseTo(1.5);
    expect(sample(settings, [0, 0, 0, 0], { bound: 1.5 })).toEqual({ token: 0, bound: 1 });
    expect(sample(settings, [0, 0, 0, 0])).toEqual(first);
  });

  /** One setting alone, far from neutral, that must matter to some of these draws. */
  const strong: Partial<Record<keyof SamplingSettings, Partial<SamplingSettings>>> = {
    repetitionPenalty: { repetitionPenalty: 3 },
    repetitionRange: { repetitionPenalty: 3, repetitionRange: 1 },
    repetitionSlope: { repetitionPenalty: 3, repetitionRange: 4, repetitionSlope: 9 },
    frequencyPenalty: { frequencyPenalty: 2 },
    presencePenalty: { presencePenalty: 2 },
    dryMultiplier: { dryMultiplier: 5 },
    dryBase: { dryMultiplier: 1, dryBase: 4, dryAllowedLength: 1 },
    dryAllowedLength: { dryMultiplier: 5, dryAllowedLength: 20 },
    noRepeatNgram: { noRepeatNgram: 2 },
    temperature: { temperature: 0.1 },
    topK: { topK: 1 },
    topP: { topP: 0.1 },
    minP: { minP: 0.9 },
    topA: { topA: 1 },
    typicalP: { typicalP: 0.1 },
    mirostatTarget: { mirostatTarget: 0.5 },
    mirostatRate: { mirostatTarget: 1.5, mirostatRate: 1 },
    guidance: { guidance: 1 },
    knownWords: { knownWords: 1 },
  };
  const unguided = Float32Array.from([2, 1, 0, 2, 0, -1]);
  const history = [3, 1, 2, 0, 3, 1, 2, 0, 1, 2];
  const draws = (settings: Partial<SamplingSettings>) => {
    const rng = createRng(5);
    let bound: number | undefined;
    return Array.from({ length: 60 }, (_, i) => {
      const logits = Float32Array.from([2, 1.8, 1.5, 1.2, 0.5, -1], (logit) => logit + Math.sin(i) / 4);
      const spells = (token: number) => token !== 1;
      const state = { history, banned: [], unguided, spells, ...(bound === undefined ? {} : { bound }) };
      const sampled = sampleToken(logits, { ...NEUTRAL, ...settings }, classes, state, rng);
      bound = sampled.bound;
      return sampled.token;
    });
  };
  // These two are the passage writer's business: see answering.test.ts.
  const chained = DIAL_NAMES.filter((name) => name !== "candidates" && name !== "focus");
  it.each(chained)("%s acts, and does nothing at its neutral value", (name) => {
    expect(strong[name]).toBeDefined();
    const settings = strong[name]!;
    expect(draws(settings)).not.toEqual(draws({ ...settings, [name]: DIALS[name].neutral }));
    if (Object.keys(settings).length === 1) expect(draws({ [name]: DIALS[name].neutral })).toEqual(draws({}));
  });
});

describe("the chain as data", () => {
  it("lists what acts, in order", () => {
    expect(deriveChain(NEUTRAL).map(({ name }) => name)).toEqual(["bias", "ban"]);
    expect(describeChain({ ...NEUTRAL, temperature: 0.7, repetitionPenalty: 1.12, mirostatTarget: 3 })).toBe(
      "bias, repetition-penalty 1.12 160 0, ban, temperature 0.7, mirostat 3 0.1",
    );
    expect(describeChain(PRESETS.steady)).toBe(
      "guidance 0.5, bias, repetition-penalty 1.12 160 0, dry 0.8 1.75 3, no-repeat-ngram 8, ban, temperature 0.65, " +
        "top-k 60, known-words 1, top-p 0.92, min-p 0.04",
    );
  });

  it("accepts its presets and neutral values, and nothing strange", () => {
    for (const settings of [NEUTRAL, ...Object.values(PRESETS)])
      expect(parseSettings(settings)).toEqual(settings);
    expect(codeOf(() => parseSettings({ ...NEUTRAL, topR: 1 }))).toBe("option.unknown");
    for (const wrong of [
      { ...NEUTRAL, topK: 1.5 },
      { ...NEUTRAL, topP: 0 },
      { ...NEUTRAL, minP: Number.NaN },
      {},
      null,
    ])
      expect(codeOf(() => parseSettings(wrong))).toBe("option.outOfRange");
  });

  it("any settings in range sample one of the tokens", () => {
    const setting = (name: keyof SamplingSettings) => {
      const { least, most, isWhole } = DIALS[name];
      return isWhole
        ? fc.integer({ min: least, max: most })
        : fc.double({ min: least, max: most, noNaN: true });
    };
    const settings = fc.record(Object.fromEntries(DIAL_NAMES.map((name) => [name, setting(name)])));
    fc.assert(
      fc.property(settings, fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 40 }), (dials, told) => {
        const { token } = sample(dials, [3, 2, 1, 0, -1, -2, -3, -4], { history: told });
        expect(token).toBeGreaterThanOrEqual(0);
        expect(token).toBeLessThan(8);
      }),
    );
  });
});

describe("a style", () => {
  it("is a preset with changes, by the names that players type", () => {
    expect(settingsOf()).toEqual(PRESETS.steady);
    expect(settingsOf({ preset: "vivid", dials: { "top-p": 0.5 } })).toEqual({ ...PRESETS.vivid, topP: 0.5 });
    expect(STYLES.presets.steady).toMatchObject({ temperature: 0.65, "dry-allowed-length": 3 });
    expect(STYLES.dials.map(({ name }) => name)).toContain("no-repeat-ngram");
  });
  it.each([
    [{ preset: "wild", dials: {} }, "option.unknown"],
    [{ preset: "constructor", dials: {} }, "option.unknown"],
    [{ dials: { topP: 0.5 } }, "option.unknown"],
    [{ dials: { "top-p": 1.5 } }, "option.outOfRange"],
  ])("%j is refused", (style, code) => {
    expect(codeOf(() => settingsOf(style))).toBe(code);
  });
});

describe("why a token was chosen", () => {
  const LOGITS = [3, 2, 1, 0, -1, -2, -3];
  const trace = (settings: Partial<SamplingSettings>, state: Partial<SamplingState> = {}, picked = 0) => {
    const full = { history: [], banned: [], ...state };
    return traceToken(Float32Array.from(LOGITS), { ...NEUTRAL, ...settings }, classes, full, picked);
  };
  const probabilityOf = (logit: number) =>
    Math.exp(logit) / LOGITS.reduce((total, other) => total + Math.exp(other), 0);

  it("gives the model's own five likeliest with their probabilities, and the picked one's", () => {
    const { candidates, token, probability } = trace({}, {}, 6);
    expect(candidates.map((candidate) => candidate.token)).toEqual([0, 1, 2, 3, 4]);
    expect(candidates[1]!.probability).toBeCloseTo(probabilityOf(2));
    expect(candidates.flatMap(({ effects }) => effects)).toEqual([]);
    expect([token, probability]).toEqual([6, expect.closeTo(probabilityOf(-3))]);
  });

  it("names every rule that lowered a token and the one that removed it", () => {
    const settings = { repetitionPenalty: 2, presencePenalty: 0.25, topK: 2 };
    const { candidates } = trace(settings, { history: [0], banned: [1], biases: new Map([[3, 2]]) });
    expect(candidates.map(({ effects }) => effects)).toEqual([
      ["repetition-penalty -1.50", "presence-penalty -0.25"],
      ["removed by ban"],
      ["removed by top-k"],
      ["bias +2.00"],
      ["removed by top-k"],
    ]);
  });

  it("follows the list through every filter", () => {
    const removed = (settings: Partial<SamplingSettings>) =>
      trace(settings).candidates.map(({ effects }) => effects[0]);
    expect(removed({ temperature: 0 })).toEqual([undefined, ...Array(4).fill("removed by temperature")]);
    expect(removed({ minP: 0.3 })).toEqual([undefined, undefined, ...Array(3).fill("removed by min-p")]);
    expect(removed({ mirostatTarget: 0.5 })[4]).toBe("removed by mirostat");
  });

  it("removes exactly what is never sampled", () => {
    const settings = { temperature: 0.8, topP: 0.9, minP: 0.02 };
    const rng = createRng(2);
    const state = { history: [], banned: [2] };
    const sampled = new Set(
      Array.from({ length: 2000 }, () => {
        const logits = Float32Array.from(LOGITS);
        return sampleToken(logits, { ...NEUTRAL, ...settings }, classes, state, rng).token;
      }),
    );
    const kept = trace(settings, state).candidates.filter(({ effects }) => effects.length === 0);
    expect(kept.map(({ token }) => token)).toEqual([...sampled].sort());
  });
});
