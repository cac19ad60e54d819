/** Learns events in cuts and adopts generations, and says after each epoch what has changed: the state of `train`. */
import { type Generation, type Interaction, type Learnt, Model } from '../../als/index.ts';
import { type Change, changesOf, noChanges, takeOver } from './changes.ts';
import { type Control, begunControl, firstGeneration, hasGrown, withFormer } from './control.ts';
import { type EndOfEpoch, stopWhereTold, turned } from './end-of-epoch.ts';
import { type Adopt, isItem, isSignal, type LearnerInput, type PreparedSignal } from './generation-signals.ts';
import { asLearnable, isNote, type Learnable, type Note } from './interaction.ts';
import { defaultLearner, type LearnerSettings, madeBy, settingsOfFirstRelease, textOf } from './learner-settings.ts';
import { PendingEvents } from './pending-events.ts';
import { PendingItems } from './pending-items.ts';
import { type Run, runsOf } from './runs.ts';
import { added, noTotals, type Totals } from './totals.ts';
import { nameOf } from './trained.ts';
import { type Train, trainHere } from './training.ts';
import { type VersionOf, versionOf } from './version.ts';

export { defaultLearner, type LearnerSettings } from './learner-settings.ts';

type Value = string | Uint8Array;

/** Facts taken in at once before others have their turn, while a backlog is trained as a whole. */
const notedAtOnce = 10_000;

export class Learner {
  readonly version = 'learner-2';
  readonly model: Model;
  /** Sees every run just before it is learnt. It may look at the model and changes nothing: no part of the fold. */
  witness: ((run: Run) => void) | undefined;
  readonly #given: LearnerSettings;
  readonly #train: Train;
  readonly #pending = new PendingEvents();
  readonly #items = new PendingItems();
  #settings: LearnerSettings;
  #ofFirstRelease: LearnerSettings | undefined;
  #control: Control = begunControl;
  #totals: Totals = noTotals;
  #isDirty = false;
  /** Of the open epoch. */
  #changed = noChanges();

  /** The settings count until the first are signalled. `train` is where generations are trained; here, unless given. */
  constructor(settings: LearnerSettings = defaultLearner, train: Train = trainHere) {
    this.#given = settings;
    this.#settings = settings;
    this.#train = train;
    this.model = new Model(settings.model);
  }

  /** What is known of generations, for whoever decides about them. */
  get control(): Control {
    return this.#control;
  }

