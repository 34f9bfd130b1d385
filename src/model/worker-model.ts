/**
 * The language model the program uses: computes in a thread of its own, so that the caller's thread is never blocked. The
 * tokenizer runs in the caller's thread.
 */
import { type AnyFolder, isExported, loadAnyTokenizer, readAnyFolder } from "./any-model.ts";
import { checkBranches } from "./branch-check.ts";
import { closed } from "./closed-error.ts";
import type { RuntimeOptions } from "./onnx-runtime.ts";
import { checkTokens } from "./token-check.ts";
import type { Branches, LanguageModel, Score, Sequence, TokenId } from "./types.ts";
import { readWords } from "./word-file.ts";
import { WorkerBranches } from "./worker-branches.ts";
import { WorkerLink } from "./worker-link.ts";
import { STOP } from "./worker-protocol.ts";

/**
 * Loads an imported model or an exported decoder into a worker thread. The thread does not keep an idle program alive.
 * Throws `model.missing`, `model.notImported`, `model.corrupt`, `model.unsupported`, `model.crashed`.
 */
export async function loadModel(dir: string, options: RuntimeOptions = {}): Promise<LanguageModel> {
  const folder = await readAnyFolder(dir);
  const link = new WorkerLink();
  try {
    const opening = link.call({ type: "open", folder, options });
    const [tokenizer, words] = await Promise.all([loadAnyTokenizer(folder), readWords(folder.dir), opening]);
    return { ...modelOver(link, folder, tokenizer), ...(words === undefined ? {} : { words }) };
  } catch (error) {
    await link.close();
    throw error;
  }
}

function modelOver(
  link: WorkerLink,
  folder: AnyFolder,
  tokenizer: LanguageModel["tokenizer"],
): LanguageModel {
  let created = 0;
  return {
    info: folder.info,
    tokenizer,
    async createSequence() {
      const sequence = new WorkerSequence(link, folder, created++);
      await sequence.open();
      return sequence;
    },
    dispose: () => link.close(),
  };
}

class WorkerSequence implements Sequence {
  readonly #link: WorkerLink;
  readonly #id: number;
  readonly #limits: Parameters<typeof checkTokens>[1];
  readonly #logits: Float32Array<SharedArrayBuffer>;
  readonly #stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  #tokens: readonly TokenId[] = [];
  #busy = false;
  #isBranched = false;
  /** Missing for exported decoders, whose graphs cannot do it. */
  readonly branch?: NonNullable<Sequence["branch"]>;

  constructor(link: WorkerLink, folder: AnyFolder, id: number) {
    const { config } = folder;
    this.#link = link;
    this.#id = id;
    this.#limits = config;
    if (!isExported(folder))
      this.branch = (count, from) => this.#exclusively(undefined, () => this.#branch(count, from));
    const bytes = config.vocabularySize * Float32Array.BYTES_PER_ELEMENT;
    this.#logits = new Float32Array(new SharedArrayBuffer(bytes));
  }

  async open(): Promise<void> {
    const logits = this.#logits.buffer;
    await this.#link.call({ type: "createSequence", sequence: this.#id, logits, stop: this.#stop.buffer });
  }

  get tokens(): readonly TokenId[] {
    return this.#tokens;
  }

  async evaluate(tokens: readonly TokenId[], signal?: AbortSignal): Promise<Float32Array> {
    checkTokens(tokens, this.#limits);
    const asked = [...tokens];
    return this.#exclusively(signal, async () => {
      const evaluated = await this.#evaluate(asked);
      if (evaluated === asked.length) return this.#logits;
      throw stopReason(signal);
    });
  }

  async score(tokens: readonly TokenId[], signal?: AbortSignal): Promise<Score> {
    checkTokens(tokens, this.#limits);
    return this.#exclusively(signal, async () => {
      const score = await this.#link.call({ type: "score", sequence: this.#id, tokens });
      if (score !== undefined) return score;
      throw stopReason(signal);
    });
  }

  async dispose(): Promise<void> {
    this.#tokens = [];
    Atomics.store(this.#stop, STOP, 1);
    await this.#link.call({ type: "disposeSequence", sequence: this.#id }).catch(() => {});
  }

  async #branch(count: number, given?: readonly number[]): Promise<Branches> {
    const from = checkBranches(count, given, this.#tokens.length);
    const size = { from, vocabularySize: this.#limits.vocabularySize };
    const branches = await WorkerBranches.open(this.#link, this.#id, size, (kept) => {
      this.#tokens = [...this.#tokens, ...kept];
      this.#isBranched = false;
    });
    this.#isBranched = true;
    return branches;
  }

  async #evaluate(tokens: readonly TokenId[]): Promise<number> {
    try {
      const { evaluated } = await this.#link.call({ type: "evaluate", sequence: this.#id, tokens });
      this.#tokens = evaluated === tokens.length ? tokens : tokens.slice(0, evaluated);
      return evaluated;
    } catch (error) {
      this.#tokens = [];
      throw error;
    }
  }

  /** Runs one call, during which the signal sets the shared stop flag. */
  async #exclusively<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#busy || this.#isBranched) throw new Error("a sequence takes one call at a time");
    signal?.throwIfAborted();
    const stop = () => Atomics.store(this.#stop, STOP, 1);
    Atomics.store(this.#stop, STOP, 0);
    signal?.addEventListener("abort", stop);
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
      signal?.removeEventListener("abort", stop);
    }
  }
}

/** Why an evaluation stopped early: the caller's signal, or else the sequence was disposed of. */
function stopReason(signal: AbortSignal | undefined): unknown {
  return signal?.aborted ? signal.reason : closed();
}
