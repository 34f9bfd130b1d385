/** What the narrator remembers of a story that has left its window: the summary, the recall, the author's note. */
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BracketLine, NarrationRequest, StoryTurn } from "../../src/game/ports.ts";
import { loadTokenizer } from "../../src/model/tokenizer.ts";
import type { Tokenizer } from "../../src/model/types.ts";
import { Bm25, bagOf } from "../../src/narrator/bm25.ts";
import { ContextWindow } from "../../src/narrator/context-window.ts";
import { stemOf, termsOf } from "../../src/narrator/terms.ts";
import { byteTokenizer } from "./byte-tokenizer.ts";

const ember = await loadTokenizer(
  fileURLToPath(new URL("../../models/ember/tokenizer.json", import.meta.url)),
  { vocabularySize: 4096 },
);

function turn(text: string, passage: string, inserted: readonly BracketLine[] = []): StoryTurn {
  return { inserted, action: { kind: "do", text }, passage };
}

const PLACES = [
  "bridge",
  "market",
  "tower",
  "orchard",
  "harbor",
  "mill",
  "chapel",
  "quarry",
  "garden",
  "cellar",
];
const SIGHTS = ["a crow on a post", "wet leaves", "an old cart", "smoke in the north", "two quiet goats"];

/** Ordinary turns that have no word in common with the planted fact. */
function longStory(count: number): StoryTurn[] {
  return Array.from({ length: count }, (_, i) =>
    turn(
      `You walk to the ${PLACES[i % 10]!}.`,
      `You reach the ${PLACES[i % 10]!} when the bell has rung ${i + 3} times. There is ${SIGHTS[i % 5]!}, and the wind is cold. Somebody has been here since number ${i}.`,
    ),
  );
}

function request(
  turns: readonly StoryTurn[],
  action: string,
  more: Partial<NarrationRequest> = {},
): NarrationRequest {
  return {
    header: [
      { name: "Title", text: "The Well" },
      { name: "Tone", text: "dry" },
    ],
    remembered: [],
    notes: [],
    opening: "You are Ana, a potter. You stand at a well.",
    turns,
    inserted: [],
    action: { kind: "do", text: action },
    seed: 1,
    ...more,
  };
}

const FACT = "Grandmother Sabo hides the silver key under the third stone of the wall.";
const story = longStory(79).with(
  4,
  turn("You follow Sabo home.", `It is late. ${FACT} Then she locks the house.`),
);
const textOf = (tokenizer: Tokenizer, window: ContextWindow, asked: NarrationRequest) =>
  tokenizer.decode(window.build(asked).tokens);

describe("terms", () => {
  it.each([
    ["hide", "hiding"],
    ["hide", "hides"],
    ["wolf", "wolves"],
    ["knife", "knives"],
    ["carry", "carried"],
    ["run", "running"],
    ["stop", "stopped"],
    ["box", "boxes"],
    ["stone", "stones"],
    ["city", "cities"],
    ["lamp", "lamp's"],
  ])("%s is found by %s", (a, b) => expect(stemOf(a)).toBe(stemOf(b)));

  it.each([
    ["king", "kin"],
    ["bed", "be"],
    ["glass", "glas"],
  ])("%s is not %s", (a, b) => expect(stemOf(a)).not.toBe(b));

  it("drops function words and knows names by capitals inside a sentence", () => {
    expect(termsOf("You give the lamp to Ana. Rain falls.")).toEqual([
      { stem: "lamp", isName: false },
      { stem: "ana", isName: true },
      { stem: "rain", isName: false },
      { stem: "fall", isName: false },
    ]);
  });
});

it("BM25 gives the figures of its formula", () => {
  const index = new Bm25([["a", "b"], ["a", "c", "c", "d"], ["e"]].map(bagOf));
  expect(index.weightOf("c")).toBeCloseTo(Math.log(1 + 2.5 / 1.5), 12);
  const norm = 1.2 * (1 - 0.75 + (0.75 * 4) / (7 / 3));
  expect(index.score(new Map([["c", 1]]), 1)).toBeCloseTo(
    (Math.log(1 + 2.5 / 1.5) * 2 * 2.2) / (2 + norm),
    12,
  );
  expect(index.score(new Map([["c", 1]]), 0)).toBe(0);
});