  /** Whether something else is configured than when the live generation was trained, or chosen as it is. */
  get isReconfigured(): boolean {
    const { configured } = this.#control.live;
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

  /** Events wait for the end of their epoch; signals come before them, and count at once. */
  next(input: LearnerInput): readonly never[] {
    if (isSignal(input)) this.#signalled(input);
    else if (isItem(input)) this.#items.add(input);
    else this.#keep(asLearnable(input));
    return [];
  }

  endEpoch(end: EndOfEpoch): Iterable<Change> | Promise<Iterable<Change>> {
    const isDue = end.caughtUp || this.#pending.size >= this.#settings.maxPending;
    const events = isDue ? this.#pending.take() : [];
    this.#changed.newest = events.at(-1)?.time ?? 0;
    if (events.length <= this.#settings.cutEvery && !this.#isWhole(events)) {
      this.#learn(events);
      return this.#published();
    }
    return this.#learnBacklog(events, end);
  }

  /** The state of the model as a version to be published. */
  published(): VersionOf {
    return versionOf(this.model, this.#totals, this.#control);
  }

  *changes(): Iterable<readonly [key: string, value: Value | null]> {
    yield* this.model.dirty();
    yield* this.#pending.changes();
    yield* this.#items.changes();
    if (this.#isDirty) yield [learnerKey, JSON.stringify({ ...this.#totals, control: this.#control })];
  }

  committed(): void {
    this.model.clean();
    this.#pending.committed();
    this.#items.committed();
    this.#isDirty = false;
    this.#changed = noChanges();
  }

  undo(read: (key: string) => Value | undefined): void {
    this.#changed = noChanges();
    this.model.undo(read);
    this.#pending.undo(read);
    this.#items.undo(read);
    this.#restoreSelf(read(learnerKey));
    this.#takeUpFirstRelease();
    this.#configure();
  }

  restore(key: string, value: Value): void {
    if (key === learnerKey) this.#restoreSelf(value);
    else if (!this.#pending.restore(key, value) && !this.#items.restore(key, value)) this.model.restoreRow(key, value);
  }

  restored(): void {
    this.model.finishRestore();
    this.#takeUpFirstRelease();
    this.#configure();
    this.model.hash(); // digests every row now, and not while the first rating waits
  }

  #keep(event: Learnable | undefined): void {
    if (event !== undefined) this.#pending.add(event);
  }

  #signalled(signal: PreparedSignal): void {
    this.#isDirty = true;
    switch (signal.signal) {
      case 'configure':
        this.#control = { ...this.#control, configured: textOf(signal.settings) };
        return this.#configure();
      case 'begin': {
        const { cause, set = {} } = signal;
        const { learnt } = this.#control;
        const configured = madeBy(this.model.configured);
        this.#control = { ...this.#control, build: { cause, set, base: this.model.beginBase(), learnt, configured } };
        return;
      }
      case 'abandon':
        this.#control = { ...this.#control, build: null };
        return;
      case 'adopt':
        return this.#adopt(signal.content, signal);
    }
  }

  /** Brings the model to the settings that were signalled last. */
  #configure(): void {
    const { configured } = this.#control;
    const before = textOf(this.#settings);
    this.#settings = configured === '' ? this.#given : settingsOf(configured);
    if (textOf(this.#settings) !== before) this.model.configure(this.#settings.model);
  }

  #adopt(content: Generation, { generation, name, cause, trainedAt, isForeign }: Omit<Adopt, 'signal'>): void {
    const { build, live, learnt, newest, former } = this.#control;
    const { generation: old, number } = this.model.version;
    const base = isForeign ? this.model.beginBase() : content.base;
    const known = former[String(generation)];
    const again = known === undefined ? {} : { number: known.number + 1 };
    const all = this.model.adopt({ ...content, base }, { generation, ...again });
    this.#note(all);
    const trained = build !== null && build.base === content.base;
    this.#control = {
      ...this.#control,
      newest: Math.max(newest, generation),
      build: trained ? null : build,
      former: withFormer(this.#control, old, { number, learnt: live.learnt }),
      live: {
        name,
        cause,
        base,
        learnt: known?.learnt ?? (trained ? build.learnt : learnt),
        trainedAt,
        saturations: all.saturations,
        objective: content.objective,
        configured: trained ? build.configured : madeBy(this.model.configured),
      },
    };
    this.#changed.isAdopted = true;
    this.#isDirty = true;
  }

  /** One cut, and the notes between its events, in the order of their time. */
  #learn(events: readonly Learnable[]): void {
    const runs = runsOf(events);
    if (runs.length > 1) this.#judge(events);
    for (const run of runs) this.#learnRun(run, runs.length === 1);
  }

  #learnRun(run: Run, isJudged: boolean): void {
    this.witness?.(run);
    if (run.kind === 'note') return this.#takeNote(run.note);
    const learnt = this.model.learn(run.cut);
    if (isJudged) this.#totals = added(this.#totals, learnt.prequential);
    this.#note(learnt);
  }

  /**
   * Whether a backlog is trained as a whole: the first one that is worth it, and any that makes the model outgrow its
   * generation. Nothing of it depends on how it was cut, or in which order it came.
   */
  #isWhole({ length }: readonly Learnable[]): boolean {
    const { live, learnt } = this.#control;
    const { cutEvery, growth } = this.#settings;
    const isBacklog = length > cutEvery || (live.base < 0 && length >= firstGeneration);
    return isBacklog && hasGrown(this.#control, learnt + length, { growth, first: firstGeneration });
  }

  /** More than one cut: it is learnt in turns with everybody else, or trained as a whole where it changes the model much. */
  async #learnBacklog(events: readonly Learnable[], end: EndOfEpoch): Promise<Iterable<Change>> {
    this.#judge(events);
    const { cutEvery } = this.#settings;
    const isWhole = this.#isWhole(events);
    for (const run of runsOf(events, isWhole ? notedAtOnce : cutEvery)) {
      this.witness?.(run);
      if (run.kind === 'note') this.#takeNote(run.note);
      else this.#note(isWhole ? this.model.note(run.cut) : this.model.learn(run.cut));
      await turned(end);
    }
    if (isWhole && this.#changed.news > 0) await this.#trainWhole(end);
    return this.#published();
  }

  /** A pure function of the facts, so whoever does it again comes to the same bits. */
  async #trainWhole(end: EndOfEpoch): Promise<void> {
    this.model.beginBase();
    const number = this.#control.newest + 1;
    const about = { generation: number, cause: 'growth', trainedAt: end.clock } as const;
    const trained = await this.#train(() => this.model.freeze(), about, end.signal);
    stopWhereTold(end);
    this.#adopt(trained.generation, { ...about, name: nameOf(number, trained.digest), isForeign: false });
  }

