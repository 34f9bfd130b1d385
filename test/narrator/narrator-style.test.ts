/** Styles, bans, suggestions and explanations on the real built-in model. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NarrationRequest, NarrationStyle } from "../../src/game/ports.ts";
import { importModel } from "../../src/model/import.ts";
import { openModel } from "../../src/model/onnx-model.ts";
import type { LanguageModel } from "../../src/model/types.ts";
import { ModelNarrator } from "../../src/narrator/narrator.ts";
import { AppError } from "../../src/shared/errors.ts";
import { temporaryFolder } from "../model/helpers.ts";
import { writeTinyGpt2 } from "../model/tiny-gpt2.ts";

const root = temporaryFolder();
let model: LanguageModel;
let narrator: ModelNarrator;
beforeAll(async () => {
  model = await openModel(fileURLToPath(new URL("../../models/ember", import.meta.url)), { threads: 1 });
  narrator = await ModelNarrator.create(model);
});
afterAll(() => model.dispose());

function request(seed: number, style?: Partial<NarrationStyle>): NarrationRequest {
  return {
    header: [{ name: "You", text: "Nadia, a lamp maker" }],
    remembered: [],
    notes: [],
    opening: "You are Nadia, a lamp maker. Tonight a light is burning at the bottom of the old well.",
    turns: [],
    inserted: [],
    action: { kind: "do", text: "You look into the well." },
    seed,
    ...(style === undefined ? {} : { style: { dials: {}, bans: [], biases: {}, ...style } }),
  };
}
const passages = async (style?: Partial<NarrationStyle>) => {
  const told: string[] = [];
  for (let seed = 0; seed < 3; seed++) told.push((await narrator.narrate(request(seed, style))).passage);
  return told;
};

it("candidates fit into the smallest windows", async () => {
  for (const positions of [64, 100, 200]) {
    const name = join(root, String(positions));
    const source = await writeTinyGpt2(`${name}-source`, { config: { n_positions: positions } });
    await importModel(source, name);
    const tiny = await openModel(name, { threads: 1 });
    const small = await ModelNarrator.create(tiny);
    const asked = { ...request(1, { dials: { candidates: 4 } }), header: [], opening: "A well." };
    for (const seed of [1, 2, 3, 4]) expect((await small.narrate({ ...asked, seed })).passage).not.toBe("");
    await tiny.dispose();
  }
});

describe("a style", () => {
  it("by itself is the steady preset, and another preset tells another passage", async () => {
    const plain = await passages();
    expect(await passages({ preset: "steady" })).toEqual(plain);
    expect(await passages({ preset: "strict" })).not.toEqual(plain);
    expect(await passages({ dials: { temperature: 0.2 } })).not.toEqual(plain);
  });

  it("keeps every banned phrase out, the commonest words of all", async () => {
    const bans = ["the", "You", "of a"];
    for (const passage of await passages({ bans })) {
      expect(passage).not.toMatch(/\b(?:the|you|of\s+a)\b/i);
      expect(passage).not.toBe("");
    }
    expect((await passages()).join(" ")).toMatch(/\bthe\b/i); // it would have said them
  });

  it("tells biased words more and less often", async () => {
    const count = async (bias: number) => {
      const text = (await passages({ biases: { water: bias, lamp: bias } })).join(" ");
      return text.match(/\b(?:water|lamp)/gi)?.length ?? 0;
    };
    expect(await count(2)).toBeGreaterThan(await count(-2));
  });

  it("that does not exist is refused before anything is told", async () => {
    const refused = await narrator
      .narrate(request(1, { dials: { temprature: 1 } }))
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AppError);
    expect(refused).toMatchObject({ code: "option.unknown", hint: "Did you mean temperature?" });
  });
});

describe("suggestions", () => {
  it("are the same for a seed, and the story goes on as if nobody had asked", async () => {
    const asked = async (times: number) => {
      const player = await ModelNarrator.create(model);
      await player.prepare(request(3));
      const lines: (readonly string[])[] = [];
      for (let i = 0; i < times; i++) lines.push(await player.suggest(request(9)));
      const { passage, stats } = await player.narrate(request(3));
      return { lines, passage, reused: stats.reusedTokens };
    };
    const [plain, twice] = [await asked(0), await asked(2)];
    expect(twice.passage).toBe(plain.passage);
    expect(twice.reused).toBe(plain.reused);
    expect(twice.lines[0]).toEqual(twice.lines[1]);
    expect(twice.lines[0]!.length).toBeGreaterThan(0);
    for (const line of twice.lines[0]!) expect(line).toMatch(/^You .*[.!?]["')]*$/);
  });

  it("are the same where the model has no branches", async () => {
    const plain = { ...model, info: model.info, tokenizer: model.tokenizer, dispose: async () => {} };
    const createSequence = async () => {
      const sequence = await model.createSequence();
      return {
        get tokens() {
          return sequence.tokens;
        },
        evaluate: (...parts: Parameters<typeof sequence.evaluate>) => sequence.evaluate(...parts),
        score: (...parts: Parameters<typeof sequence.score>) => sequence.score(...parts),
        dispose: () => sequence.dispose(),
      };
    };
    const other = await ModelNarrator.create({ ...plain, createSequence });
    const lines = await other.suggest(request(9));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatch(/^You .*[.!?]["')]*$/);
  });
});

describe("an explained passage", () => {
  it("has all its tokens, each with the five likeliest, and leaves the story alone", async () => {
    const plain = await (await ModelNarrator.create(model)).narrate(request(4));
    const player = await ModelNarrator.create(model);
    const tokens = await player.explainPassage(request(4), plain.passage);
    expect(tokens.map(({ text }) => text).join("")).toBe(plain.passage);
    for (const { candidates, probability } of tokens) {
      expect(candidates).toHaveLength(5);
      expect(candidates.every((candidate) => candidate.probability >= 0)).toBe(true);
      expect(probability).toBeLessThanOrEqual(candidates[0]!.probability);
    }
    const effects = tokens.flatMap(({ candidates }) => candidates.flatMap((candidate) => candidate.effects));
    expect(effects.join()).toMatch(/repetition-penalty -\d/);
    expect((await player.narrate(request(4))).passage).toBe(plain.passage);
  });
});
