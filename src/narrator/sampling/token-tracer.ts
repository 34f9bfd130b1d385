/**
 * Watches the chain choose one token: which tokens the model itself thought likeliest, and which member lowered or removed
 * each of them. Made only when somebody asks why; it takes the model's word before the chain changes anything.
 */
import type { TokenId } from "../../model/types.ts";
import { type Candidates, topCandidates } from "./candidates.ts";

/** A token as the model proposed it, and what the chain did to it. */
export interface TracedCandidate {
  readonly token: TokenId;
  /** The model's own, over the whole vocabulary. */
  readonly probability: number;
  /** In order: `dry -1.40` for a change of the logit, `removed by top-p` when it could not be picked any more. */
  readonly effects: readonly string[];
}

export interface TracedToken extends TracedCandidate {
  /** The five likeliest before the chain, falling. The picked token is among them or not. */
  readonly candidates: readonly TracedCandidate[];
}

const WATCHED = 5;

export class TokenTracer {
  private readonly raw: Float32Array;
  private readonly logSum: number;
  private readonly watched: readonly TokenId[];
  private readonly changes: { readonly name: string; readonly logits: Float32Array }[] = [];
  private readonly removals: { readonly name: string; readonly left: ReadonlySet<TokenId> }[] = [];

  /** Takes a copy of the model's logits (V). */
  constructor(logits: Float32Array) {
    this.raw = logits.slice();
    this.logSum = logSumOf(logits);
    this.watched = [...topCandidates(logits, WATCHED).ids];
  }

  afterRule(name: string, logits: Float32Array): void {
    this.changes.push({ name, logits: logits.slice() });
  }

  afterFilter(name: string, { ids, size }: Candidates): void {
    this.removals.push({ name, left: new Set(ids.subarray(0, size)) });
  }

  /** The explanation, once `picked` is known. */
  finish(picked: TokenId): TracedToken {
    return { ...this.explain(picked), candidates: this.watched.map((token) => this.explain(token)) };
  }

  private explain(token: TokenId): TracedCandidate {
    const probability = Math.exp(this.raw[token]! - this.logSum);
    return { token, probability, effects: this.effectsOn(token) };
  }

  private effectsOn(token: TokenId): string[] {
    const effects: string[] = [];
    let before = this.raw[token]!;
    for (const { name, logits } of this.changes) {
      const after = logits[token]!;
      if (after === Number.NEGATIVE_INFINITY) return [...effects, `removed by ${name}`];
      if (after !== before)
        effects.push(`${name} ${after > before ? "+" : ""}${(after - before).toFixed(2)}`);
      before = after;
    }
    const removal = this.removals.find(({ left }) => !left.has(token));
    return removal === undefined ? effects : [...effects, `removed by ${removal.name}`];
  }
}

/** log of the sum of exponentials, without overflow. */
function logSumOf(logits: Float32Array): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > highest) highest = logit;
  let sum = 0;
  for (const logit of logits) if (logit > Number.NEGATIVE_INFINITY) sum += Math.exp(logit - highest);
  return highest + Math.log(sum);
}
