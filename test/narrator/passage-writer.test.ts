/** The writer on a model that "says" what a test wants, one byte a token, so that each rung can be looked at. */
import { describe, expect, it } from "vitest";
import type { Sequence } from "../../src/model/types.ts";
import { createGuard } from "../../src/narrator/guard.ts";
import { PassageWriter, type WriterParts } from "../../src/narrator/passage-writer.ts";
import { createPhraseFinder } from "../../src/narrator/phrase-bans.ts";
import { createRng } from "../../src/narrator/rng.ts";
import { PASSAGE, PRESETS } from "../../src/narrator/settings.ts";
import { describeVocabulary } from "../../src/narrator/vocabulary.ts";
import { byteTokenizer } from "./byte-tokenizer.ts";

const PROMPT = byteTokenizer.encode("> You look.\n");
const END = byteTokenizer.endOfText;

/** Continues with the first of `texts` that agrees with what has been written so far; ends the text after it. */
function speaking(...texts: readonly string[]): Sequence {
  const tokens: number[] = [];
  const scripts = texts.map((text) => [...byteTokenizer.encode(text), END]);
  return {
    tokens,
    async evaluate(wanted) {
      const written = wanted.slice(PROMPT.length);
      const logits = new Float32Array(257).fill(-20);
      scripts
        .filter((script) => written.every((token, i) => token === script[i]))
        .forEach((script, rank) => {
          const next = script[written.length] ?? END;
          logits[next] = Math.max(logits[next]!, 20 - 4 * rank);
        });
      return logits;
    },
    score: () => Promise.reject(new Error("not used")),
    dispose: async () => {},
  };
}

async function write(sequence: Sequence, parts: Partial<WriterParts> = {}) {
  let streamed = "";
  const writer = new PassageWriter({
    sequence,
    tokenizer: byteTokenizer,
    vocabulary: describeVocabulary(byteTokenizer),
    sampling: {
      ...PRESETS.steady,
      repetitionPenalty: 1,
      dryMultiplier: 0,
      noRepeatNgram: 0,
    },
    passage: { ...PASSAGE, mostSentenceTokens: 400 },
    rng: createRng(1),
    judge: createGuard({
      recentPassages: [TOLD_BEFORE],
      action: "You look.",
      deed: "You look.",
      notes: [],
    }),
    spared: new Set(),
    findBanned: createPhraseFinder([]),
    biases: new Map(),
    speller: undefined,
    separator: [],
    toAction: undefined,
    toStory: undefined,
    positions: 4096,
    mayEnd: true,
    onText: (text) => (streamed += text),
    signal: undefined,
    ...parts,
  });
  const written = await writer.write(PROMPT, PROMPT, 2000);
  expect(streamed).toBe(written.text);
  return written;
}

const TOLD_BEFORE = "The lamp on the table is green and very warm, and it hums an old song.";
const GOOD = "You see a long room with a stove and a table. A cat sits on the table.";

/** A sequence with branches whose first call does `then`; the model is gone when they are to be ended. */
function failing(then: () => never): Sequence {
  const gone = async () => {
    throw new Error("model.closed");
  };
  return {
    ...speaking(GOOD),
    branch: async () => ({
      tokens: [[], []],
      feed: async () => then(),
      step: gone,
      fork: gone,
      keep: gone,
      dispose: gone,
    }),
  };
}

describe("a model that goes away while it tells", () => {
  const toStory = { prefixLength: 1, guidance: 0.5, candidates: 1 };

  it("does not cost an aborted passage", async () => {
    const stop = new AbortController();
    const sequence = failing(() => {
      stop.abort();
      throw new Error("stopped");
    });
    const written = await write(sequence, { toStory, signal: stop.signal });
    expect(written).toMatchObject({ text: "", interrupted: true });
  });

  it("is told by its first error", async () => {
    const sequence = failing(() => {
      throw new Error("died");
    });
    await expect(write(sequence, { toStory })).rejects.toThrow("died");
  });
});

