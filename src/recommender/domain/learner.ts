/** Learns events in cuts and adopts generations, and says after each epoch what has changed: the state of `train`. */
import type { Item, Rating } from '../../../schemas/types.ts';
import { type Interaction, isDeletion, type Model, type Scored } from '../../als/index.ts';
import { type Change, changesOf, newsIn, noChanges, noteEvents, takeOver, traceOf, withHeard } from './changes.ts';
import { type Control, begunControl, firstGeneration, hasGrown, withErasure } from './control.ts';
import { type EndOfEpoch, inTurns, stopWhereTold, turned } from './end-of-epoch.ts';
import { isFiled, isItem, isSignal, type LearnerInput, type PreparedSignal } from './generation-signals.ts';
import { asLearnable, isNote, type Learnable, type Note } from './interaction.ts';
import { defaultLearner, type LearnerSettings, madeBy, settingsOfFirstRelease, textOf } from './learner-settings.ts';
import { learnerKey, rowOf, settingsOf, storedOf } from './learner-row.ts';
import { Models } from './models.ts';
import { PendingEvents } from './pending-events.ts';
import { PendingItems } from './pending-items.ts';
import { PopularItems, popularKept } from './popular.ts';
import { type Run, runsOfBacklog, runsOfCut } from './runs.ts';
import type { Served } from './served.ts';
import { tenantOf } from './tenant.ts';
import { added, afterVersion, noTotals, timed, type Totals } from './totals.ts';
import { nameOf } from './trained.ts';
import { type Train, trainHere } from './training.ts';
import { Trending } from './trending.ts';
import { type VersionOf, versionOf } from './version.ts';

export { defaultLearner, type LearnerSettings } from './learner-settings.ts';

type Value = string | Uint8Array;

/** Facts taken in at once before others have their turn, while a backlog is trained as a whole. */
const notedAtOnce = 10_000;

export class Learner {
  readonly version = 'learner-2';
  /** Sees every run just before it is learnt. It may look at the model and changes nothing: no part of the fold. */
  witness: ((run: Run) => void) | undefined;
  readonly #given: LearnerSettings;
  readonly #train: Train;
  readonly #models: Models;
  readonly #pending = new PendingEvents();
  readonly #items = new PendingItems();
  readonly #trending = new Trending();
  readonly #popular = new PopularItems(popularKept);
  #settings: LearnerSettings;
  #ofFirstRelease: LearnerSettings | undefined;
  /** Signals of the open epoch from the first one on that brings vectors. */
  readonly #due: PreparedSignal[] = [];
  #totals: Totals = noTotals;
  #isDirty = false;

  /** The settings count until the first are signalled. `train` is where generations are trained; here, unless given. */
  constructor(settings: LearnerSettings = defaultLearner, train: Train = trainHere) {
    this.#given = settings;
    this.#settings = settings;
    this.#train = train;
    this.#models = new Models(settings);
  }

  /** The live one. */
  get model(): Model {
    return this.#models.live;
  }

  /** What is known of generations, for whoever decides about them. */
  get control(): Control {
    return this.#models.control;
  }

  /** The live model, and the one that is tried out beside it. */
  get served(): Served {
    return this.#models.served;
  }

  /** Whether something else is configured than when the live generation was trained, or chosen as it is. */
  get isReconfigured(): boolean {
    const { configured } = this.#models.control.live;
    return configured !== '' && configured !== madeBy(this.model.configured);
  }

  /** Events that wait for the end of a backlog. */
  get pending(): number {
    return this.#pending.size;
  }

  /** The state of 0.1.0 is understood: its settings were part of its version. */
  reads(version: string): boolean {
    this.#ofFirstRelease = settingsOfFirstRelease(version);
    return this.#ofFirstRelease !== undefined;
  }

  /** Events wait for the end of their epoch. Signals come before them, and count at once; what brings vectors, and what comes after it, first thing at the end. */
  next(input: LearnerInput, from?: { readonly trace: string }): readonly never[] {
    if (isSignal(input)) this.#signalled(input);
    else this.#take(input, from?.trace);
    return [];
  }

