/**
 * The game being played: the one owner of its state. Takes what the player does, one thing at a time, and emits what a
 * front end shows. Nothing is said to be done before it is on disk (or the player has been told why it is not).
 */
import { AppError } from "../shared/errors.ts";
import { stripControls } from "../shared/text.ts";
import { type Adventure, buildRequest, createAdventure } from "./adventure.ts";
import { menuQuestion, nextQuestion, type StartOptions } from "./beginning.ts";
import type { CommandGame, Question } from "./command-game.ts";
import { runCommand } from "./commands.ts";
import { NarratorDesk } from "./narrator-desk.ts";
import { Offers } from "./offers.ts";
import { buildAction, buildBlock, buildChoices, buildError, buildPage, endingOf } from "./page.ts";
import type { ContextReport, NarrationStats, Narrator, StyleCatalog, TokenChoice } from "./ports.ts";
import type { Block, EventHandler, InputMode, UiUpdate } from "./protocol.ts";
import { SaveKeeper } from "./save-keeper.ts";
import type { SaveStore } from "./saves/save-store.ts";
import { buildStatus, noticesOf } from "./status.ts";
import type { CatalogEntry } from "./story/catalog.ts";
import type { Answers, StorySeed } from "./story/seed.ts";
import { currentNode, inkOf, undo } from "./story-tree.ts";
import { explainTurn, planTurn, type TurnPlan, tellTurn } from "./turn.ts";

/** Two interrupts within this time leave the game. */
const QUIT_WINDOW_MS = 2000;

/** An interrupt before the first sentence shows nothing otherwise. */
const NOTHING_TOLD = buildBlock("info", "Stopped; nothing was told. /retry tells it, /undo takes it back.");

export interface SessionOptions {
  readonly narrator: Narrator;
  readonly saves: SaveStore;
  readonly now: () => Date;
  /** Unsigned 32-bit seed of adventures begun in this run of the program; saved ones keep their own. */
  readonly seed: number;
  readonly emit: (update: UiUpdate) => void;
  /** A preset of the narrator for adventures begun in this run of the program. */
  readonly preset?: string;
}

/** One run of the program. Begin with `start`, `resume` or `openMenu`, then pass events to `handle`. */
export class GameSession implements CommandGame {
  private readonly options: SessionOptions;
  private readonly desk: NarratorDesk;
  private readonly offers = new Offers();
  private keeper: SaveKeeper;
  private state: Adventure | undefined;
  private question: Question | undefined;
  private lastStats: NarrationStats | undefined;
  private queue: Promise<void> = Promise.resolve();
  private lastInterruptMs = Number.NEGATIVE_INFINITY;
  private isClosing = false;
  private closing: Promise<void> | undefined;
  /** Whether the work being done has said what the game waits for. */
  private prompted = false;

  constructor(options: SessionOptions) {
    this.options = options;
    this.desk = new NarratorDesk(options.narrator, () => this.emitStatus());
    this.keeper = new SaveKeeper(options.saves);
  }

  /** Begins a story. Throws `option.answer` and `story.runtime`; a save that cannot be written is only reported. */
  async start(options: StartOptions): Promise<void> {
    await this.enqueue(() => this.begin(options));
  }

  /** Continues a save. Throws `save.unknown`, `save.corrupt`, `save.version`, `save.name`, `save.unreadable`. */
  async resume(slug: string): Promise<void> {
    await this.enqueue(() => this.loadSave(slug));
  }

  /** Lets the player choose among the saves and these stories. Throws `story.unknown` when there is nothing at all. */
  async openMenu(stories: readonly CatalogEntry[]): Promise<void> {
    await this.enqueue(() => this.askMenu(stories));
  }

  /** Where the front end sends events; a property, so that it can be passed on its own. */
  readonly handle: EventHandler = async (event) => {
    if (event.type === "close") return this.close();
    if (this.isClosing) return;
    if (event.type === "interrupt") return this.interrupt();
    if (this.desk.isBusy) {
      return this.show(buildBlock("info", "The story is still being told. Press Ctrl-C to stop it."));
    }
    await this.enqueue(() => this.submit(event.text, event.mode));
  };

  // ---- what commands see (CommandGame) ----

  get adventure(): Adventure {
    if (this.state === undefined) throw new AppError("story.none", "No story has begun yet.");
    return this.state;
  }

  get saves(): SaveStore {
    return this.options.saves;
  }

  get slug(): string | undefined {
    return this.keeper.slug;
  }

  show(...blocks: readonly Block[]): void {
    for (const block of blocks) this.options.emit({ type: "block", block });
  }

