/** `/facts`: the ledger of what the story has plainly said, and what the player makes of it. */
import { AppError } from "../shared/errors.ts";
import { type Adventure, listFacts } from "./adventure.ts";
import { forgetFact, tellFact, toggleLock } from "./facts/fact-edits.ts";
import type { Fact } from "./facts/ledger.ts";
import { buildBlock } from "./page.ts";
import type { Block } from "./protocol.ts";

interface FactGame {
  readonly adventure: Adventure;
  show(...blocks: readonly Block[]): void;
  change(adventure: Adventure, shows: "page" | "nothing"): Promise<void>;
}

/** `/facts`, `/facts forget N`, `/facts lock N`. Throws `option.outOfRange` and `option.unknown`. */
export async function listOrChangeFacts(game: FactGame, argument: string): Promise<void> {
  const facts = listFacts(game.adventure);
  if (argument === "") return game.show(buildBlock("info", tellFacts(facts)));
  const [, verb, number = ""] = /^(forget|lock)(?:\s+(.*))?$/i.exec(argument) ?? [];
  if (verb === undefined) {
    throw new AppError("option.unknown", `/facts cannot "${argument.slice(0, 40)}".`, {
      hint: "/facts lists them; /facts forget N and /facts lock N change one.",
    });
  }
  const fact = pick(facts, number);
  const change = verb.toLowerCase() === "lock" ? toggleLock : forgetFact;
  const { adventure } = game;
  await game.change({ ...adventure, factEdits: change(adventure.factEdits, fact.id) }, "nothing");
  game.show(buildBlock("info", `${outcome(verb.toLowerCase(), fact)}: ${tellFact(fact)}`));
}

function outcome(verb: string, fact: Fact): string {
  if (verb === "forget") return "Struck out";
  return fact.isLocked ? "Certain no longer" : "Certain from now on";
}

function pick(facts: readonly Fact[], number: string): Fact {
  const fact = /^\d{1,4}$/.test(number) ? facts[Number(number) - 1] : undefined;
  if (fact !== undefined) return fact;
  const range = facts.length === 0 ? "There are none yet." : `There are facts 1 to ${facts.length}.`;
  throw new AppError("option.outOfRange", `/facts needs the number of a fact. ${range}`, {
    hint: "/facts lists them.",
  });
}

function tellFacts(facts: readonly Fact[]): string {
  if (facts.length === 0)
    return "The story has settled nothing yet: nobody dead, nothing taken, no door locked.";
  return facts.map((fact, index) => `${index + 1}. ${tellFact(fact)} (${sourceOf(fact)})`).join("\n");
}

function sourceOf({ turn, isLocked }: Fact): string {
  const source = turn === undefined ? "not said on this path" : turn === 0 ? "opening" : `turn ${turn}`;
  return isLocked ? `${source}, certain` : source;
}