  #judge(events: readonly Learnable[]): void {
    const interactions = events.filter((event): event is Interaction => !isNote(event));
    this.#totals = added(this.#totals, this.model.judge(interactions));
    this.#isDirty = true;
  }

  #takeNote({ kind, sessionId, userId }: Note): void {
    const gone = kind === 'erase' ? userId : sessionId;
    if (this.model.user(gone) === undefined) return;
    if (kind === 'erase') this.#control = { ...this.#control, erasedAt: this.model.base };
    this.#changed.gone.add(gone);
    if (kind === 'alias') takeOver(this.#changed, userId, this.model.history(sessionId));
    this.#note(kind === 'erase' ? this.model.forget([userId]) : this.model.alias(sessionId, userId));
    this.#isDirty = true;
  }

  #note({ users, items, events, saturations }: Learnt): void {
    const { live, learnt } = this.#control;
    for (const id of users) this.#changed.users.add(id);
    for (const id of items) this.#changed.items.add(id);
    this.#changed.news += events;
    this.#control = {
      ...this.#control,
      learnt: learnt + events,
      live: { ...live, saturations: live.saturations + saturations },
    };
  }

  /** Nothing where only what was known already came: then there is no new version. */
  #published(): Iterable<Change> {
    const { news, isAdopted, newest } = this.#changed;
    if (news === 0 && !isAdopted) return [];
    // With what is learnt, so that a catalogue alone makes no version of a model that has learnt nothing since.
    this.#note(this.model.describe(this.#items.take()));
    const hash = this.model.hash();
    const time = Math.max(this.#totals.time, newest);
    this.#totals = { ...this.#totals, parentHash: this.#totals.hash, hash, time };
    this.#isDirty = true;
    return changesOf(this.model, this.#changed, time);
  }

  #restoreSelf(value: Value | undefined): void {
    const { control, ...totals } = value === undefined ? {} : storedOf(value);
    this.#totals = { ...noTotals, ...totals };
    this.#control = control ?? begunControl;
    this.#isDirty = false;
  }

  /** It kept no count of what it had learnt; every rating that stands is one event at least. */
  #takeUpFirstRelease(): void {
    if (this.#ofFirstRelease === undefined || this.#control.configured !== '') return;
    const { ratings: learnt } = this.model.counts;
    this.#control = { ...this.#control, configured: textOf(this.#ofFirstRelease), learnt };
    this.#isDirty = true;
  }
}

const learnerKey = 'learner';

type Stored = Partial<Totals> & { readonly control?: Control };
// oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the checkpoint returns what was written
const storedOf = (value: Value): Stored => JSON.parse(value.toString()) as Stored;
// oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the state returns what was signalled
const settingsOf = (text: string): LearnerSettings => JSON.parse(text) as LearnerSettings;
