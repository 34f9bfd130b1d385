/**
 * The fact ledger: what the story has plainly said about deaths, belongings, the place and doors, each fact with the turn
 * it comes from. Derived from the path alone, so that undo and branches need no state of their own.
 */
import type { StoryTurn } from "../ports.ts";
import { refuses, statementsOf } from "./clauses.ts";
import { eventsOf, type FactEvent, type Voice } from "./rules.ts";

export type FactKind = "dead" | "carries" | "lost" | "place" | "locked" | "unlocked" | "open" | "closed";

export interface Fact {
  /** Kind and subject; the same fact has the same id on every path. */
  readonly id: string;
  readonly kind: FactKind;
  readonly subject: string;
  /** Where it was said: 0 is the opening. Absent for a fact the player holds on to on another path. */
  readonly turn?: number;
  readonly isLocked: boolean;
}

interface Entry extends Fact {
  readonly head: string;
}

/** The facts that hold after these turns, the oldest first. */
export function readFacts(opening: string, turns: readonly StoryTurn[]): readonly Fact[] {
  let entries: readonly Entry[] = apply([], eventsIn(opening, "narrator"), 0);
  for (const [index, turn] of turns.entries()) entries = apply(entries, eventsOfTurn(turn), index + 1);
  return entries.map(({ head: _head, ...fact }) => fact);
}

/** What a passage may do to a thing that it calls "it", and to a door. */
const GONE_AGAIN =
  /\b(?:give|hand|throw|toss|drop|set|put|push|lay|place|hang|return|pour|eat|drink|swallow|plant|burn|break|hold|feed|leave|let go of|let|pass|slide)\b[^.]*\b(?:it|them|one)\b|\b(?:takes|grabs|snatches|pulls|knocks|eats|breaks|burns|catches)\b/i;
const SHUT_AGAIN = /\b(?:shut|shuts|close|closes|closed|slam|slams|bolt|bolts|lock|locks)\b/i;

/** A passage that may have undone what it said says nothing. */
function isUndone({ kind, ...event }: FactEvent, passage: string): boolean {
  if (kind === "has") return GONE_AGAIN.test(passage.replace(/"[^"]*"/g, ""));
  return "state" in event && event.state === "open" && SHUT_AGAIN.test(passage);
}

function eventsOfTurn({ action, passage }: StoryTurn): readonly FactEvent[] {
  return eventsSaid({ action, passage }).filter((event) => !isUndone(event, passage));
}

function eventsSaid({ action, passage }: Omit<StoryTurn, "inserted">): readonly FactEvent[] {
  const told = eventsIn(passage, "narrator");
  if (action.kind === "story") return [...eventsIn(action.text, "narrator"), ...told];
  const isDeed = action.kind === "do" || action.kind === "choice";
  return isDeed && passage !== "" && !refuses(passage) ? [...eventsIn(action.text, "player"), ...told] : told;
}

const cache = new Map<string, readonly FactEvent[]>();

/** Remembered, because the ledger is read anew at every turn. */
function eventsIn(text: string, voice: Voice): readonly FactEvent[] {
  const key = `${voice}:${text}`;
  let events = cache.get(key);
  if (events === undefined) {
    if (cache.size > 4000) cache.clear();
    events = statementsOf(text).flatMap(({ clauses }) =>
      clauses.flatMap((clause) => eventsOf(clause, voice)),
    );
    cache.set(key, events);
  }
  return events;
}

function apply(entries: readonly Entry[], events: readonly FactEvent[], turn: number): readonly Entry[] {
  return events.reduce((known, event) => applyEvent(known, event, turn), entries);
}

function applyEvent(entries: readonly Entry[], event: FactEvent, turn: number): readonly Entry[] {
  const { head } = event;
  const without = (kinds: readonly FactKind[]) =>
    entries.filter((entry) => !(kinds.includes(entry.kind) && entry.head === head));
  const add = (others: readonly Entry[], kind: FactKind, subject = event.subject) => {
    const isKnown = others.some((entry) => entry.kind === kind && entry.subject === subject);
    return isKnown
      ? others
      : [...others, { id: `${kind}: ${subject}`, kind, subject, turn, isLocked: false, head }];
  };
  switch (event.kind) {
    case "dead":
      return add(entries, "dead");
    case "alive":
      return without(["dead"]);
    case "has":
      return add(without(["lost"]), "carries", nameOf(entries, event));
    case "lost": {
      const carried = entries.find((entry) => entry.kind === "carries" && entry.head === head);
      return carried === undefined ? entries : add(without(["carries"]), "lost", carried.subject);
    }
    case "place":
      return add(afterLeaving(entries, event.subject), "place");
    case "door":
      return add(withoutDoor(entries, event.subject), event.state);
  }
}

/** "the lamp" is the brass lamp that is carried already. */
function nameOf(entries: readonly Entry[], { head, subject }: FactEvent): string {
  return entries.find((entry) => entry.kind === "carries" && entry.head === head)?.subject ?? subject;
}

const DOOR_KINDS: readonly FactKind[] = ["locked", "unlocked", "open", "closed"];

/** One place at a time; "the door" of the last place is another door here. */
function afterLeaving(entries: readonly Entry[], place: string): readonly Entry[] {
  if (entries.some((entry) => entry.kind === "place" && entry.subject === place)) return entries;
  return entries.filter(
    ({ kind, subject }) => kind !== "place" && !(DOOR_KINDS.includes(kind) && !subject.includes(" ")),
  );
}

function withoutDoor(entries: readonly Entry[], subject: string): readonly Entry[] {
  return entries.filter((entry) => !(DOOR_KINDS.includes(entry.kind) && entry.subject === subject));
}
