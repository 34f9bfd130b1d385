/** Suggestions on a model that would say given lines, the first one most gladly; one word a token. */
import { describe, expect, it } from "vitest";
import type { Tokenizer } from "../../src/model/types.ts";
import { LINES_AT_ONCE, type ParallelLines } from "../../src/narrator/parallel-lines.ts";
import { createPhraseFinder } from "../../src/narrator/phrase-bans.ts";
import { createRng } from "../../src/narrator/rng.ts";
import { suggestActions } from "../../src/narrator/suggestions.ts";
import { describeVocabulary } from "../../src/narrator/vocabulary.ts";

const PIECES = /\n| ?[A-Za-z']+| ?[^A-Za-z\s]|\s/g;

/** A tokenizer for the words of `texts`, and a model that continues the prompt with them. */
function speaking(lines: readonly string[]) {
  const words = [...new Set([..."\n", ">", " You", ...lines.flatMap((line) => line.match(PIECES) ?? [])])];
  const endOfText = words.length;
  const tokenizer: Tokenizer = {
    vocabularySize: words.length + 1,
    endOfText,
    encode: (text) => (text.match(PIECES) ?? []).map((piece) => words.indexOf(piece)),
    decode: (tokens) => tokens.map((token) => words[token] ?? "").join(""),
    bytesOf: (token) => Buffer.from(words[token] ?? ""),
  };
  const start = tokenizer.encode("\n\n> You");
  const follow = (written: readonly number[]) => {
    expect(written.slice(0, start.length)).toEqual(start.slice(0, written.length));
    const told = written.slice(start.length);
    const logits = new Float32Array(words.length + 1).fill(-50);
    lines.forEach((line, rank) => {
      const script = [...tokenizer.encode(line), endOfText];
      if (!told.every((token, i) => token === script[i])) return;
      const next = script[told.length] ?? endOfText;
      logits[next] = Math.max(logits[next]!, 50 - 10 * rank);
    });
    return logits;
  };
  let opened = 0;
  const open = async (): Promise<ParallelLines> => {
    opened++;
    const written: number[][] = Array.from({ length: LINES_AT_ONCE }, () => []);
    return {
      async step(tokens, signal) {
        signal?.throwIfAborted();
        tokens.forEach((token, i) => token !== null && written[i]!.push(token));
        return written.map(follow);
      },
      dispose: async () => void opened--,
    };
  };
  return { tokenizer, open, stillOpen: () => opened };
}

async function suggest(
  lines: readonly string[],
  recent: readonly string[] = [],
  banned: readonly string[] = [],
  signal?: AbortSignal,
) {
  const { tokenizer, open, stillOpen } = speaking(lines);
  const found = await suggestActions(open, recent, {
    tokenizer,
    vocabulary: describeVocabulary(tokenizer),
    rng: createRng(1),
    findBanned: createPhraseFinder(banned),
    biases: new Map(),
    speller: undefined,
    signal,
  });
  expect(stillOpen()).toBe(0);
  return found;
}

const LINES = [" look around.", " look up.", " open the door.", " climb the wall.", " wait."];

describe("suggestions", () => {
  it("are three, each with another verb", async () => {
    expect(await suggest(LINES)).toEqual(["You look around.", "You open the door.", "You climb the wall."]);
  });

  it("are one sentence each, up to its end", async () => {
    const lines = [' say "Who are you?"\nNobody answers.', " wait. Then you run.", " look.", " run."];
    expect((await suggest(lines)).slice(0, 2)).toEqual(['You say "Who are you?"', "You wait."]);
  });

  it.each([
    ["unfinished", " take the"],
    ["unfinished quotation", ' say "Come here.'],
    ["without its last word", " take the."],
    ["a description", " are tired."],
    ["too long", ` ${"walk on and on ".repeat(5)}now.`],
    ["going in circles", " tie the rope to the rope to the wall."],
    ["no line at all", "."],
    ["another word", "r lamp goes out."],
  ])("are never %s", async (_, bad) => {
    expect(await suggest([bad, ...LINES])).toEqual([
      "You look around.",
      "You open the door.",
      "You climb the wall.",
    ]);
  });

  it("repeat no recent action and no other suggestion", async () => {
    const lines = [" open the old door.", " walk to the red gate.", " stroll to the red gate.", " wait."];
    expect(await suggest(lines, ["You open the door.", "You wait."])).toEqual(["You walk to the red gate."]);
  });

  it("contain no banned phrase", async () => {
    expect(await suggest(LINES, [], ["the door", "AROUND"])).toEqual(["You climb the wall.", "You wait."]);
  });

  it("are nothing when interrupted at once, and fail loudly when the model does", async () => {
    expect(await suggest(LINES, [], [], AbortSignal.abort())).toEqual([]);
    const { tokenizer } = speaking(LINES);
    const broken = () => Promise.reject(new Error("no memory"));
    const parts = { tokenizer, vocabulary: describeVocabulary(tokenizer), rng: createRng(1) };
    await expect(
      suggestActions(broken, [], {
        ...parts,
        findBanned: () => -1,
        biases: new Map(),
        speller: undefined,
        signal: undefined,
      }),
    ).rejects.toThrow("no memory");
  });
});
