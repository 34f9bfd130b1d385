/**
 * What a statement says about the world: who is dead, what the player has or has not any more, where the story is, and
 * how doors stand. Rules are patterns at the beginning of a clause; each was kept because it was right when it was read.
 */
import { isBeing, isDoor, isPlace, isThing, type NounPhrase, readNounPhrase } from "./noun-phrases.ts";

export type FactEvent =
  /** `head` tells "the lamp" from "the knife"; for people it is the name. */
  | { readonly kind: "dead" | "alive"; readonly subject: string; readonly head: string }
  | { readonly kind: "has" | "lost"; readonly subject: string; readonly head: string }
  | { readonly kind: "place"; readonly subject: string; readonly head: string }
  | { readonly kind: "door"; readonly subject: string; readonly head: string; readonly state: DoorState };

type DoorState = "locked" | "unlocked" | "open" | "closed";

/** An action is an attempt: the player says what happens to themselves, not who dies or what opens. */
export type Voice = "narrator" | "player";

const NOT_NAMES =
  /^(?:He|She|It|They|We|I|You|One|Nobody|Everyone|Everybody|Someone|Somebody|Something|Everything|Nothing|This|That|These|Those|The|Your|His|Her|Their|Its|My|Our|Half|Both|All|Each|What|Who|Another|Neither|Now|Then|And|But|So|Here|There|No|Not|Sir|Madam)$/;
const NAME = String.raw`((?:\p{Lu}\p{L}+\s){0,2}\p{Lu}\p{L}+)`;
const DEATH = new RegExp(
  String.raw`^${NAME} (?:is (?:now )?dead|lies dead|falls dead|drops dead|falls down dead|dies|has died|is killed|was killed)\b(?! (?:tired|asleep|certain|sure|calm|silent|quiet|white|laughing|weight|set|wrong|right|serious|center))`,
  "u",
);
const BEING_DEATH =
  /^the .*?\b(?:is (?:now )?dead|lies dead|falls dead|drops dead|falls down dead|dies|is killed)$/i;
const LIFE = new RegExp(
  String.raw`^${NAME} (?:says|asks|answers|nods|smiles|laughs|walks|runs|comes|goes|sits|stands|turns|looks|takes|gives|shouts|whispers|opens|points|shakes|shrugs|stares|waits|steps|climbs|follows|pulls|puts|holds)\b`,
  "u",
);
const IN_POCKET =
  /^(?:in|into|inside|under|through) (?:your|the) (?:\w+ )?(?:pocket|pockets|bag|coat|pack|satchel|belt|shirt|sleeve|apron|jacket|rucksack|backpack|purse|pouch|waistband)\b/;
const TO_SOMEBODY =
  /^(?:him|her|them|it|\p{Lu}\p{L}+(?: \p{Lu}\p{L}+)?|(?:the|your) (?:\w+ )?[\p{L}-]+) (?=(?:the|your|a|an|his|her)\b)/u;

type Rule = (clause: string, voice: Voice) => FactEvent | undefined;

const RULES: readonly Rule[] = [death, life, gain, gift, loss, placing, robbery, arrival, door, doorDeed];

/** Everything a clause says, in no particular order. */
export function eventsOf(clause: string, voice: Voice): FactEvent[] {
  return RULES.flatMap((rule) => rule(clause, voice) ?? []);
}

function death(clause: string, voice: Voice): FactEvent | undefined {
  if (voice === "player") return undefined;
  const name = DEATH.exec(clause)?.[1];
  if (name !== undefined && !NOT_NAMES.test(name.split(" ")[0]!))
    return { kind: "dead", subject: name, head: name };
  const killed = /^you kill (?=the )/i.exec(clause);
  const phrase = killed
    ? readNounPhrase(clause.slice(killed[0].length))
    : BEING_DEATH.test(clause)
      ? readNounPhrase(clause)
      : undefined;
  if (phrase === undefined || !isBeing(phrase.head)) return undefined;
  return { kind: "dead", subject: `the ${phrase.name}`, head: `the ${phrase.name}` };
}

/** Whoever acts is alive after all. */
function life(clause: string, voice: Voice): FactEvent | undefined {
  const name = voice === "narrator" ? LIFE.exec(clause)?.[1] : undefined;
  return name === undefined ? undefined : { kind: "alive", subject: name, head: name };
}

/** "You take the lamp", "You pick up the lamp", "You put the lamp in your bag". */
function gain(clause: string): FactEvent | undefined {
  const taking = /^you (?:take|pick up|pocket|snatch up|snatch|steal) /i.exec(clause);
  if (taking !== null) {
    const phrase = readNounPhrase(clause.slice(taking[0].length));
    const isKept =
      phrase !== undefined &&
      /^(?:$|from|off|with|and|too|first|now|for|to|that|which|in your|into your)/.test(phrase.rest);
    return isKept ? thing("has", phrase) : undefined;
  }
  const putting = /^you (?:put|slip|tuck|stuff|stow|push|drop) /i.exec(clause);
  const phrase = putting ? readNounPhrase(clause.slice(putting[0].length)) : undefined;
  return phrase !== undefined && IN_POCKET.test(phrase.rest) ? thing("has", phrase) : undefined;
}

