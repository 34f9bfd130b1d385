/** What the player makes of the ledger: facts struck out, facts held to be certain; and what the narrator is told of it. */
import type { CertainFacts } from "../ports.ts";
import type { Fact, FactKind } from "./ledger.ts";

/** Ids of facts; see `Fact`. */
export interface FactEdits {
  readonly forgotten: readonly string[];
  readonly locked: readonly string[];
}

const NO_EDITS: FactEdits = { forgotten: [], locked: [] };

/** The facts without those struck out; locked ones stay whatever the story says later. */
export function applyEdits(facts: readonly Fact[], edits: FactEdits = NO_EDITS): readonly Fact[] {
  const kept = facts
    .filter(({ id }) => !edits.forgotten.includes(id))
    .map((fact) => ({ ...fact, isLocked: edits.locked.includes(fact.id) }));
  const held = edits.locked.filter((id) => !kept.some((fact) => fact.id === id));
  return [...held.map(factOfId), ...kept];
}

function factOfId(id: string): Fact {
  const split = id.indexOf(": ");
  return { id, kind: id.slice(0, split) as FactKind, subject: id.slice(split + 2), isLocked: true };
}

/** Strikes a fact out; it does not come back when it is said again. */
export function forgetFact({ forgotten, locked }: FactEdits = NO_EDITS, id: string): FactEdits {
  return { forgotten: [...forgotten, id], locked: locked.filter((other) => other !== id) };
}

/** Holds a fact to be certain, or lets it go again. */
export function toggleLock({ forgotten, locked }: FactEdits = NO_EDITS, id: string): FactEdits {
  const without = locked.filter((other) => other !== id);
  return { forgotten, locked: without.length < locked.length ? without : [...locked, id] };
}

/**
 * What a passage must not contradict: the deaths of people with names or that the player has locked, and lost things. A
 * thing that the action names may be found again in it.
 */
export function certainFacts(facts: readonly Fact[], action: string): CertainFacts {
  const subjects = (wanted: FactKind) => facts.filter(({ kind }) => kind === wanted);
  return {
    dead: subjects("dead")
      .filter(({ subject, isLocked }) => isLocked || !subject.startsWith("the "))
      .map(({ subject }) => subject),
    notCarried: subjects("lost")
      .map(({ subject }) => subject)
      .filter((subject) => !action.toLowerCase().includes(subject.toLowerCase().split(" ").at(-1)!)),
  };
}

/** A fact as a sentence for the player. */
export function tellFact({ kind, subject }: Fact): string {
  switch (kind) {
    case "dead":
      return `${subject} is dead`;
    case "carries":
      return `you have the ${subject}`;
    case "lost":
      return `you no longer have the ${subject}`;
    case "place":
      return `you are in the ${subject}`;
    default:
      return `the ${subject} is ${kind}`;
  }
}
