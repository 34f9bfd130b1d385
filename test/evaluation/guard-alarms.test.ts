/** How often the guard would refuse what people wrote. */
import { expect, it } from "vitest";
import { measureGuard } from "../../src/evaluation/guard-alarms.ts";
import { parseTranscripts } from "../../src/evaluation/transcript.ts";

const ADVENTURE = `[Title: The Mill]
[Old Hob: the miller; deaf, keeps nine cats in the mill]

You are at the mill. Old Hob is dead.

> You wait.
Rain falls on the wheel. You wait.

> You say "Hob?"
Old Hob laughs at you.

> You open the door.
The wheel turns. You pick up the brass lamp.

THE END
`;

it("judges every sentence with its neighbours, its notes and the facts told by then", () => {
  const { verdicts, ...totals } = measureGuard(parseTranscripts(ADVENTURE));
  expect(totals).toEqual({
    adventures: 1,
    passages: 3,
    sentences: 5,
    underFacts: 3,
    rejected: 2,
    share: 0.4,
  });
  expect(verdicts).toEqual([
    {
      verdict: "echoes the action",
      count: 1,
      share: 0.2,
      examples: [
        {
          sentence: "You wait.",
          action: "You wait.",
          told: ["Rain falls on the wheel."],
        },
      ],
    },
    expect.objectContaining({ verdict: "contradicts a fact", count: 1 }),
  ]);
});

it("takes prose for passages without actions", () => {
  const prose = parseTranscripts(
    "One.\n\nThe rain falls on the old mill.\n\nThe rain falls on the old mill.",
  );
  expect(measureGuard(prose)).toMatchObject({ passages: 2, sentences: 2, rejected: 1 });
});

it("has figures for nothing", () => {
  expect(measureGuard([])).toMatchObject({ sentences: 0, rejected: 0, share: 0, verdicts: [] });
});