describe.each([
  ["bytes", byteTokenizer, 2400],
  ["ember's tokens", ember, 1024],
] as const)("recall over %s", (_name, tokenizer, positions) => {
  const window = new ContextWindow(tokenizer, positions);

  it("brings a fact of turn 5 back at turn 80 when the action asks for it, and cites the turn", () => {
    const asked = request(story, "You ask where Grandmother Sabo hid the silver key.");
    expect(textOf(tokenizer, window, asked)).not.toContain(FACT);
    const recalled = window.recall(asked);
    expect(recalled[0]).toEqual({ name: "Earlier", text: FACT });
    expect(recalled.length).toBeLessThanOrEqual(2);
    const built = window.build({ ...asked, inserted: recalled });
    const prompt = tokenizer.decode(built.tokens);
    expect(prompt.indexOf(`[Earlier: ${FACT}]`)).toBeGreaterThan(prompt.indexOf("cold"));
    const { pieces } = window.explain({ ...asked, inserted: recalled });
    const piece = pieces.find(({ text }) => text === `[Earlier: ${FACT}]`);
    expect(piece).toMatchObject({ source: "recalled", state: "included", reason: "from turn 5" });
    expect(pieces.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(built.tokens.length);
  });

  it.each(["You wait.", "You sing a song about summer.", "You look around.", "You go on.", 'You say "Yes."'])(
    "says nothing for %s",
    (action) => expect(window.recall(request(story, action))).toEqual([]),
  );

  it("does not recall what can be read in the window: the line itself, or the story", () => {
    const asked = request(story, "You look for the silver key under the third stone.");
    const lines = window.recall(asked);
    const told = [...story, turn(asked.action.text, "You find nothing but ants.", lines)];
    expect(window.recall(request(told, "You look for the silver key under the third stone again."))).toEqual(
      [],
    );
    const near = longStory(79).with(77, turn("You follow Sabo home.", FACT));
    expect(window.recall(request(near, "You look for the silver key under the third stone."))).toEqual([]);
  });

  it("leaves the log as it was told: the recalled line stays in its turn, and the prompt goes on from there", () => {
    const asked = request(story, "You look for the silver key under the third stone.");
    const inserted = window.recall(asked);
    const before = window.build({ ...asked, inserted }).tokens;
    const told = [...story, turn(asked.action.text, "You find nothing but ants.", inserted)];
    const after = window.build(request(told, "You wait.")).tokens;
    expect(after.slice(0, before.length)).toEqual(before);
  });
});

describe("the summary", () => {
  const window = new ContextWindow(byteTokenizer, 2400);
  const summaryOf = (asked: NarrationRequest) =>
    window.explain(asked).pieces.find(({ source }) => source === "summary")?.text;

  it("is not there while the whole story can be read", () => {
    expect(summaryOf(request(story.slice(0, 3), "You wait."))).toBeUndefined();
  });

  it("consists of one to three whole sentences of what has left the window", () => {
    const text = summaryOf(request(story, "You wait."))!;
    const sentences = text.replace(/^\[Earlier: |\]$/g, "").split(/(?<=[.!?])\s/);
    expect(sentences.length).toBeGreaterThanOrEqual(1);
    expect(sentences.length).toBeLessThanOrEqual(3);
    const told = story.map(({ action, passage }) => `${action.text} ${passage}`).join(" ");
    for (const sentence of sentences) expect(told).toContain(sentence);
  });

  it("prefers names and what is said often to small talk, and closes its quotations", () => {
    const early = [
      turn("You wait.", 'It is quiet. "You will see," she says, and looks away. The wind is cold.'),
      turn("You ask.", "Captain Vey wants the brass lamp, and Nilu has hidden it in the Low Market."),
    ];
    const text = summaryOf(request([...early, ...longStory(20)], "You wait."))!;
    expect(text).toContain("Captain Vey wants the brass lamp");
    expect(text.split('"').length % 2).toBe(1);
  });

  it("stays the same between rebuilds", () => {
    const seen: { start: string; summary: string | undefined }[] = [];
    for (let told = 20; told < 60; told++) {
      const asked = request(story.slice(0, told), "You wait.");
      const { pieces } = window.explain(asked);
      const start = pieces.find(({ reason }) => reason === "older than the window")?.text ?? "";
      seen.push({ start, summary: summaryOf(asked) });
    }
    const windows = new Map<string, Set<string | undefined>>();
    for (const { start, summary } of seen) windows.set(start, (windows.get(start) ?? new Set()).add(summary));
    expect(windows.size).toBeGreaterThan(3);
    for (const summaries of windows.values()) expect(summaries.size).toBe(1);
  });

  it("gives way to the player's own", () => {
    const asked = request(story, "You wait.", { earlier: "You stole the lamp." });
    expect(summaryOf(asked)).toBe("[Earlier: You stole the lamp.]");
    expect(summaryOf(request([], "You wait.", { earlier: "You stole the lamp." }))).toBe(
      "[Earlier: You stole the lamp.]",
    );
  });
});

describe("the author's note", () => {
  const window = new ContextWindow(byteTokenizer, 1600);
  const tone = { name: "Tone", text: "grim" };

  it("is written again although it can be read further up", () => {
    const turns = longStory(4).map((one, i) => (i === 1 ? { ...one, inserted: [tone] } : one));
    const prompt = textOf(
      byteTokenizer,
      window,
      request(turns, "You wait.", { inserted: [tone], tone: "grim" }),
    );
    expect(prompt.match(/\[Tone: grim\]/g)).toHaveLength(2);
    expect(prompt).toContain("[Tone: dry]");
  });

  it("takes the place of the header's tone once its line has left the window", () => {
    const turns = longStory(40).map((one, i) => (i === 1 ? { ...one, inserted: [tone] } : one));
    const prompt = textOf(byteTokenizer, window, request(turns, "You wait.", { tone: "grim" }));
    expect(prompt.match(/\[Tone: grim\]/g)).toHaveLength(1);
    expect(prompt).not.toContain("[Tone: dry]");
  });
});

it("the lines before an action never crowd it out, the first ones first served", () => {
  const lines = Array.from({ length: 30 }, (_, i) => ({ name: `Note ${i}`, text: "x".repeat(40) }));
  const window = new ContextWindow(byteTokenizer, 1024);
  const asked = request([], "You wait.", { inserted: lines });
  const { tokens } = window.build(asked);
  const report = window.explain(asked);
  expect(byteTokenizer.decode(tokens)).toContain("[Note 0: ");
  expect(byteTokenizer.decode(tokens)).toMatch(/> You wait\.\n$/);
  const leftOut = report.pieces.filter(({ reason }) => reason === "no room before the action");
  expect(leftOut.length).toBeGreaterThan(10);
  expect(leftOut.at(-1)!.text).toContain("Note 29");
});

it("the same comes out of a used and of a new window, with recall, summary and tone", () => {
  const step = fc.record({
    told: fc.nat(45),
    tone: fc.constantFrom(undefined, "dry", "grim"),
    earlier: fc.constantFrom(undefined, "You stole the lamp."),
    action: fc.constantFrom("You wait.", "You ask Sabo for the silver key.", "You walk to the old mill."),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
      const used = new ContextWindow(byteTokenizer, 1400);
      for (const { told, tone, earlier, action } of steps) {
        const turns = story.slice(0, told).map((one, i) => {
          const inserted =
            i % 9 === 5
              ? [
                  { name: "Tone", text: "grim" },
                  { name: "Earlier", text: FACT },
                ]
              : [];
          return { ...one, inserted };
        });
        const asked = request(turns, action, {
          ...(tone === undefined ? {} : { tone }),
          ...(earlier === undefined ? {} : { earlier }),
        });
        const fresh = () => new ContextWindow(byteTokenizer, 1400);
        const inserted = used.recall(asked);
        expect(inserted).toEqual(fresh().recall(asked));
        expect(used.build({ ...asked, inserted }).tokens).toEqual(
          fresh().build({ ...asked, inserted }).tokens,
        );
      }
    }),
    { numRuns: 12 },
  );
}, 120_000);
