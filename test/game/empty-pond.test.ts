/** The ink story that comes with the game, in random games: nothing is described twice or forgotten, and all of them end. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadStory } from "../../src/game/story/catalog.ts";
import { beginInk, chooseInk } from "../../src/game/story/ink.ts";
import { deriveTurnSeed } from "../../src/game/turn-seed.ts";

const FILE = fileURLToPath(new URL("../../stories/the-empty-pond.ink", import.meta.url));
const GAMES = 60;
const MOST_CHOICES = 120;

/** All passages of a game in which every choice is left to chance, and what could be done after each. */
function playAtRandom(compiled: string, seed: number) {
  const steps = [beginInk(compiled, seed)];
  while (!steps.at(-1)!.moment.ended && steps.length < MOST_CHOICES) {
    const { moment } = steps.at(-1)!;
    const choice = deriveTurnSeed(seed, steps.length, 0) % moment.choices.length;
    steps.push(chooseInk(compiled, moment, choice));
  }
  return steps.map(({ text, moment }) => ({ text, choices: moment.choices, ended: moment.ended }));
}

function wayOf(text: string): string {
  if (text.includes("The stone road ends")) return "along the road";
  return text.includes("let him go") ? "with the catfish" : "out of the house";
}

test("the square is described once, before anything can be done there, whichever way one comes", async () => {
  const { source } = await loadStory(FILE);
  if (source.kind !== "ink") throw new Error("no ink");
  const ways = new Set<string>();
  for (let seed = 0; seed < GAMES; seed++) {
    const steps = playAtRandom(source.compiled, seed);
    expect(steps.at(-1)!.ended).toBe(true);
    const told = steps.flatMap(({ text }, step) => (text.includes("full of mud and shells") ? [step] : []));
    const done = steps.findIndex(({ choices }) => choices.includes("Go into the bell tower"));
    expect(told).toEqual(done < 0 ? [] : [done]);
    if (done >= 0) ways.add(wayOf(steps[done]!.text));
  }
  expect([...ways].sort()).toEqual(["along the road", "out of the house", "with the catfish"]);
});
