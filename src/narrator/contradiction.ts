/**
 * Whether a sentence contradicts a certain fact: a dead person speaks or acts, or the player uses a thing that was given
 * away. Conservative: a name in any other place ("the ghost of Hob", "Hob's hat", "you think of Hob") is no contradiction.
 */
import type { CertainFacts } from "../game/ports.ts";

const DEEDS =
  "says|asks|answers|replies|calls|shouts|cries|whispers|mutters|laughs|smiles|grins|nods|sighs|shakes|walks|runs|comes|goes|steps|turns|looks|stares|sits|stands|rises|jumps|climbs|takes|gives|hands|puts|holds|opens|closes|picks|pulls|pushes|points|waves|follows|leads|draws|raises|throws|starts|begins|tries|wants|waits|leans|reaches|grabs|helps|tells";
/** Sentences that may name the dead as they were, or in another way than alive. */
const NOT_ALIVE =
  /\b(?:ghosts?|spirits?|dead|died|dream\w*|remember\w*|memory|once|used to|had|was|were|would|if|body|corpse|grave|late|son|daughter|brother|sister)\b/i;

/** `facts` of the request; a sentence is whole. */
export function contradicts(sentence: string, { dead, notCarried }: CertainFacts): boolean {
  return actsThoughDead(sentence, dead) || usesWhatIsGone(sentence, notCarried);
}

function actsThoughDead(sentence: string, dead: readonly string[]): boolean {
  const told = sentence.replace(/"[^"]*"/g, '""');
  if (NOT_ALIVE.test(told)) return false;
  return dead.some((name) => {
    const subject = escapePattern(name);
    const acts = new RegExp(
      `(?:^|"" |[,;] |\\b(?:and|but|then|when|while|as) )${subject} (?:\\w+ly )?(?:${DEEDS})\\b`,
      "i",
    );
    const speaks = new RegExp(
      `"" (?:says|asks|answers|replies|calls|shouts|cries|whispers|mutters) ${subject}\\b(?!')`,
      "i",
    );
    return acts.test(told) || speaks.test(told);
  });
}

/** "You raise your lamp" when the lamp was given away; to take it or to look for it is no contradiction. */
function usesWhatIsGone(sentence: string, things: readonly string[]): boolean {
  const told = sentence.replace(/"[^"]*"/g, '""');
  return things.some((thing) => {
    const head = escapePattern(thing.split(" ").at(-1)!);
    return new RegExp(
      `\\byou (?:raise|lift|hold up|hold out|swing|draw|unfold|wave|light|use|clutch|grip) (?:the|your) (?:\\w+ )?${head}\\b|\\byour (?:\\w+ )?${head} (?:is|glows|shines|feels|weighs)\\b.*\\b(?:in your (?:hand|pocket|bag)|at your side)`,
      "i",
    ).test(told);
  });
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
