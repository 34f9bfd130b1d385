/** The fact ledger: what it takes from a story and, above all, what it does not. */
import { describe, expect, it, test } from "vitest";
import { applyEdits, certainFacts, forgetFact, toggleLock } from "../../src/game/facts/fact-edits.ts";
import { readFacts } from "../../src/game/facts/ledger.ts";
import type { PlayerAction, StoryTurn } from "../../src/game/ports.ts";

function turn(
  passage: string,
  text = "",
  kind: PlayerAction["kind"] = text === "" ? "continue" : "do",
): StoryTurn {
  return { inserted: [], action: { kind, text }, passage };
}
const idsAfter = (...turns: readonly StoryTurn[]) => readFacts("", turns).map(({ id }) => id);

/** Passage, action, and the facts a careful reader takes from them. */
const CASES: readonly (readonly [passage: string, action: string, facts: readonly string[]])[] = [
  // deaths
  ["Old Hobb is dead.", "", ["dead: Old Hobb"]],
  ["The smoke clears. Pritchard is dead and eight more.", "", ["dead: Pritchard"]],
  ["Captain Vey falls dead at your feet.", "", ["dead: Captain Vey"]],
  ["Sabo dies in the night.", "", ["dead: Sabo"]],
  ["Mira has died of a fever.", "", ["dead: Mira"]],
  ["The squire is dead.", "", ["dead: the squire"]],
  ["You kill the wolf.", "You fight.", ["dead: the wolf"]],
  ["The old king dies.", "", ["dead: the old king"]],
  ["The wolf bites you.", "You kill the wolf.", []],
  ['"Old Hobb is dead," says the miller.', "", []],
  ["Old Hobb is not dead.", "", []],
  ["Hobb is dead tired.", "", []],
  ["Hobb is nearly dead.", "", []],
  ["He is dead.", "", []],
  ["Nobody is dead.", "", []],
  ["The radio is dead.", "", []],
  ["You think that Hobb is dead.", "", []],
  ["Hobb would die for you.", "", []],
  ["If Hobb dies, the mill is yours.", "", []],
  ["Is Hobb dead?", "", []],
  ["Everything dies here.", "", []],
  ["The fire dies.", "", []],
  ["You look at Hobb as he dies.", "", []],
  // belongings
  ["You pick up the brass lamp.", "", ["carries: brass lamp"]],
  ["It is warm.", "You take the lamp.", ["carries: lamp"]],
  ["The room is quiet.", "You take the lamp and open the window.", ["carries: lamp"]],
  ["You put the letter in your coat.", "", ["carries: letter"]],
  ["You slip the small key into your left pocket.", "", ["carries: small key"]],
  ["Hob hands you a lantern and goes.", "", ["carries: lantern"]],
  ["The tall woman gives you her scarf.", "", ["carries: scarf"]],
  ["You go upstairs and pocket the ring.", "", ["carries: ring"]],
  ["You snatch the silver bowl and run.", "", ["carries: silver bowl"]],
  ["You cannot lift it.", "You take the anvil.", []],
  ["It is too heavy.", "You take the chest.", []],
  ["But the guard stops you.", "You take the sword.", []],
  ["You take a deep breath.", "", []],
  ["You take a step back.", "", []],
  ["You take the stairs.", "", []],
  ["You take the left path.", "", []],
  ["You take his arm.", "", []],
  ["You take the horse.", "", []],
  ["You take the robot by its hand.", "", []],
  ["You could take the lamp.", "", []],
  ["You want to take the lamp.", "", []],
  ["Vey takes the lamp.", "", []],
  ["He gives you a nod.", "", []],
  ["She gives you a long look.", "", []],
  ['"You take the lamp," says Vey.', "", []],
  ["You take the medicine.", "", []],
  ["You take the egg and eat it.", "", []],
  ["You take the cup. The cat knocks it over.", "", []],
  // place
  ["You enter the old mill.", "", ["place: old mill"]],
  ["You are in a dark hall with two doors.", "", ["place: dark hall"]],
  ["You step into the shop.", "", ["place: shop"]],
  ["It smells of fish.", "You go into the fish market.", ["place: fish market"]],
  ["You are in trouble.", "", []],
  ["You walk into the river.", "", []],
  ["You are in the saddle.", "", []],
  ["You cannot enter the mill.", "", []],
  ["Vey enters the mill.", "", []],
  ["You ask whether you are in the palace.", "", []],
  // doors
  ["The iron gate is locked.", "", ["locked: iron gate"]],
  ["The door swings open.", "", ["open: door"]],
  ["The stage door is open.", "", ["open: stage door"]],
  ["You unlock the gate.", "", ["unlocked: gate"]],
  ["The bolt is stiff.", "You lock the ward door.", ["locked: ward door"]],
  ["The green door closes behind you.", "", ["closed: green door"]],
  ["A bell rings.", "You open the door.", []],
  ["The door is not locked.", "", []],
  ["The door opens one inch. Then it slams shut.", "", []],
  ["Is the door locked?", "", []],
  ['"The door is locked," he says.', "", []],
  ["The shop opens at nine.", "", []],
];

