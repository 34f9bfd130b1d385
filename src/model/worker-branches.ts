/** The program's end of branches that are computed in the model's thread. Their logits lie in memory shared with it. */
import { checkPoints } from "./branch-check.ts";
import { closed } from "./closed-error.ts";
import { rowsOf } from "./logit-rows.ts";
import type { Branches, BranchPoint, TokenId } from "./types.ts";
import type { WorkerLink } from "./worker-link.ts";

export class WorkerBranches implements Branches {
  readonly #link: WorkerLink;
  readonly #sequence: number;
  readonly #onEnd: (kept: readonly TokenId[]) => void;
  #logits: readonly Float32Array[];
  #tokens: readonly TokenId[][];
  #isOpen = true;

  /** `onEnd` is told the tokens of the branch the sequence continues as, none when all were dropped. */
  private constructor(
    link: WorkerLink,
    sequence: number,
    logits: readonly Float32Array[],
    onEnd: (kept: readonly TokenId[]) => void,
  ) {
    this.#link = link;
    this.#sequence = sequence;
    this.#logits = logits;
    this.#onEnd = onEnd;
    this.#tokens = logits.map(() => []);
  }

  /** Parts sequence number `sequence` of the thread into branches that follow its first `from[i]` tokens. */
  static async open(
    link: WorkerLink,
    sequence: number,
    { from, vocabularySize }: { readonly from: readonly number[]; readonly vocabularySize: number },
    onEnd: (kept: readonly TokenId[]) => void,
  ): Promise<WorkerBranches> {
    const logits = sharedFloats(from.length * vocabularySize);
    await link.call({ type: "branch", sequence, from, logits: logits.buffer });
    return new WorkerBranches(link, sequence, rowsOf(logits, from.length), onEnd);
  }

  get tokens(): readonly (readonly TokenId[])[] {
    return this.#tokens;
  }

  async step(tokens: readonly (TokenId | null)[], signal?: AbortSignal): Promise<readonly Float32Array[]> {
    this.#checkOpen();
    signal?.throwIfAborted();
    const added = [...tokens];
    await this.#link.call({ type: "stepBranches", sequence: this.#sequence, tokens: added });
    added.forEach((token, i) => {
      if (token !== null) this.#tokens[i]!.push(token);
    });
    return this.#logits;
  }

  async feed(
    index: number,
    tokens: readonly TokenId[],
    signal?: AbortSignal,
  ): Promise<readonly Float32Array[]> {
    this.#checkOpen();
    signal?.throwIfAborted();
    const added = [...tokens];
    await this.#link.call({ type: "feedBranch", sequence: this.#sequence, index, tokens: added });
    this.#tokens[index]!.push(...added);
    return this.#logits;
  }

  async fork(points: readonly BranchPoint[]): Promise<readonly Float32Array[]> {
    this.#checkOpen();
    checkPoints(points, this.#tokens);
    const asked = [...points];
    const logits = sharedFloats(asked.length * this.#logits[0]!.length);
    await this.#link.call({
      type: "forkBranches",
      sequence: this.#sequence,
      points: asked,
      logits: logits.buffer,
    });
    this.#logits = rowsOf(logits, asked.length);
    this.#tokens = asked.map(({ branch, length }) => this.#tokens[branch]!.slice(0, length));
    return this.#logits;
  }

  async keep(index: number): Promise<void> {
    this.#checkOpen();
    await this.#link.call({ type: "keepBranch", sequence: this.#sequence, index });
    this.#isOpen = false;
    this.#onEnd(this.#tokens[index]!);
  }

  async dispose(): Promise<void> {
    if (!this.#isOpen) return;
    await this.#link.call({ type: "disposeBranches", sequence: this.#sequence });
    this.#isOpen = false;
    this.#onEnd([]);
  }

  #checkOpen(): void {
    if (!this.#isOpen) throw closed();
  }
}

function sharedFloats(count: number): Float32Array & { readonly buffer: SharedArrayBuffer } {
  return new Float32Array(new SharedArrayBuffer(count * Float32Array.BYTES_PER_ELEMENT)) as never;
}
