/**
 * Every number of the sampler chain, and how many sentences there are to choose among, in one table: range, the value at
 * which it does nothing, and what it is for. The type of the settings, their check and what players see of them all
 * follow from it.
 */
import { z } from "zod";
import { AppError } from "../../shared/errors.ts";
import { findNearest } from "../../shared/nearest.ts";

/** A number that can be turned between `least` and `most`. */
interface Dial {
  readonly least: number;
  readonly most: number;
  /** Changes nothing; for a dial that only shapes another one's rule, a usual value. */
  readonly neutral: number;
  readonly isWhole: boolean;
  /** One line without a full stop. */
  readonly help: string;
}

const dial = (least: number, most: number, neutral: number, help: string): Dial => ({
  least,
  most,
  neutral,
  isWhole: false,
  help,
});
const count = (...parts: Parameters<typeof dial>): Dial => ({ ...dial(...parts), isWhole: true });

export const DIALS = {
  repetitionPenalty: dial(1, 3, 1, "words told lately become less likely; 1 = off"),
  repetitionRange: count(0, 1024, 160, "how many tokens back the repetition rules look"),
  repetitionSlope: dial(0, 10, 0, "older words are penalised less; 0 = all alike, 1 = evenly falling"),
  frequencyPenalty: dial(0, 2, 0, "taken off a word for each time it was told; 0 = off"),
  presencePenalty: dial(0, 2, 0, "taken off a word that was told at all; 0 = off"),
  dryMultiplier: dial(0, 5, 0, "against repeating runs of words; 0 = off"),
  dryBase: dial(1, 4, 1.75, "how fast that grows with the run"),
  dryAllowedLength: count(1, 20, 2, "longest run that may come again, in tokens"),
  noRepeatNgram: count(0, 20, 0, "no run of so many tokens twice; 0 = off"),
  temperature: dial(0, 10, 1, "below 1 safer, above 1 wilder; 0 = always the likeliest"),
  topK: count(0, 256, 0, "only the so many likeliest; 0 = off"),
  knownWords: count(0, 1, 0, "1 = only words that the model lists as learnt, and the story's own; 0 = off"),
  topP: dial(0.01, 1, 1, "only the likeliest that together reach this share; 1 = off"),
  minP: dial(0, 1, 0, "only those with this share of the likeliest; 0 = off"),
  topA: dial(0, 1, 0, "like min-p, stricter when the narrator is sure; 0 = off"),
  typicalP: dial(0.01, 1, 1, "only those about as surprising as expected; 1 = off"),
  mirostatTarget: dial(0, 10, 0, "hold the surprise per token at so many bits; 0 = off"),
  mirostatRate: dial(0.01, 1, 0.1, "how fast it is corrected"),
  guidance: dial(0, 3, 0, "how strongly your action steers the answer; 0 = off, 1 = much"),
  focus: dial(0, 3, 0, "how strongly the story so far steers the rest of the passage; 0 = off"),
  candidates: count(
    1,
    4,
    1,
    "choose the answer to your action among so many sentences; 1 = off, 4 = half as fast",
  ),
} as const satisfies Readonly<Record<string, Dial>>;

export type DialName = keyof typeof DIALS;
export const DIAL_NAMES = Object.keys(DIALS) as readonly DialName[];

/** A value for every dial. */
export type SamplingSettings = { readonly [Name in DialName]: number };

/** Every member of the chain off. */
export const NEUTRAL: SamplingSettings = buildSettings((name) => DIALS[name].neutral);

const schema = z.strictObject(buildSettings((name) => schemaOf(DIALS[name])));

/**
 * Settings from untrusted data: all of them, in range, and no others.
 * Throws `option.unknown` for a strange name and `option.outOfRange` for anything else that is wrong.
 */
export function parseSettings(value: unknown): SamplingSettings {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.code === "unrecognized_keys") throw unknownDial(issue.keys[0]!, DIAL_NAMES);
  throw new AppError("option.outOfRange", `The setting ${issue.path.join(".")} is wrong: ${issue.message}.`);
}

/** The refusal of a setting that does not exist, with the nearest of `known`. */
export function unknownDial(name: string, known: readonly string[]): AppError {
  const near = findNearest(name, known);
  const hint = near === undefined ? `There are: ${known.join(", ")}.` : `Did you mean ${near}?`;
  return new AppError("option.unknown", `There is no setting "${name.slice(0, 40)}".`, { hint });
}

function buildSettings<Value>(valueFor: (name: DialName) => Value): Record<DialName, Value> {
  return Object.fromEntries(DIAL_NAMES.map((name) => [name, valueFor(name)])) as Record<DialName, Value>;
}

function schemaOf({ least, most, isWhole }: Dial) {
  const number = z.number().min(least).max(most);
  return isWhole ? number.int() : number;
}
