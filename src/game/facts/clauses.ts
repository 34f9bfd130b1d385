/**
 * A passage as plain statements: speech taken out, sentences that ask, doubt, deny or suppose dropped, the rest split into
 * clauses that each have their subject. Made for precision: what is not plainly said is not seen.
 */

export interface Statement {
  readonly sentence: string;
  readonly clauses: readonly string[];
}

const DOUBTFUL =
  /\b(?:if|would|could|might|should|may|must|can|will|unless|until|almost|nearly|half|pretend\w*|try|tries|trying|want\w*|wish\w*|dream\w*|imagine\w*|about to|before|never|not|no|nor|nobody|none|nothing|without|perhaps|maybe|seems?|looks? like|think|thinks|thought|believes?|hopes?|ask|asks|tells?|says?|said|whispers?|shouts?|or|either|once|when|ghost|spirit|as)\b|n't\b|\?/i;
/** Words that an action may begin a second clause with, its subject "you" left out. */
const BARE_VERB =
  /^(?:take|pick|pocket|snatch|steal|put|slip|tuck|stuff|stow|drop|throw|toss|fling|hurl|give|hand|pass|sell|leave|set|lay|place|enter|step|walk|go|come|climb|arrive|lock|unlock|bolt|bar|close|shut|open|kill)\b/;

/** The plain statements of a text, in order. */
export function statementsOf(text: string): Statement[] {
  const spoken = text.replace(/"[^"]*(?:"|$)/g, '""');
  return spoken
    .split(/(?<=[.!?]["')]*)\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "" && !sentence.includes('""') && !DOUBTFUL.test(sentence))
    .map((sentence) => ({ sentence, clauses: clausesOf(sentence) }));
}

function clausesOf(sentence: string): string[] {
  const clauses: string[] = [];
  let isPlayer = false;
  for (const part of sentence.replace(/[.!"')]+$/, "").split(/\s*[,;:]\s+|\s+-\s+|\s+(?=and\b)/)) {
    const bare = part.replace(/^(?:and |but |then |so |now |slowly |suddenly )+/i, "");
    if (/^you\b/i.test(bare)) isPlayer = true;
    else if (!BARE_VERB.test(bare)) isPlayer = false;
    clauses.push(isPlayer && BARE_VERB.test(bare) ? `You ${bare}` : bare);
  }
  return clauses;
}

/** Whether the world answers an action with a no: then the action says nothing about what is. */
export function refuses(passage: string): boolean {
  const beginning = passage
    .replace(/"[^"]*(?:"|$)/g, "")
    .split(/(?<=[.!?])\s+/, 3)
    .join(" ");
  return /\b(?:not|no|nothing|nobody|cannot|but|before you|too|stuck|empty|gone|slips?|stops? you|instead|almost|nearly|try|only|until|wait)\b|n't\b/i.test(
    beginning,
  );
}
