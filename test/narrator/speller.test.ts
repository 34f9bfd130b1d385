/** Which tokens keep a text within known words. */
import { describe, expect, it } from "vitest";
import { Speller, wordSourcesOf } from "../../src/narrator/speller.ts";

const LEARNT = ["a", "do", "don't", "door", "doors", "lord", "order", "the", "you"];
const STORY = ["Zohra leads Gita's foal.", "The well at Crow-Hill is 'dry'."];

/** Whether `added` may stand behind `text`. */
function allows(text: string, added: string): boolean {
  return new Speller([added], LEARNT, STORY).behind(text)(0);
}

describe("a speller", () => {
  it.each([
    ["", "You"],
    ["You", " do"],
    [" do", "or"],
    [" door", "s"],
    [" door", "."],
    [" do", "n"],
    [" don", "'"],
    [" don", "'t"],
    [" door", "'s"],
    [" doors", "' "],
    [" 'door", "' the"],
    ["The ", "LORD"],
    [" Zohra", "'s"],
    [" Z", "oh"],
    [" Gita", " "],
    [" Crow", "-Hill"],
    [" lord", " order"],
    [" 12", "3"],
    ["", "\u00c3"],
    ["", ""],
  ])("lets %j go on with %j", (text, added) => expect(allows(text, added)).toBe(true));

  it.each([
    [" lord", "er"],
    [" Zohra", "k"],
    [" do", "n."],
    [" d", " "],
    [" or", "-"],
    ["", " x"],
    ["", " dorder "],
    [" don't", "s"],
    [" Git", " "],
  ])("does not let %j go on with %j", (text, added) => expect(allows(text, added)).toBe(false));

  it("takes words from all that the prompt may hold", () => {
    const known = wordSourcesOf({
      header: [{ name: "You", text: "Idris" }],
      remembered: ["Hob is dead."],
      notes: [{ name: "Gita", text: "a camel" }],
      opening: "Sand.",
      turns: [{ inserted: [], action: { kind: "do", text: "You dig." }, passage: "Water!" }],
      inserted: [{ name: "Zohra", text: "a girl" }],
      action: { kind: "do", text: "You drink." },
      earlier: "Rain fell.",
    }).join(" ");
    for (const word of [
      "Idris",
      "Hob",
      "Gita",
      "camel",
      "Sand",
      "dig",
      "Water",
      "Zohra",
      "girl",
      "drink",
      "Rain",
    ])
      expect(known).toContain(word);
  });
});