describe("a passage", () => {
  it("is what the model says, up to its end", async () => {
    expect(await write(speaking(GOOD))).toMatchObject({ text: GOOD, ended: false, rejections: [] });
  });

  it("stops before a fake action or bracket line", async () => {
    expect((await write(speaking(`${GOOD}\n\n> You run.\nYou fall.`))).text).toBe(GOOD);
    expect((await write(speaking(`${GOOD}\n\n[Cat: a cat]\n\nMore.`))).text).toBe(GOOD);
  });

  it("keeps paragraphs", async () => {
    expect((await write(speaking(`${GOOD}\n\nOutside, it rains.`))).text).toBe(
      `${GOOD}\n\nOutside, it rains.`,
    );
  });

  it("ends at a sentence when it is long enough", async () => {
    const long = Array.from({ length: 40 }, (_, i) => `Number ${i} and ${i * 7} make ${i * 3}.`).join(" ");
    const { text } = await write(speaking(long));
    expect(text).toMatch(/\d\.$/);
    expect(text.split(" ").length).toBeLessThan(PASSAGE.enoughWords + 10);
  });

  it("replaces a sentence that was told before, and says why", async () => {
    const told = await write(speaking(TOLD_BEFORE, GOOD));
    expect(told.text).toBe(GOOD);
    expect(told.rejections[0]).toMatchObject({ verdict: "repeats an earlier passage" });
  });

  it("begins with a plain sentence when the model has nothing else to say", async () => {
    const { text, rejections } = await write(speaking(TOLD_BEFORE), {
      passage: { ...PASSAGE, mostSentenceTokens: 400, mostAttempts: 2 }, // later rungs would make this model babble
    });
    expect(text).toMatch(/^[A-Z][^.]+\.$/);
    expect(text).not.toContain("lamp");
    expect(rejections).toHaveLength(2);
  });

  it("may begin with the action itself", async () => {
    const echo = `You look. ${GOOD}`;
    expect(await write(speaking(echo))).toMatchObject({ text: echo, rejections: [] });
  });

  it("goes back to where a banned phrase began and says something else from there", async () => {
    const findBanned = createPhraseFinder(["cat", "the stove"]);
    const other = GOOD.replace("A cat", "A hat");
    const told = await write(speaking(GOOD, other), { findBanned });
    expect(told.text).toBe(other);
    expect(told.rejections).toEqual([{ verdict: "banned phrase", text: "A cat sits on the table." }]);
    expect(told.sampledTokens).toBeLessThan(1.5 * other.length);
  });

  it("never tells a banned phrase, not even across two sentences", async () => {
    const other = GOOD.replace("A cat", "One cat");
    const { text } = await write(speaking(GOOD, other), { findBanned: createPhraseFinder(["table. a cat"]) });
    expect(text).toBe(other);
  });

  it("tells no banned phrase of its own when the model knows nothing else", async () => {
    const findBanned = createPhraseFinder(["moment", "you", "it is quiet", "."]);
    const passage = { ...PASSAGE, mostSentenceTokens: 60, mostAttempts: 2 };
    const silent = {
      ...speaking(GOOD),
      evaluate: async () => new Float32Array(257).fill(-20).fill(20, 65, 66),
    };
    expect(await write(silent, { findBanned, passage })).toMatchObject({ text: "...", ended: false });
  });

  it("ends the story at THE END only when the story is old enough", async () => {
    expect(await write(speaking(`${GOOD}\n\nTHE END`))).toMatchObject({ text: GOOD, ended: true });
    const early = await write(speaking(`${GOOD}\n\nTHE END`), { mayEnd: false });
    expect(early).toMatchObject({ text: GOOD, ended: false });
    expect(early.rejections[0]).toMatchObject({ verdict: "ends too early" });
    expect(await write(speaking("THE END", GOOD))).toMatchObject({ ended: false, text: GOOD });
  });

  it("is what was told when it is stopped", async () => {
    const controller = new AbortController();
    const model = speaking(GOOD);
    let steps = 0;
    const sequence: Sequence = {
      ...model,
      tokens: [],
      evaluate: (tokens, signal) => {
        if (++steps > 60) controller.abort();
        signal?.throwIfAborted();
        return model.evaluate(tokens, signal);
      },
    };
    const stopped = await write(sequence, { signal: controller.signal });
    expect(stopped).toMatchObject({
      interrupted: true,
      text: "You see a long room with a stove and a table.",
    });
  });
});