describe("one turn", () => {
  test.each(CASES)("%j after %j: %j", (passage, action, facts) => {
    expect(idsAfter(turn(passage, action))).toEqual(facts);
  });

  it("is right in at least nine facts of ten over the whole table, of which there are enough", () => {
    const taken = CASES.flatMap(([passage, action, facts]) =>
      idsAfter(turn(passage, action)).map((id) => facts.includes(id)),
    );
    expect(CASES.length).toBeGreaterThanOrEqual(60);
    expect(taken.length).toBeGreaterThanOrEqual(20);
    expect(taken.filter(Boolean).length / taken.length).toBeGreaterThanOrEqual(0.9);
  });
});

describe("the path", () => {
  const lamp = turn("You pick up the brass lamp.");

  it("cites the turn, 0 for the opening", () => {
    expect(readFacts("The iron gate is locked.", [turn("Rain."), lamp])).toEqual([
      { id: "locked: iron gate", kind: "locked", subject: "iron gate", turn: 0, isLocked: false },
      { id: "carries: brass lamp", kind: "carries", subject: "brass lamp", turn: 2, isLocked: false },
    ]);
  });

  it("what is given away is lost, what is taken again is not", () => {
    expect(idsAfter(lamp, turn("You give the lamp to Nilu."))).toEqual(["lost: brass lamp"]);
    expect(idsAfter(lamp, turn("You give Nilu the lamp."))).toEqual(["lost: brass lamp"]);
    expect(idsAfter(lamp, turn("Vey takes the lamp from you."))).toEqual(["lost: brass lamp"]);
    expect(idsAfter(lamp, turn("You put the lamp on the table."))).toEqual(["lost: brass lamp"]);
    const back = [lamp, turn("You drop the lamp."), turn("You pick up the lamp.")];
    expect(idsAfter(...back)).toEqual(["carries: lamp"]);
  });

  it("what was never had cannot be lost", () => {
    expect(idsAfter(turn("You drop your voice. You throw the ball."))).toEqual([]);
  });

  it("there is one place; a plain door stays behind, a door with a name does not", () => {
    const doors = turn("You enter the mill. The door is locked. The iron gate is locked.");
    expect(idsAfter(doors, turn("You enter the old chapel."))).toEqual([
      "locked: iron gate",
      "place: old chapel",
    ]);
  });

  it("a door has one state, the last", () => {
    expect(idsAfter(turn("The iron gate is locked."), turn("The iron gate swings open."))).toEqual([
      "open: iron gate",
    ]);
  });

  it("whoever acts is not dead after all", () => {
    expect(idsAfter(turn("Hobb is dead."), turn("Hobb laughs at you."))).toEqual([]);
    expect(idsAfter(turn("Hobb is dead."), turn("You bury Hobb."))).toEqual(["dead: Hobb"]);
  });

  it("what the player only says is no deed, what the player writes is the story's", () => {
    expect(idsAfter(turn("Rain.", 'You say "I take the lamp."', "say"))).toEqual([]);
    expect(idsAfter(turn("Rain.", "Hobb is dead.", "story"))).toEqual(["dead: Hobb"]);
  });
});

describe("the player's edits", () => {
  const facts = readFacts("", [turn("Hobb is dead. The squire is dead."), turn("You pick up the lamp.")]);

  it("strikes a fact out for good", () => {
    const edits = forgetFact(undefined, "dead: Hobb");
    expect(applyEdits(facts, edits).map(({ id }) => id)).toEqual(["dead: the squire", "carries: lamp"]);
  });

  it("holds a fact whatever is told later, until it is let go", () => {
    const edits = toggleLock(undefined, "dead: Hobb");
    expect(applyEdits([], edits)).toEqual([
      { id: "dead: Hobb", kind: "dead", subject: "Hobb", isLocked: true },
    ]);
    expect(applyEdits(facts, edits)[0]).toMatchObject({ id: "dead: Hobb", turn: 1, isLocked: true });
    expect(applyEdits([], toggleLock(edits, "dead: Hobb"))).toEqual([]);
  });

  it("passes on named deaths, locked ones, and lost things that the action does not name", () => {
    expect(certainFacts(facts, "").dead).toEqual(["Hobb"]);
    expect(certainFacts(applyEdits(facts, toggleLock(undefined, "dead: the squire")), "").dead).toEqual([
      "Hobb",
      "the squire",
    ]);
    const lost = readFacts("", [turn("You pick up the brass lamp."), turn("You drop the lamp.")]);
    expect(certainFacts(lost, "You wait.").notCarried).toEqual(["brass lamp"]);
    expect(certainFacts(lost, "You take the Lamp.").notCarried).toEqual([]);
  });
});