  /** That of the newest event that was learnt of the user or the item. */
  readonly traceOf = (change: Change): string => traceOf(this.#models.changed, change);

  endEpoch(end: EndOfEpoch): Iterable<Change> | Promise<Iterable<Change>> {
    return this.#due.length === 0 ? this.#endDecided(end) : this.#decideDue(end);
  }

  #endDecided(end: EndOfEpoch): Iterable<Change> | Promise<Iterable<Change>> {
    const isDue = end.caughtUp || this.#pending.size >= this.#settings.maxPending;
    const events = isDue ? this.#pending.take() : [];
    this.#trending.add(events.filter((event): event is Interaction => this.#isRatedNow(event)));
    noteEvents(this.#models.changed, events, this.model);
    if (events.length <= this.#settings.cutEvery && !this.#isWhole(events)) {
      this.#learn(events);
      return this.#published();
    }
    return this.#learnBacklog(events, end);
  }

  /** The 100 most liked items of each tenant; also of '', where it has none. */
  get popular(): ReadonlyMap<string, readonly Scored[]> {
    return this.#popular.of(this.model);
  }

  /** Whether the version at hand is another for a tenant than the one before; to be asked before `committed`. */
  readonly hasNewsFor = (): ((tenant: string) => boolean) => newsIn(this.#models.changed);

  /** The state of the model as a version to be published. */
  published(): VersionOf {
    const { control, popular } = this;
    return versionOf(this.served, this.#totals, { control, trending: this.#trending, popular });
  }

  *changes(): Iterable<readonly [key: string, value: Value | null]> {
    yield* this.model.dirty();
    yield* this.#models.candidate.changes();
    yield* this.#pending.changes();
    yield* this.#items.changes();
    yield* this.#trending.changes();
    if (this.#isDirty) yield [learnerKey, rowOf(this.#totals, this.control)];
  }

  committed(): void {
    this.model.clean();
    this.#models.candidate.committed();
    this.#pending.committed();
    this.#items.committed();
    this.#trending.committed();
    this.#isDirty = false;
    this.#models.changed = noChanges();
  }

  undo(read: (key: string) => Value | undefined): void {
    this.#due.length = 0;
    this.#popular.forget();
    this.#models.changed = noChanges();
    this.#models.candidate.undo(read);
    this.model.undo(read);
    this.#pending.undo(read);
    this.#items.undo(read);
    this.#trending.undo(read);
    this.#restoreSelf(read(learnerKey));
    this.#takeUpFirstRelease();
    this.#configure();
  }

  restore(key: string, value: Value): void {
    if (key === learnerKey) return this.#restoreSelf(value);
    const parts = [this.#pending, this.#items, this.#trending, this.#models.candidate];
    const isTaken = parts.some(part => part.restore(key, value));
    if (!isTaken) this.model.restoreRow(key, value);
  }

  restored(): void {
    this.model.finishRestore();
    this.#trending.restored();
    this.#models.candidate.restored();
    this.#takeUpFirstRelease();
    this.#configure();
    // Digests every row now, and not while the first rating waits.
    this.model.hash();
    this.#models.candidate.model?.hash();
  }

  /** A repetition counts once, as everywhere. */
  #isRatedNow(event: Learnable): boolean {
    return !isNote(event) && event.kind === 'rating' && !isDeletion(event) && this.model.isNews(event);
  }

  #take(input: Item | Rating, trace?: string): void {
    if (isItem(input)) return this.#items.add(input);
    const event = asLearnable(input);
    if (event !== undefined) this.#pending.add(event, trace);
  }

  #signalled(signal: PreparedSignal): void {
    this.#isDirty = true;
    if (isFiled(signal) || this.#due.length > 0) this.#due.push(signal);
    else for (const _ of this.#decide(signal));
  }

  *#decide(signal: PreparedSignal): Generator<undefined, void> {
    if (signal.signal === 'configure') {
      this.#models.control = { ...this.#models.control, configured: textOf(signal.settings) };
      this.#configure();
    } else yield* this.#models.decide(signal);
  }

  /** All vectors are taken in: others have their turns meanwhile. */
  async #decideDue(end: EndOfEpoch): Promise<Iterable<Change>> {
    for (const signal of this.#due.splice(0)) await inTurns(this.#decide(signal), end);
    return this.#endDecided(end);
  }

  /** Brings the models to the settings that were signalled last: those of their generations stay as they are. */
  #configure(): void {
    const { configured } = this.#models.control;
    const before = textOf(this.#settings);
    this.#settings = configured === '' ? this.#given : settingsOf(configured);
    if (textOf(this.#settings) === before) return;
    this.#models.configure(this.#settings);
  }

  /** One cut, and the notes between its events, in the order of their time. */
  #learn(events: readonly Learnable[]): void {
    const runs = runsOfCut(events);
    const isJudged = runs.length > 1 || (runs.length > 0 && this.#models.control.candidate !== null);
    if (isJudged) this.#judge(events);
    for (const run of runs) this.#learnRun(run, isJudged);
  }

  #learnRun(run: Run, isJudged: boolean): void {
    this.witness?.(run);
    if (run.kind === 'note') return this.#takeNote(run.note);
    const { prequential } = this.#models.both(model => model.learn(run.cut));
    if (!isJudged) this.#totals = added(this.#totals, prequential);
  }

  /**
   * Whether a backlog is trained as a whole: the first one that is worth it, and any that makes the model outgrow its
   * generation. Nothing of it depends on how it was cut, or in which order it came. While an experiment runs none is: both
   * generations learn the same, the same way.
   */
  #isWhole({ length }: readonly Learnable[]): boolean {
    const { live, candidate, learnt } = this.#models.control;
    const { cutEvery, growth } = this.#settings;
    if (candidate !== null) return false;
    const isBacklog = length > cutEvery || (live.base < 0 && length >= firstGeneration);
    return isBacklog && hasGrown(this.#models.control, learnt + length, { growth, first: firstGeneration });
  }

  /** More than one cut: it is learnt in turns with everybody else, or trained as a whole where it changes the model much. */
  async #learnBacklog(events: readonly Learnable[], end: EndOfEpoch): Promise<Iterable<Change>> {
    this.#judge(events);
    const isWhole = this.#isWhole(events);
    for (const run of runsOfBacklog(events, isWhole ? notedAtOnce : this.#settings.cutEvery)) {
      this.witness?.(run);
      if (run.kind === 'note') this.#takeNote(run.note);
      else this.#models.both(model => (isWhole ? model.note(run.cut) : model.learn(run.cut)));
      await turned(end);
    }
    if (isWhole && this.#models.changed.news > 0) await this.#trainWhole(end);
    return this.#published();
  }

  /** A pure function of the facts, so whoever does it again comes to the same bits. */
  async #trainWhole(end: EndOfEpoch): Promise<void> {
    this.#models.beginBase();
    const number = this.#models.control.newest + 1;
    const about = { generation: number, cause: 'growth', trainedAt: end.clock } as const;
    const trained = await this.#train(() => this.model.freeze(), about, end.signal);
    stopWhereTold(end);
    const as = { ...about, name: nameOf(number, trained.digest), isForeign: false };
    await inTurns(this.#models.adopt(trained.generation, as), end);
  }

  #judge(events: readonly Learnable[]): void {
    const interactions = events.filter((event): event is Interaction => !isNote(event));
    this.#totals = added(this.#totals, this.#models.judge(interactions));
    this.#isDirty = true;
  }

  #takeNote({ kind, sessionId, userId }: Note): void {
    const gone = kind === 'erase' ? userId : sessionId;
    if (this.model.user(gone) === undefined) {
      // Of somebody whom the model has never met there is nothing to forget; whoever asked waits to hear just that.
      if (kind === 'erase') this.#models.changed.gone.add(gone);
      return;
    }
    if (kind === 'erase') this.#models.control = withErasure(this.#models.control, tenantOf(gone), this.model.base);
    this.#models.changed.gone.add(gone);
    if (kind === 'alias') takeOver(this.#models.changed, userId, this.model.history(sessionId));
    this.#models.both(model => (kind === 'erase' ? model.forget([userId]) : model.alias(sessionId, userId)));
    this.#isDirty = true;
  }

  /** Nothing where only what was known already came: then there is no new version. An erasure is always told. */
  #published(): Iterable<Change> {
    const changed = withHeard(this.#models.changed, this.model);
    if (changed.news === 0 && !changed.isSwitched && changed.gone.size === 0) return [];
    // With what is learnt of its tenant, so that a catalogue alone makes no version of what has learnt nothing since.
    const hasNews = newsIn(changed);
    const told = this.#items.take(hasNews);
    this.#models.both(model => model.describe(told));
    const own = this.model.parts.filter(hasNews).map(tenant => [tenant, this.model.numberOf(tenant)] as const);
    this.#totals = afterVersion(this.#totals, this.model.hash(), timed(this.#totals, changed.newest, own));
    this.#isDirty = true;
    return changesOf(this.served, changed, this.#totals.time);
  }

  #restoreSelf(value: Value | undefined): void {
    const { control, ...totals } = storedOf(value);
    this.#totals = { ...noTotals, ...totals };
    this.#models.control = { ...begunControl, ...control };
    this.#isDirty = false;
  }

  /** It kept no count of what it had learnt; every rating that stands is one event at least. */
  #takeUpFirstRelease(): void {
    if (this.#ofFirstRelease === undefined || this.#models.control.configured !== '') return;
    const configured = textOf(this.#ofFirstRelease);
    this.#models.control = { ...this.control, configured, learnt: this.model.counts.ratings };
    this.#isDirty = true;
  }
}