  /** Takes a changed adventure, shows its page if asked to, and saves. */
  async change(adventure: Adventure, shows: "page" | "nothing"): Promise<void> {
    await this.desk.endReadingAhead();
    this.state = adventure;
    const report = await this.save();
    if (shows === "page") this.options.emit({ type: "page", blocks: buildPage(this.adventure) });
    this.show(...report);
  }

  ask(question: Question): void {
    this.question = question;
  }

  explain(): ContextReport {
    const { narrator } = this.options;
    return narrator.explain(buildRequest(this.adventure, { kind: "continue", text: "" }, narrator));
  }

  get styles(): StyleCatalog {
    return this.options.narrator.styles;
  }

  async suggest(): Promise<readonly string[]> {
    const { adventure } = this;
    if ((inkOf(adventure.tree)?.choices ?? []).length > 0)
      throw new AppError("option.nothing", "The story itself offers choices here.", {
        hint: "/look shows them.",
      });
    return this.offers.propose(adventure, (request) =>
      this.desk.use((narrator, signal) => narrator.suggest(request, signal)),
    );
  }

  explainPassage(): Promise<readonly TokenChoice[]> {
    const { adventure } = this;
    return this.desk.use((narrator, signal) => explainTurn(adventure, narrator, signal));
  }

  /** Tells the current turn again, as a sibling. */
  async retell(): Promise<void> {
    const { tree } = this.adventure;
    const { action, typed } = currentNode(tree);
    const base = { ...this.adventure, tree: undo(tree) };
    const blocks = buildPage(base).filter(({ kind }) => kind !== "choices");
    this.options.emit({ type: "page", blocks: [...blocks, ...buildAction(action)] });
    await this.playTurn({ action, typed }, base);
  }

  async act(text: string, mode: InputMode): Promise<void> {
    const offered = this.offers.pick(text, this.adventure.tree);
    const choices = inkOf(this.adventure.tree)?.choices ?? [];
    const plan = offered === undefined ? planTurn(text, mode, choices) : planTurn(offered, "do", choices);
    if (!("kind" in plan)) {
      this.show(...buildAction(plan.action));
      return this.playTurn(plan, this.adventure);
    }
    if (plan.kind === "command") return runCommand(this, plan.name, plan.argument);
    this.show(buildBlock("error", plan.reason));
    this.prompt(text);
  }

  async loadSave(slug: string): Promise<void> {
    await this.saveBeforeLeaving();
    const loaded = await this.options.saves.load(slug);
    await this.desk.endReadingAhead();
    this.keeper = new SaveKeeper(this.options.saves, slug);
    this.open(loaded.adventure, noticesOf(loaded, this.options.narrator.model));
  }

  async quit(): Promise<void> {
    this.isClosing = true;
    await this.desk.endReadingAhead();
    if (this.keeper.failure !== undefined) await this.keeper.save(this.adventure);
    this.options.emit({ type: "bye", text: this.farewell() });
  }

  // ---- one thing at a time ----

  /** Runs after everything before it. A failure is the caller's; the next work runs all the same. */
  private async enqueue(work: () => Promise<void>): Promise<void> {
    const run = this.queue.then(() => (this.isClosing ? undefined : work()));
    this.queue = run.catch(() => undefined);
    await run;
  }

  private async submit(text: string, mode: InputMode): Promise<void> {
    const { question } = this;
    this.prompted = false;
    try {
      if (question === undefined) await this.act(text, mode);
      else await this.answer(question, text);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.question ??= question;
      this.show(buildError(error));
    }
    if (!this.prompted) this.prompt();
  }

  /** In a question only /quit is a command. */
  private async answer(question: Question, text: string): Promise<void> {
    if (/^\s*\/quit\s*$/i.test(text)) return this.quit();
    this.question = undefined;
    await question.answer(stripControls(text));
  }

  private interrupt(): void | Promise<void> {
    if (this.desk.isBusy) return this.desk.stop();
    const nowMs = this.options.now().getTime();
    if (nowMs - this.lastInterruptMs <= QUIT_WINDOW_MS) return this.enqueue(() => this.quit());
    this.lastInterruptMs = nowMs;
    this.show(buildBlock("info", "Press Ctrl-C again to quit."));
  }

  /** A turn being told is stopped and kept; whatever is running finishes its save. Whoever asks again waits for the same. */
  private close(): Promise<void> {
    this.closing ??= this.endAll();
    return this.closing;
  }

  private async endAll(): Promise<void> {
    if (this.isClosing) return; // said goodbye already
    this.isClosing = true;
    this.desk.stop();
    await this.queue;
    await this.quit();
  }

