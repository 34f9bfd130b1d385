/** Actions that the narrator proposed: a number picks one, as long as the story stands where they were proposed. */
import { stripControls } from "../shared/text.ts";
import { type Adventure, buildSuggestionRequest } from "./adventure.ts";
import type { SuggestionRequest } from "./ports.ts";
import type { StoryTree } from "./story-tree.ts";

export class Offers {
  private tree: StoryTree | undefined;
  /** How often actions were proposed here; each time others. */
  private round = 0;
  private lines: readonly string[] = [];

  /** Has new ones made for where the story stands. */
  async propose(
    adventure: Adventure,
    suggest: (request: SuggestionRequest) => Promise<readonly string[]>,
  ): Promise<readonly string[]> {
    const { tree } = adventure;
    const round = this.tree === tree ? this.round + 1 : 0;
    const lines = await suggest(buildSuggestionRequest(adventure, round));
    this.tree = tree;
    this.round = round;
    this.lines = lines.map(stripControls);
    return this.lines;
  }

  /** The action whose number was typed. */
  pick(typed: string, tree: StoryTree): string | undefined {
    const number = /^\s*([1-9])\.?\s*$/.exec(typed)?.[1];
    return number === undefined || this.tree !== tree ? undefined : this.lines[Number(number) - 1];
  }
}
