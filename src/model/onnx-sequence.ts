/** A sequence over our own graph: one that can part into branches. */
import { checkBranches } from "./branch-check.ts";
import { CachedSequence } from "./cached-sequence.ts";
import type { Gpt2Session } from "./gpt2-session.ts";
import type { KvCache } from "./kv-cache.ts";
import { rowsOf } from "./logit-rows.ts";
import { OnnxBranches } from "./onnx-branches.ts";
import type { TokenId } from "./types.ts";

export class OnnxSequence extends CachedSequence<KvCache> {
  readonly #session: Gpt2Session;
  #branches: OnnxBranches | undefined;

  /** `logits`: see CachedSequence. */
  constructor(session: Gpt2Session, logits?: Float32Array) {
    super(session, logits);
    this.#session = session;
  }

  /** `logits` [count, V] receives the branches' results. */
  async branch(
    count: number,
    given?: readonly number[],
    logits: Float32Array = new Float32Array(count * this.#session.limits.vocabularySize),
  ): Promise<OnnxBranches> {
    const from = checkBranches(count, given, this.tokens.length);
    // Does nothing unless the last evaluation was stopped before it gave logits.
    await this.evaluate(this.tokens);
    const cache = this.take();
    const rows = rowsOf(logits, count);
    for (const row of rows) row.set(this.logits);
    this.#branches = new OnnxBranches(this.#session, cache, from, rows, (kept) => this.#rejoin(kept));
    return this.#branches;
  }

  override async dispose(): Promise<void> {
    this.#branches?.abandon();
    await super.dispose();
  }

  #rejoin(kept: readonly TokenId[]): void {
    this.#branches = undefined;
    this.append(kept);
    this.release();
  }
}