  /** Turns that are in memory only must not be lost to another adventure. Throws what keeps them from the disk. */
  private async saveBeforeLeaving(): Promise<void> {
    if (this.keeper.failure === undefined) return;
    await this.save();
    if (this.keeper.failure !== undefined) throw this.keeper.failure;
  }

  // ---- beginning ----

  private async begin(options: StartOptions): Promise<void> {
    const question = nextQuestion(options, (next) => this.begin(next));
    if (question === undefined) return this.beginAdventure(options.seed, options.answers ?? {});
    this.ask(question);
    this.prompt();
  }

  private async beginAdventure(story: StorySeed, answers: Answers): Promise<void> {
    const { seed, now, narrator, saves, preset } = this.options;
    const chosen = preset === undefined ? {} : { preset };
    const adventure = createAdventure({ story, answers, seed, now: now(), model: narrator.model, ...chosen });
    this.keeper = new SaveKeeper(saves); // nothing is written before the first turn: a look at a story is no adventure
    this.open(adventure, []);
  }

  private open(adventure: Adventure, notices: readonly Block[]): void {
    this.state = adventure;
    this.lastStats = undefined;
    this.options.emit({ type: "page", blocks: buildPage(adventure) });
    this.show(...notices);
    this.prompt();
  }

  private async askMenu(stories: readonly CatalogEntry[]): Promise<void> {
    const { text, question } = menuQuestion(await this.options.saves.list(), stories, (item) =>
      item.kind === "save"
        ? this.loadSave(item.name)
        : this.begin({ seed: item.seed, askPlaceholders: true }),
    );
    this.options.emit({ type: "page", blocks: [buildBlock("title", "Brasslamp"), buildBlock("info", text)] });
    this.ask(question);
    this.prompt();
  }

  // ---- one turn ----

  /** `base` is where the turn is added; it is not the current adventure when a turn is told again. */
  private async playTurn(plan: TurnPlan, base: Adventure): Promise<void> {
    try {
      await this.desk.use((narrator, signal) => this.tell(plan, base, narrator, signal));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return this.takeBack(plan, error);
    }
    this.prompt();
  }

  private async tell(
    plan: TurnPlan,
    base: Adventure,
    narrator: Narrator,
    signal: AbortSignal,
  ): Promise<void> {
    const { now, emit } = this.options;
    const onText = (text: string) => emit({ type: "text", text: stripControls(text) });
    const { adventure, stats } = await tellTurn(base, plan, { narrator, now, onText, signal });
    this.state = adventure;
    this.lastStats = stats ?? this.lastStats;
    const report = await this.save();
    emit({ type: "told" });
    const node = currentNode(adventure.tree);
    if (stats !== undefined && signal.aborted && node.passage === "") this.show(NOTHING_TOLD);
    this.show(...endingOf(node), ...buildChoices(adventure.tree), ...report);
  }

  /** The turn could not be told: the page as it was, the reason, and the player's words back in the input line. */
  private takeBack({ typed }: TurnPlan, error: AppError): void {
    this.options.emit({ type: "page", blocks: buildPage(this.adventure) });
    this.show(buildError(error));
    this.prompt(typed);
  }

  private async save(): Promise<readonly Block[]> {
    this.state = { ...this.adventure, updatedAt: this.options.now().toISOString() };
    const report = await this.keeper.save(this.state);
    return report === undefined ? [] : [report];
  }

  /** Says what the game waits for, and lets the narrator read ahead. */
  private prompt(initial?: string): void {
    if (this.isClosing) return;
    this.prompted = true;
    this.emitStatus();
    const { question } = this;
    const kind = question === undefined ? "action" : "question";
    const text = initial ?? question?.initial;
    const request = { kind, label: stripControls(question?.label ?? "What do you do?") } as const;
    const full = text === undefined ? request : { ...request, initial: stripControls(text) };
    this.options.emit({ type: "request", request: full });
    if (this.state !== undefined) this.desk.readAhead(this.state);
  }

  private emitStatus(): void {
    const state = this.desk.isBusy ? "telling" : "waiting";
    const status = buildStatus(this.state, this.options.narrator.model, state, this.lastStats);
    this.options.emit({ type: "status", status });
  }

  private farewell(): string {
    if (this.state === undefined) return "Goodbye.";
    const { failure, slug } = this.keeper;
    if (failure !== undefined) return `Your last turns could NOT be saved. ${failure.message}`;
    // Without its name: a seeded game must print the same text when it is played again.
    return slug === undefined ? "Goodbye." : "Your adventure is saved. Goodbye.";
  }
}
