import { describe, expect, it } from "vitest";
import { createGuard, loopsInside } from "../../src/narrator/guard.ts";
import { wordsOf } from "../../src/narrator/similarity.ts";

const context = {
  recentPassages: [
    "The guard looks at you with tired eyes. He nods. You hear water behind the wall.",
    "A bell rings in the tower above the market.",
    "He waits.",
    "You sit down.",
  ],
  action: "You open the heavy oak door.",
  deed: "You open the heavy oak door.",
  notes: ["commander of the harbor watch; honest, stubborn, distrusts magic"],
};
const judge = createGuard(context);

describe("the guard", () => {
  const table: [sentence: string, told: string[], verdict: string | null][] = [
    ["The room behind it is dark and cold.", [], null],
    ["...", [], "empty"],
    ["The guard looks at you with his tired eyes.", [], "repeats an earlier passage"],
    ["A bell rings in the tower above the market.", [], "repeats an earlier passage"],
    ["He nods.", [], null],
    ["You sit down.", [], "repeats an earlier passage"],
    ["It is dark.", ["It is dark."], "repeats this passage"],
    ["You open the heavy oak door.", [], null],
    ["You open the heavy oak door.", ["It is old and stuck."], "echoes the action"],
    ["You open the heavy oak door and step into a hall full of snow.", [], null],
    ["Slowly you open the heavy oak door.", ["It is old and stuck."], "echoes the action"],
    ["You pull the iron door open and open the oak door.", [], "mistakes the action"],
    ['You open the heavy oak door and say "What a door!"', [], null],
    ["You open the heavy oak door with both hands.", [], null],
    ["You open the heavy iron door and look inside.", [], "mistakes the action"],
    ["You open the gate.", [], "mistakes the action"],
    ["You open the gate.", ["The oak door is locked."], null],
    ["You open the old and heavy oak door and look inside.", [], null],
    ["You open the oak door and look inside.", [], null],
    ["You opened your eyes too late, and the door is gone.", [], null],
    ["You open a door of heavy oak and look inside.", [], null],
    ["He is the commander of the harbor watch; honest, stubborn, distrusts magic.", [], "echoes a note"],
    ["You see [Captain Vey: a man].", [], "off format"],
    ["Visit https://example.org for more.", [], "off format"],
    ["Aaaaaaaargh, he says.", [], "off format"],
    ["\u0414\u0430 says the man \u043d\u0435\u0442.", [], "off format"],
    ["I walk to the door and open it.", [], "first person"],
    ['"I walk to my door," he says.', [], null],
    ["On the wall stands: I AM BENNO.", [], null],
    ["I BITE, says a sign.", [], null],
    ["I, I, I see the TV.", [], "first person"],
    ["The man, the man, the man, the man is here.", [], "loops inside"],
    ["No no no no, the walls are closing in.", [], "loops inside"],
    ["You take the horn and take the horn.", [], "loops inside"],
    ['"I am Pell."', ['"I am Pell the sheriff," says the boy.'], "repeats this passage"],
    ['"I am the boy."', ['"I am Pell," he says.', '"I am the keeper of keys."'], "repeats this passage"],
    ['"I am the boy."', ['"I am Pell," he says.'], null],
    ["He nods.", ["He nods to you.", "He nods and smiles."], null],
  ];
  it.each(table)("%j after %j: %s", (sentence, told, verdict) => expect(judge(sentence, told)).toBe(verdict));

  it("finds a run of six words that comes back within a passage", () => {
    const told = ["You walk down the long dark hall and stop."];
    expect(judge("Then you walk down the long dark hall again with a lamp in hand.", told)).toBe(
      "repeats this passage",
    );
  });

  it("blames a run that comes back on the sentence in which it does, not on those after it", () => {
    const told = ["To the house of her husband.", "To the house of her husband again."];
    expect(judge("Rain falls on the roof.", told)).toBeNull();
  });
});

describe("a sentence like the action", () => {
  const nothing = { recentPassages: [], notes: [] };

  it("is no mistake where the action is prose, which is continued and not answered", () => {
    const prose = { ...nothing, action: "The old lamp flickers.", deed: "" };
    expect(createGuard(prose)("The old house groans in the wind.", [])).toBeNull();
    expect(createGuard({ ...prose, deed: prose.action })("The old house groans in the wind.", [])).toBe(
      "mistakes the action",
    );
  });

  it("is no mistake where another adverb stands", () => {
    const running = "You run quickly to the door.";
    expect(
      createGuard({ ...nothing, action: running, deed: running })(
        "You run straight to the door and knock.",
        [],
      ),
    ).toBeNull();
  });
});

describe("certain facts", () => {
  const facts = { dead: ["Old Hobb", "the squire"], notCarried: ["brass lamp"] };
  const judgeFacts = createGuard({ recentPassages: [], action: "", deed: "", notes: [], facts });

  it.each([
    "Old Hobb laughs and shakes his head.",
    "The door opens, and Old Hobb comes in.",
    '"Go home," says Old Hobb.',
    '"Go home." Old Hobb slowly turns away.',
    "The squire nods to you.",
    "You raise your brass lamp.",
    "You hold up the lamp and look around.",
  ])("%s contradicts one", (sentence) => expect(judgeFacts(sentence, [])).toBe("contradicts a fact"));

  it.each([
    "You think of Old Hobb.",
    "The ghost of Old Hobb stands at the door.",
    "Old Hobb's hat hangs on a nail.",
    '"Old Hobb takes his tea black," says the miller.',
    "In your dream Old Hobb laughs.",
    "Old Hobb lies under the stone.",
    "The son of Old Hobb shakes your hand.",
    "Young Hobb laughs.",
    "A lamp burns in the window.",
    "You look for your lamp, but it is gone.",
    "Vey raises the brass lamp.",
    '"You raise the lamp like this," says Vey.',
  ])("%s does not", (sentence) => expect(judgeFacts(sentence, [])).toBeNull());
});

describe("loops of the first games", () => {
  // Shapes reported by players of AI Dungeon 2 (issues 68 and 133), in our words.
  it.each([
    "You are in the castle and you are in the castle and you are in the castle.",
    "You go to the door and the door and the door and the door.",
    "He says that he says that he says that he is here.",
  ])("%s", (text) => expect(loopsInside(wordsOf(text))).toBe(true));

  it("lets a long speech come back to its words", () => {
    const speech =
      "There is gold in the house and silver in the house, and if you think that the old man who lives upstairs with " +
      "his nine cats will give away so much as a spoon of it, you do not know what it is to be alone in the house.";
    expect(loopsInside(wordsOf(speech))).toBe(false);
    expect(loopsInside(wordsOf("It is in the house. ".repeat(9)))).toBe(true);
  });

  it("lets an emphatic repetition pass", () => {
    expect(loopsInside(wordsOf("No, no, no, he says, not that one."))).toBe(false);
  });
});
