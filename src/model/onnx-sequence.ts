/**
 * A sequence evaluated in this thread. Slices end at multiples of 128 positions, so what is computed depends on the tokens
 * and the calls only, never on time: an evaluation that was stopped and taken up again gives the same bits.
 */
import { AppError } from "../shared/errors.ts";
import { closed } from "./closed-error.ts";
import type { Gpt2Session } from "./gpt2-session.ts";
import type { KvCache } from "./kv-cache.ts";
import { scoreTokens } from "./score.ts";
import type { StopSignal } from "./stop-signal.ts";
import type { Score, Sequence, TokenId } from "./types.ts";

/** Most tokens in one run: bounds memory and the time until a stop is noticed. */
const SLICE_TOKENS = 128;

export class OnnxSequence implements Sequence {
  readonly #session: Gpt2Session;
  readonly #logits: Float32Array;
  readonly #tokens: TokenId[] = [];
  #cache: KvCache | undefined;
  #logitsAreCurrent = false;
  #busy = false;

  /** `logits` (V) receives the results; give one over shared memory to read them from another thread. */
  constructor(session: Gpt2Session, logits: Float32Array = new Float32Array(session.limits.vocabularySize)) {
    this.#session = session;
    this.#logits = logits;
    this.#cache = session.createCache();
  }

  get tokens(): readonly TokenId[] {
    return this.#tokens;
  }

  async evaluate(tokens: readonly TokenId[], signal?: StopSignal): Promise<Float32Array> {
    checkTokens(tokens, this.#session.limits);
    // The caller may change its array meanwhile, or give this.tokens itself.
    const asked = [...tokens];
    return this.#exclusively(async (cache) => {
      this.#rewindTo(asked, cache);
      while (this.#tokens.length < asked.length) {
        signal?.throwIfAborted();
        if (this.#cache === undefined) throw closed();
        const start = this.#tokens.length;
        await this.#evaluateSlice(cache, asked.slice(start, sliceEnd(start, asked.length)));
      }
      return this.#logits;
    });
  }

  async score(tokens: readonly TokenId[], signal?: StopSignal): Promise<Score> {
    checkTokens(tokens, this.#session.limits);
    return this.#exclusively(() => scoreTokens(this.#session, tokens, signal));
  }

  async dispose(): Promise<void> {
    this.#cache = undefined;
    this.#tokens.length = 0;
  }

  /** Keeps the longest common prefix, but always leaves a token to evaluate unless the logits are those asked for. */
  #rewindTo(tokens: readonly TokenId[], cache: KvCache): void {
    const common = commonPrefixLength(this.#tokens, tokens);
    const isCurrent = common === tokens.length && common === this.#tokens.length && this.#logitsAreCurrent;
    const kept = isCurrent ? common : Math.min(common, tokens.length - 1);
    if (kept < this.#tokens.length) this.#truncate(kept, cache);
  }

  async #evaluateSlice(cache: KvCache, slice: readonly TokenId[]): Promise<void> {
    try {
      this.#logits.set(await this.#session.run(cache, slice, -1));
    } catch (error) {
      this.#truncate(0, cache);
      throw error;
    }
    for (const token of slice) this.#tokens.push(token);
    this.#logitsAreCurrent = true;
  }

  #truncate(length: number, cache: KvCache): void {
    cache.truncate(length);
    this.#tokens.length = length;
    this.#logitsAreCurrent = false;
  }

  async #exclusively<T>(work: (cache: KvCache) => Promise<T>): Promise<T> {
    if (this.#cache === undefined) throw closed();
    if (this.#busy) throw new Error("a sequence takes one call at a time");
    this.#busy = true;
    try {
      return await work(this.#cache);
    } finally {
      this.#busy = false;
    }
  }
}

/** Throws `model.emptyInput`, `model.contextOverflow`, `model.badToken`. */
export function checkTokens(
  tokens: readonly TokenId[],
  model: { readonly positions: number; readonly vocabularySize: number },
): void {
  const { positions } = model;
  if (tokens.length === 0) throw new AppError("model.emptyInput", "There are no tokens to evaluate.");
  if (tokens.length > positions) {
    throw new AppError(
      "model.contextOverflow",
      `${tokens.length} tokens are more than the model's ${positions} positions.`,
    );
  }
  const bad = tokens.find(
    (token) => !(Number.isInteger(token) && token >= 0 && token < model.vocabularySize),
  );
  if (bad !== undefined)
    throw new AppError("model.badToken", `${bad} is not one of the model's ${model.vocabularySize} tokens.`);
}

function sliceEnd(start: number, length: number): number {
  const boundary = (Math.floor(start / SLICE_TOKENS) + 1) * SLICE_TOKENS;
  return Math.min(boundary, length);
}

function commonPrefixLength(a: readonly TokenId[], b: readonly TokenId[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}
