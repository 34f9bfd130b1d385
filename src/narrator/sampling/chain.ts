/**
 * From logits to one token: rules change single logits by what was said before, then filters shorten the list of the
 * most likely ones, then a coin picks. The chain is data: a row for each member, in the order in which they act, with the
 * dials it reads (dials.ts). It keeps no state; what must be carried from one token to the next goes in and comes out.
 */
import type { TokenId } from "../../model/types.ts";
import type { Rng } from "../rng.ts";
import { type Candidates, pick, topCandidates } from "./candidates.ts";
import { DIALS, type DialName, type SamplingSettings } from "./dials.ts";
import { applyDry } from "./dry.ts";
import { penalizeFrequency } from "./frequency-presence.ts";
import { guide } from "./guidance.ts";
import { applyKnownWords } from "./known-words.ts";
import { applyMinP } from "./min-p.ts";
import { applyMirostat, firstBound, nextBound } from "./mirostat.ts";
import { banRepeatedNgrams } from "./no-repeat-ngram.ts";
import { penalizeRepetition } from "./repetition-penalty.ts";
import { applyTemperature } from "./temperature.ts";
import { TokenTracer, type TracedToken } from "./token-tracer.ts";
import { applyTopA } from "./top-a.ts";
import { applyTopK } from "./top-k.ts";
import { applyTopP } from "./top-p.ts";
import { applyTypical } from "./typical.ts";

/** Tokens with a special part in the rules; they depend on the vocabulary, so they are looked up once for a model. */
export interface TokenClasses {
  /** Never penalised for occurring again. */
  readonly exempt: ReadonlySet<TokenId>;
  /** End a repeated run. */
  readonly breakers: ReadonlySet<TokenId>;
}

/** What is known at one step. */
export interface SamplingState {
  /** The story's tokens so far (actions and passages, no header), oldest first. */
  readonly history: readonly TokenId[];
  /** Tokens that may not come next. */
  readonly banned: Iterable<TokenId>;
  /** Added to single logits; negative makes a token rarer. */
  readonly biases?: ReadonlyMap<TokenId, number>;
  /** The logits (V) without what is to guide the choice; absent where nothing is. */
  readonly unguided?: Float32Array;
  /** Whether a token keeps the text within known words; absent where no words are known. */
  readonly spells?: (token: TokenId) => boolean;
  /** Mirostat's bound, as the step before gave it; absent at the first. */
  readonly bound?: number;
}

export interface SampledToken {
  readonly token: TokenId;
  /** For the next step's state. */
  readonly bound: number;
}

interface Member {
  readonly name: string;
  /** The dial that switches it first; none for members without settings. */
  readonly dials: readonly DialName[];
}
interface Rule extends Member {
  readonly change: (logits: Float32Array, step: Step) => void;
}
interface Filter extends Member {
  readonly shorten: (candidates: Candidates, step: Step) => void;
}
interface Step {
  readonly settings: SamplingSettings;
  readonly classes: TokenClasses;
  readonly state: SamplingState;
}

const RULES: readonly Rule[] = [
  {
    name: "guidance",
    dials: ["guidance"],
    change: (logits, { settings, state: { unguided } }) => {
      if (unguided !== undefined) guide(logits, unguided, settings.guidance);
    },
  },
  {
    name: "bias",
    dials: [],
    change: (logits, { state }) => {
      for (const [token, bias] of state.biases ?? []) logits[token] = logits[token]! + bias;
    },
  },
  {
    name: "repetition-penalty",
    dials: ["repetitionPenalty", "repetitionRange", "repetitionSlope"],
    change: (logits, { settings, classes, state }) => {
      const { repetitionPenalty: penalty, repetitionRange: range, repetitionSlope: slope } = settings;
      penalizeRepetition(logits, state.history, { penalty, range, slope }, classes.exempt);
    },
  },
  {
    name: "frequency-penalty",
    dials: ["frequencyPenalty", "repetitionRange"],
    change: (logits, { settings, classes, state }) => {
      const { frequencyPenalty: frequency, repetitionRange: range } = settings;
      penalizeFrequency(logits, state.history, { frequency, presence: 0, range }, classes.exempt);
    },
  },
  {
    name: "presence-penalty",
    dials: ["presencePenalty", "repetitionRange"],
    change: (logits, { settings, classes, state }) => {
      const { presencePenalty: presence, repetitionRange: range } = settings;
      penalizeFrequency(logits, state.history, { frequency: 0, presence, range }, classes.exempt);
    },
  },
  {
    name: "dry",
    dials: ["dryMultiplier", "dryBase", "dryAllowedLength"],
    change: (logits, { settings, classes, state }) => {
      const { dryMultiplier: multiplier, dryBase: base, dryAllowedLength: allowedLength } = settings;
      applyDry(logits, state.history, { multiplier, base, allowedLength }, classes.breakers);
    },
  },
  {
    name: "no-repeat-ngram",
    dials: ["noRepeatNgram"],
    change: (logits, { settings, state }) => banRepeatedNgrams(logits, state.history, settings.noRepeatNgram),
  },
  {
    name: "ban",
    dials: [],
    change: (logits, { state }) => {
      for (const token of state.banned) logits[token] = Number.NEGATIVE_INFINITY;
    },
  },
];

