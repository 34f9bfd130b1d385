/**
 * A player who types what players type, from a list, by a seed: looks and walks, talks, fights, waits, tries the impossible,
 * and asks about the story's own people and things.
 */
import { createRng } from "../narrator/rng.ts";

const LINES = [
  "look around",
  "wait",
  "listen",
  "go north",
  "open the door",
  "go inside",
  "climb up",
  "search the room",
  "pick up what lies there",
  "check my pockets",
  "hide",
  "run",
  "knock on the door",
  "follow the sound",
  "light a match",
  "read what is written there",
  "sit down and rest",
  "drink some water",
  "throw a stone",
  "push as hard as I can",
  "call for help",
  "sneak past them",
  "attack",
  "draw my knife",
  "close my eyes and count to ten",
  "sing a song",
  "fly to the moon",
  "turn into a bird",
  "go back",
  "eat something",
  "look under the table",
  "tie a knot in the rope",
  "jump over it",
  "give them a coin",
  "put it in my bag",
  "smell the air",
  '"Who is there?"',
  '"What do you want?"',
  '"I am not afraid of you!"',
  '"Can you help me?"',
  '"Where does this road go?"',
  '"My name is not important."',
  '"Tell me the truth."',
  '"Stop!"',
  "ask what happened here",
  "thank them and go on",
  "lie about where I come from",
  "wait for the night",
  "",
];

/** Every how many turns the player speaks of one of the story's names. */
const NAME_EVERY = 4;

/** The lines of a game. `names` are the story's notes; the same seed gives the same lines. */
export function scriptLines(turns: number, seed: number, names: readonly string[]): string[] {
  const rng = createRng(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(rng() * from.length)]!;
  let left: string[] = [];
  return Array.from({ length: turns }, (_, turn) => {
    if (names.length > 0 && turn % NAME_EVERY === NAME_EVERY - 1) return speakOf(pick(names), turn);
    if (left.length === 0) left = [...LINES];
    return left.splice(Math.floor(rng() * left.length), 1)[0]!;
  });
}

function speakOf(name: string, turn: number): string {
  const ways = [`look at ${name}`, `"Tell me about ${name}."`, `think about ${name}`];
  return ways[Math.floor(turn / NAME_EVERY) % ways.length]!;
}
