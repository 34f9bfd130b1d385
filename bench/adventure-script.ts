/** A story and a player who never tires of it, for measuring long adventures. */
import type { NarrationRequest, PlayerAction } from "../src/game/ports.ts";

export const STORY: Omit<NarrationRequest, "turns" | "inserted" | "action" | "seed"> = {
  header: [
    { name: "Title", text: "The Brass Lamp" },
    { name: "Genre", text: "fantasy, mystery" },
    { name: "Tone", text: "plain, quick, friendly" },
    { name: "You", text: "Aylin, a lamp mender with quick hands" },
  ],
  remembered: ["The brass lamp has oil for one night."],
  notes: [{ name: "The brass lamp", text: "small and dented; its flame is green and shows hidden things" }],
  opening:
    "You are Aylin, and you mend lamps in a small shop on Bridge Street. A girl you do not know puts a brass lamp on your " +
    "table and runs. You light it. The flame is green, and in its light there is a blue door in your wall, where there " +
    "was never a door before. Somebody is knocking on it from the inside.",
};

const act = (text: string): PlayerAction => ({ kind: "do", text });
const say = (text: string): PlayerAction => ({ kind: "say", text: `You say, "${text}"` });

export const ACTIONS: readonly PlayerAction[] = [
  act("You open the blue door."),
  say("Who is there?"),
  act("You hold up the lamp and look around."),
  act("You go down the stone steps."),
  { kind: "continue", text: "" },
  say("I am looking for the girl who brought me this lamp. Have you seen her?"),
  act("You follow the sound of water."),
  act("You hide behind the old cart and wait until the watchmen have gone by."),
  act("You ask the old woman about the market."),
  { kind: "story", text: "A bell rings somewhere far above, and every lamp in the market goes out." },
  act("You run."),
  say("Take my hand, quickly!"),
  act("You climb the wall to the roof."),
  act("You give the captain the empty oil can and keep the lamp under your coat."),
  { kind: "continue", text: "" },
  act("You read the letter."),
  say("That is not what you told me yesterday."),
  act("You try the small key in the lock."),
  act("You walk to the harbour and look for a boat."),
];