const FILTERS: readonly Filter[] = [
  {
    name: "temperature",
    dials: ["temperature"],
    shorten: (list, { settings }) => applyTemperature(list, settings.temperature),
  },
  { name: "top-k", dials: ["topK"], shorten: (list, { settings }) => applyTopK(list, settings.topK) },
  {
    name: "known-words",
    dials: ["knownWords"],
    shorten: (list, { settings, state: { spells } }) => {
      if (settings.knownWords === 1 && spells !== undefined) applyKnownWords(list, spells);
    },
  },
  { name: "top-p", dials: ["topP"], shorten: (list, { settings }) => applyTopP(list, settings.topP) },
  { name: "min-p", dials: ["minP"], shorten: (list, { settings }) => applyMinP(list, settings.minP) },
  { name: "top-a", dials: ["topA"], shorten: (list, { settings }) => applyTopA(list, settings.topA) },
  {
    name: "typical-p",
    dials: ["typicalP"],
    shorten: (list, { settings }) => applyTypical(list, settings.typicalP),
  },
];

/** No filter of ours keeps more, and a full sort of 50,000 logits costs more than a step of the model. */
const LONGEST_LIST = DIALS.topK.most;

/** Samples one token. `logits` (V) is scratch and is changed. */
export function sampleToken(
  logits: Float32Array,
  settings: SamplingSettings,
  classes: TokenClasses,
  state: SamplingState,
  rng: Rng,
): SampledToken {
  return pickBounded(shorten(logits, { settings, classes, state }), settings, state.bound, rng);
}

/** What the chain does to the tokens that might have been told instead of `picked`. `logits` (V) is scratch. */
export function traceToken(
  logits: Float32Array,
  settings: SamplingSettings,
  classes: TokenClasses,
  state: SamplingState,
  picked: TokenId,
): TracedToken {
  const tracer = new TokenTracer(logits);
  const candidates = shorten(logits, { settings, classes, state }, tracer);
  if (settings.mirostatTarget > 0) {
    applyMirostat(candidates, state.bound ?? firstBound(settings.mirostatTarget));
    tracer.afterFilter("mirostat", candidates);
  }
  return tracer.finish(picked);
}

/** All members but Mirostat and the coin. Mutates `logits`. */
function shorten(logits: Float32Array, step: Step, tracer?: TokenTracer): Candidates {
  for (const rule of RULES) {
    rule.change(logits, step);
    tracer?.afterRule(rule.name, logits);
  }
  // Nothing before top-k changes the order, so what it would remove need not be collected; a tracer wants to see it removed.
  const { topK } = step.settings;
  const limit = topK > 0 && tracer === undefined ? topK : LONGEST_LIST;
  const candidates = topCandidates(logits, limit);
  tracer?.afterFilter(`the limit of ${LONGEST_LIST}`, candidates);
  for (const filter of FILTERS) {
    filter.shorten(candidates, step);
    tracer?.afterFilter(filter.name, candidates);
  }
  return candidates;
}

/** The coin, after Mirostat when it is on: it has to know the probability before its own cut. */
function pickBounded(
  candidates: Candidates,
  { mirostatTarget: target, mirostatRate: rate }: SamplingSettings,
  given: number | undefined,
  rng: Rng,
): { token: TokenId; bound: number } {
  if (target === 0) return { token: pick(candidates, rng), bound: 0 };
  const bound = given ?? firstBound(target);
  const before = candidates.probabilities.slice(0, candidates.size);
  applyMirostat(candidates, bound);
  const token = pick(candidates, rng);
  return { token, bound: nextBound(bound, before[candidates.ids.indexOf(token)]!, { target, rate }) };
}

/** A member that acts under some settings, with the values it reads. */
export interface ActiveMember {
  readonly name: string;
  readonly settings: Partial<SamplingSettings>;
}

/** The chain as it acts: members that do nothing under these settings are left out. */
export function deriveChain(settings: SamplingSettings): readonly ActiveMember[] {
  const members: readonly Member[] = [
    ...RULES,
    ...FILTERS,
    { name: "mirostat", dials: ["mirostatTarget", "mirostatRate"] },
  ];
  return members
    .filter(({ dials: [first] }) => first === undefined || settings[first] !== DIALS[first].neutral)
    .map(({ name, dials }) => ({
      name,
      settings: Object.fromEntries(dials.map((dial) => [dial, settings[dial]])),
    }));
}

/** The chain in one line, for people: `repetition-penalty 1.12 160 0, ..., temperature 0.7`. */
export function describeChain(settings: SamplingSettings): string {
  return deriveChain(settings)
    .map((member) => [member.name, ...Object.values(member.settings)].join(" "))
    .join(", ");
}
