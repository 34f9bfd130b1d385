/** Layers that are switched off are not there; the others and the game stay as they are. */
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { LAYERS, type Layer, withNarrator } from "../../src/evaluation/layers.ts";
import type { NarrationRequest, StoryTurn } from "../../src/game/ports.ts";
import { openModel } from "../../src/model/onnx-model.ts";
import type { LanguageModel } from "../../src/model/types.ts";
import { ModelNarrator } from "../../src/narrator/narrator.ts";

let model: LanguageModel;
beforeAll(async () => {
  model = await openModel(fileURLToPath(new URL("../../models/ember", import.meta.url)), { threads: 1 });
});
afterAll(() => model.dispose());
afterEach(() => vi.restoreAllMocks());

const vey = { name: "Captain Vey", text: "tall, honest" };
const remember = { name: "Remember", text: "the letter must not get wet" };
const turn = (i: number): StoryTurn => ({
  inserted: [],
  action: { kind: "do", text: `You walk to house number ${i}.` },
  passage: `A dog barks at the green gate of house ${i}. The baker Melchior hides a silver spoon under stone ${i} of the wall.`,
});
const request: NarrationRequest = {
  header: [],
  remembered: [remember.text],
  notes: [],
  opening: "You are in a street.",
  turns: Array.from({ length: 30 }, (_, i) => turn(i)),
  inserted: [remember, vey],
  action: { kind: "do", text: "You ask Captain Vey." },
  seed: 1,
  style: { dials: {}, bans: [], biases: {} },
  facts: { dead: ["Hob"], notCarried: [] },
};

/** What stands in the prompt besides the turns, of which more fit when something else is gone. */
function sources(...off: readonly Layer[]): Promise<Set<string>> {
  return withNarrator(model, new Set(off), async (narrator) => {
    const pieces = narrator.explain(request).pieces.filter(({ state }) => state !== "left out");
    return new Set(pieces.map(({ source }) => source).filter((source) => !/^turn /.test(source)));
  });
}

/** What the narrator itself is asked. */
async function askedWithout(...off: readonly Layer[]): Promise<NarrationRequest> {
  const narrate = vi.spyOn(ModelNarrator.prototype, "narrate").mockResolvedValue(undefined as never);
  await withNarrator(model, new Set(off), (narrator) => narrator.narrate(request));
  return narrate.mock.calls.at(-1)![0];
}

describe("without", () => {
  it("nothing, all is there", async () => {
    for (const source of ["summary", "note", "remembered"]) expect(await sources()).toContain(source);
    expect(await askedWithout()).toEqual(request);
  });

  it("the summary or the notes, only that is gone", async () => {
    const all = await sources();
    expect(await sources("summary")).toEqual(new Set([...all].filter((source) => source !== "summary")));
    expect(await sources("notes")).toEqual(new Set([...all].filter((source) => source !== "note")));
  });

  it("recall, nothing comes back", async () => {
    const asking = { ...request, action: { kind: "do", text: "You ask Melchior about the spoon." } } as const;
    const recalled = (...off: readonly Layer[]) =>
      withNarrator(model, new Set(off), async (narrator) => narrator.recall(asking).length);
    expect(await recalled()).toBeGreaterThan(0);
    expect(await recalled("recall")).toBe(0);
  });

  it("facts or ways of choosing, the guard and the writer know of none", async () => {
    expect(await askedWithout("facts")).not.toHaveProperty("facts");
    const { style } = await askedWithout("candidates", "guidance", "known-words");
    expect(style?.dials).toEqual({ candidates: 1, guidance: 0, "known-words": 0 });
  });

  it("everything, it still tells", async () => {
    const { passage } = await withNarrator(model, new Set(LAYERS), (narrator) => narrator.narrate(request));
    expect(passage).not.toBe("");
  });
});