/** "Hob hands you a lantern". */
function gift(clause: string, voice: Voice): FactEvent | undefined {
  const giving = /^(?!you\b)[^"]{1,40}? (?:hands|gives) you (?=(?:a|an|the|his|her|their) )/i.exec(clause);
  if (giving === null || voice === "player") return undefined;
  const phrase = readNounPhrase(clause.slice(giving[0].length));
  return phrase !== undefined && /^(?:$|and|with|from|to|that|in)/.test(phrase.rest)
    ? thing("has", phrase)
    : undefined;
}

/** "You drop the lamp", "You give Bog the spoon", "You sell the ring to the smith". */
function loss(clause: string): FactEvent | undefined {
  const losing = /^you (?:drop|throw|toss|fling|hurl|lose|give|hand|pass|sell|return) /i.exec(clause);
  if (losing === null) return undefined;
  const object = clause.slice(losing[0].length).replace(/^away /, "");
  const phrase = readNounPhrase(object.replace(TO_SOMEBODY, ""));
  return phrase === undefined || IN_POCKET.test(phrase.rest) ? undefined : thing("lost", phrase);
}

/** "You put the lamp on the table", "You leave the lamp behind". */
function placing(clause: string): FactEvent | undefined {
  const putting = /^you (?:put|set|lay|place|leave) /i.exec(clause);
  const phrase = putting ? readNounPhrase(clause.slice(putting[0].length)) : undefined;
  const isAway =
    phrase !== undefined &&
    /^(?:down$|behind$|back (?:on|in)|(?:on|in|under|beside|at) the )/.test(phrase.rest);
  return isAway && !IN_POCKET.test(phrase.rest) ? thing("lost", phrase) : undefined;
}

/** "He takes the lamp from you", "She snatches the letter out of your hand". */
function robbery(clause: string, voice: Voice): FactEvent | undefined {
  const taking = /^(?!you\b)[^"]{1,30}? (?:takes|snatches|grabs|steals) /i.exec(clause);
  if (taking === null || voice === "player") return undefined;
  const phrase = readNounPhrase(clause.slice(taking[0].length));
  const isFromYou =
    phrase !== undefined && /^(?:from you\b|from your hands?|out of your hands?)/.test(phrase.rest);
  return isFromYou ? thing("lost", phrase) : undefined;
}

function thing(kind: "has" | "lost", { name, head }: NounPhrase): FactEvent | undefined {
  return isThing(head) ? { kind, subject: name, head } : undefined;
}

/** "You enter the old mill", "You are in a dark hall". */
function arrival(clause: string): FactEvent | undefined {
  const coming =
    /^you (?:enter|(?:step|walk|go|come|climb|run|crawl) (?:back )?into|step inside|arrive (?:at|in)|are (?:back |now |standing |alone )?(?:in|inside)|stand in) /i.exec(
      clause,
    );
  const phrase = coming ? readNounPhrase(clause.slice(coming[0].length)) : undefined;
  if (phrase === undefined || !isPlace(phrase.head)) return undefined;
  return { kind: "place", subject: phrase.name, head: phrase.head };
}

const DOOR_STATES: readonly (readonly [RegExp, DoorState])[] = [
  [/^is (?:\w+ )?(?:locked|bolted|barred)\b|^locks\b/, "locked"],
  [/^is (?:now )?unlocked\b|^unlocks\b/, "unlocked"],
  [/^is (?:wide )?open\b|^(?:swings|creaks|flies|bursts|slides|clicks|springs)? ?opens?$|^opens\b/, "open"],
  [/^is (?:closed|shut)\b|^(?:slams|swings|falls|slides)? ?shuts?\b|^closes\b/, "closed"],
];

/** "The iron gate is locked", "The door swings open". */
function door(clause: string, voice: Voice): FactEvent | undefined {
  const phrase = voice === "narrator" && /^the /i.test(clause) ? readNounPhrase(clause) : undefined;
  if (phrase === undefined || !isDoor(phrase.head)) return undefined;
  const state = DOOR_STATES.find(([pattern]) => pattern.test(phrase.rest))?.[1];
  return state === undefined ? undefined : { kind: "door", subject: phrase.name, head: phrase.head, state };
}

/** "You lock the door": the player may close what is open, but only the narrator opens. */
function doorDeed(clause: string, voice: Voice): FactEvent | undefined {
  const deed = /^you (lock|bolt|bar|close|shut|unlock|open) (?=the )/i.exec(clause);
  const phrase = deed ? readNounPhrase(clause.slice(deed[0].length)) : undefined;
  if (phrase === undefined || !isDoor(phrase.head)) return undefined;
  const state = stateAfter(deed![1]!.toLowerCase());
  if (voice === "player" && (state === "open" || state === "unlocked")) return undefined;
  return { kind: "door", subject: phrase.name, head: phrase.head, state };
}

function stateAfter(verb: string): DoorState {
  if (verb === "unlock") return "unlocked";
  if (verb === "open") return "open";
  return verb === "close" || verb === "shut" ? "closed" : "locked";
}
