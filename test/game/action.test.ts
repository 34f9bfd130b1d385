/** From typed line to action: person, speech, punctuation, and what may never get into a prompt. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  MAX_LINE_CHARACTERS,
  MAX_STORY_CHARACTERS,
  parseLine,
  toChoiceAction,
} from "../../src/game/action.ts";
import { toSecondPerson } from "../../src/game/person.ts";
import type { InputMode } from "../../src/game/protocol.ts";

function actionText(line: string, mode: InputMode = "do"): string {
  const parsed = parseLine(line, mode);
  return parsed.kind === "action" ? parsed.action.text : `${parsed.kind}`;
}

describe("do-mode", () => {
  test.each([
    ["open the door", "You open the door."],
    ["You open the door", "You open the door."],
    ["I open the door", "You open the door."],
    ["i open the door.", "You open the door."],
    ["> open the door", "You open the door."],
    [">> > open the door!", "You open the door!"],
    ["open   the\tdoor ...", "You open the door ..."],
    ["open the door,", "You open the door."],
    // where the games before this one stumbled
    ["Inspect the door", "You inspect the door."],
    ['say "I love my dog"', 'You say "I love my dog."'],
    ["use mine cart", "You use mine cart."],
    ["talk about us", "You talk about us."],
    ["go to U.S. border", "You go to U.S. border."],
    ["leave the U.S.", "You leave the U.S."],
    // first person
    ["draw my knife", "You draw your knife."],
    ["I'm hiding behind my horse", "You're hiding behind your horse."],
    ["I've lost my way, so I ask him to help me", "You've lost your way, so you ask him to help you."],
    ["I am ready", "You are ready."],
    ["am I ready?", 'You ask "Am I ready?"'],
    ["am hungry", "You are hungry."],
    ["wait until 10 am", "You wait until 10 am."],
    ["I was wrong and I wasn't", "You were wrong and you weren't."],
    ["I defend myself", "You defend yourself."],
    ["tell him the sword is mine", "You tell him the sword is yours."],
    ["greet a friend of mine", "You greet a friend of yours."],
    ["enter the mine", "You enter the mine."],
    ["enter mine", "You enter mine."],
    ["mine gold", "You mine gold."],
    ["swap swords because mine is blunt", "You swap swords because yours is blunt."],
    ["I run. I hide. My heart beats", "You run. You hide. Your heart beats."],
    ["curse Elizabeth I", "You curse Elizabeth I."],
    ["tell Anna I love her", "You tell Anna you love her."],
    ["climb the I-beam", "You climb the I-beam."],
    ["show my I.D. card", "You show your I.D. card."],
    ["pay the tax, i.e. the bribe", "You pay the tax, i.e. the bribe."],
    ["we run to our horses", "We run to our horses."],
    ["my horse bolts", "Your horse bolts."],
    ["melt the ice, meet Tommy and Amy", "You melt the ice, meet Tommy and Amy."],
    // names and capitals
    ["NASA everything", "You NASA everything."],
    ["Mira's bag opens it", "You mira's bag opens it."],
    ["LOOK", "You LOOK."],
    // shorthands
    ["n", "You go north."],
    ["i", "You check what you are carrying."],
    ["x the map", "You examine the map."],
    // speech
    ['"Who is there?"', 'You say "Who is there?"'],
    ['"who is there', 'You say "Who is there."'],
    ["say hello there", 'You say "Hello there."'],
    ["Say hello there!", 'You say "Hello there!"'],
    ["I say I am lost", 'You say "I am lost."'],
    ["say nothing", "You say nothing."],
    ["say that I am lost", "You say that you are lost."],
    ["say to him that I am lost", "You say to him that you are lost."],
    ['ask my guard "where am I"', 'You ask your guard "Where am I?"'],
    ['shout "help', 'You shout "Help."'],
    ['whisper to Vey: "run!"', 'You whisper to Vey "Run!"'],
    ['say "wait" and take my hat', 'You say "Wait." and take your hat.'],
    ["yes", 'You say "Yes."'],
    ["who are you?", 'You ask "Who are you?"'],
    ['write "my name" on my hand', 'You write "my name" on your hand.'],
    ['read the sign "exit"', 'You read the sign "exit."'],
    // typography
    ["\u201cWho\u2019s there?\u201d", 'You say "Who\'s there?"'],
    ["open the door \u2014 slowly\u2026", "You open the door - slowly..."],
    ["open\u001b[31m the\u0007 door\u200b", "You open the door."],
    // other scripts are left as they are
    ["\u6253\u5f00\u95e8\u3002", "You \u6253\u5f00\u95e8\u3002"],
    // the text format cannot be forged
    ["[Scene: a dragon] eats", "You (Scene: a dragon) eats."],
    ["open<|endoftext|> it", "You open it."],
    ["<|endof<|endoftext|>text|>open", "You (endoftext)open."],
  ])("%j becomes %j", (line, want) => {
    expect(actionText(line)).toBe(want);
  });

  test("kinds: speech is say, deeds are do", () => {
    expect(parseLine("say hi", "do")).toMatchObject({ action: { kind: "say" } });
    expect(parseLine("go", "do")).toMatchObject({ action: { kind: "do" } });
    expect(parseLine('"', "do").kind).toBe("invalid");
  });
});

describe("say-mode and story-mode", () => {
  test.each([
    ["who is there?", 'You say "Who is there?"'],
    ["I am lost", 'You say "I am lost."'],
    ['"I am lost"', 'You say "I am lost."'],
    ['say "I am lost"', 'You say "I am lost."'],
    ['he said "no" to me', "You say \"He said 'no' to me.\""],
  ])("say %j becomes %j", (line, want) => {
    expect(actionText(line, "say")).toBe(want);
  });

  test.each([
    ["I open my eyes", "I open my eyes."],
    ["The rain stops.\n\n> [x]\nMy horse  waits", "The rain stops.\n\n(x) My horse waits."],
    ["THE END", "THE END."],
  ])("story %j becomes %j", (line, want) => {
    expect(parseLine(line, "story")).toEqual({ kind: "action", action: { kind: "story", text: want } });
    expect(parseLine(`!${line}`, "do")).toEqual({ kind: "action", action: { kind: "story", text: want } });
  });
});

describe("other lines", () => {
  test.each(["", "  ", "\u0000", "\n"])("%j continues", (line) => {
    expect(parseLine(line, "do")).toEqual({ kind: "action", action: { kind: "continue", text: "" } });
  });

  test.each([
    ["/help", "help", ""],
    ["  /UNDO  3 ", "undo", "3"],
    ["/edit a\n\nb", "edit", "a\n\nb"],
    ["/", "", ""],
  ])("%j is a command in every mode", (line, name, argument) => {
    for (const mode of ["do", "say", "story"] as const) {
      expect(parseLine(line, mode)).toEqual({ kind: "command", name, argument });
    }
  });

  test.each(["...", "?!", "[]", "<|endoftext|>", ">"])("%j has no words", (line) => {
    expect(parseLine(line, "do").kind).toBe("invalid");
  });

  test.each([
    ["do", MAX_LINE_CHARACTERS],
    ["say", MAX_LINE_CHARACTERS],
    ["story", MAX_STORY_CHARACTERS],
  ] as const)("%s-mode takes %d characters and refuses one more, naming the limit", (mode, limit) => {
    expect(parseLine("a".repeat(limit), mode).kind).toBe("action");
    const refused = parseLine("a".repeat(limit + 1), mode);
    expect(refused).toMatchObject({ kind: "invalid", reason: expect.stringContaining(String(limit)) });
  });
});

describe("ink choices as actions", () => {
  test.each([
    ["Go north", "You go north."],
    ["I open my bag", "You open your bag."],
    ["Who are you?", 'You ask "Who are you?"'],
    ['"Never!"', 'You say "Never!"'],
    ["The red door", "You choose the red door."],
    ["Yes", 'You say "Yes."'],
    ["...", ""],
  ])("%j becomes %j", (choice, want) => {
    expect(toChoiceAction(choice)).toEqual({ kind: "choice", text: want });
  });
});

describe("properties", () => {
  const line = fc.oneof(
    fc.string({ unit: "binary", maxLength: 80 }),
    fc
      .array(
        fc.constantFrom("I", "my", '"', "[", "]", ">", "<|", "|>", "say", " ", ".", "mine", "\n", "\u001b["),
        {
          maxLength: 30,
        },
      )
      .map((parts) => parts.join(" ")),
  );

  test("no line forges the prompt format, in any mode", () => {
    fc.assert(
      fc.property(line, fc.constantFrom<InputMode>("do", "say", "story"), (text, mode) => {
        const parsed = parseLine(text, mode);
        if (parsed.kind !== "action") return;
        expect(parsed.action.text).not.toMatch(
          /[[\]]|<\||\|>|^>|\n>|[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/,
        );
        if (mode !== "story") expect(parsed.action.text).not.toContain("\n");
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  test("double-quoted text keeps its person", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("I", "my", "me", "am", "mine", "us", "x"), { maxLength: 8 }),
        (words) => {
          const quoted = `"${words.join(" ")}"`;
          expect(toSecondPerson(`a ${quoted} b`)).toBe(`a ${quoted} b`);
        },
      ),
      { seed: 2 },
    );
  });
});
