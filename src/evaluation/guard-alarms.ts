/**
 * How often the guard would refuse what people wrote: every sentence it rejects there is a false alarm. Each sentence is
 * judged among its real neighbours, with the facts that the game would know by then.
 */
import { certainFacts } from "../game/facts/fact-edits.ts";
import { readFacts } from "../game/facts/ledger.ts";
import type { NarrationRequest, PlayerAction, StoryTurn } from "../game/ports.ts";
import { createGuard, guardContextOf, type Verdict } from "../narrator/guard.ts";
import { splitSentences } from "../narrator/sentences.ts";
import type { Transcript } from "./transcript.ts";

/** Examples kept of each verdict. */
const MOST_EXAMPLES = 5;

export interface GuardAlarms {
  readonly adventures: number;
  readonly passages: number;
  readonly sentences: number;
  /** Of these, the sentences that a certain fact could have spoken against. */
  readonly underFacts: number;
  readonly rejected: number;
  /** Of all sentences. */
  readonly share: number;
  /** The most frequent first. */
  readonly verdicts: readonly VerdictAlarms[];
}

interface VerdictAlarms {
  readonly verdict: Verdict;
  readonly count: number;
  readonly share: number;
  readonly examples: readonly Example[];
}

interface Alarm {
  readonly verdict: Verdict;
  readonly example: Example;
}

interface Example {
  readonly sentence: string;
  readonly action: string;
  /** What was told before it in its passage. */
  readonly told: readonly string[];
}

/** Judges every sentence of the passages. A text without actions is prose: each paragraph is a passage. */
export function measureGuard(transcripts: readonly Transcript[]): GuardAlarms {
  const stories = transcripts.map(readStory);
  const passages = stories.flatMap(passagesOf);
  const sentences = countSentences(passages);
  const alarms = passages.flatMap(judge);
  const share = (count: number) => (sentences === 0 ? 0 : count / sentences);
  const verdicts = [...new Set(alarms.map(({ verdict }) => verdict))].map((verdict) => {
    const all = alarms.filter((alarm) => alarm.verdict === verdict);
    const examples = all.slice(0, MOST_EXAMPLES).map(({ example }) => example);
    return { verdict, count: all.length, share: share(all.length), examples };
  });
  return {
    adventures: transcripts.length,
    passages: passages.length,
    sentences,
    underFacts: countSentences(passages.filter(hasFacts)),
    rejected: alarms.length,
    share: share(alarms.length),
    verdicts: verdicts.toSorted((a, b) => b.count - a.count),
  };
}

type Story = Pick<NarrationRequest, "header" | "opening" | "turns">;

function readStory({ header, opening, turns }: Transcript): Story {
  if (turns.length > 0) return { header, opening, turns: turns.map(readTurn) };
  const [first = "", ...passages] = opening.split("\n\n");
  return {
    header,
    opening: first,
    turns: passages.map((passage) => ({ inserted: [], action: readAction(""), passage })),
  };
}

function readTurn({ inserted, action, passage }: Transcript["turns"][number]): StoryTurn {
  return { inserted, action: readAction(action), passage: passage.replace(/\s*THE END\s*$/, "") };
}

/** Words in quotes are said: the ledger takes nothing from them. */
function readAction(text: string): PlayerAction {
  if (text === "") return { kind: "continue", text };
  return { kind: text.includes('"') ? "say" : "do", text };
}

interface Passage {
  readonly request: NarrationRequest;
  readonly sentences: readonly string[];
}

/** Each turn as the game would ask for it. */
function passagesOf({ header, opening, turns }: Story): Passage[] {
  return turns.map(({ inserted, action, passage }, i) => {
    const before = turns.slice(0, i);
    const facts = certainFacts(readFacts(opening, before), action.text);
    const request = {
      header,
      remembered: [],
      notes: [],
      opening,
      turns: before,
      inserted,
      action,
      seed: 0,
      facts,
    };
    return { request, sentences: splitSentences(passage) };
  });
}

function countSentences(passages: readonly Passage[]): number {
  return passages.reduce((sum, passage) => sum + passage.sentences.length, 0);
}

function hasFacts({ request: { facts } }: Passage): boolean {
  return facts !== undefined && facts.dead.length + facts.notCarried.length > 0;
}

function judge({ request, sentences }: Passage): Alarm[] {
  const judgeSentence = createGuard(guardContextOf(request));
  return sentences.flatMap((sentence, i) => {
    const told = sentences.slice(0, i);
    const verdict = judgeSentence(sentence, told);
    return verdict === null ? [] : [{ verdict, example: { sentence, action: request.action.text, told } }];
  });
}
