/**
 * Decides about generations for the learner whose task runs in this process, beside its epochs: begins a build where one
 * is due or asked for, trains it in another thread, keeps its files, and offers its adoption. All that counts is in the
 * learner's state, by way of signals; whoever takes the task over goes on from there.
 */
import type { Documents } from '../../documents/port.ts';
import type { Clock } from '../../engine/clock.ts';
import { Interrupted, type OnWait, retrying } from '../../engine/retry.ts';
import { MillraceError, Unavailable } from '../../errors.ts';
import type { Snapshots } from '../../snapshots/port.ts';
import type { Signalling } from '../domain/configured.ts';
import { type Adopt, type GenerationSignal, isFiled, type PreparedSignal } from '../domain/generation-signals.ts';
import { owesErasure } from '../domain/control.ts';
import type { Learner } from '../domain/learner.ts';
import { nameOf } from '../domain/trained.ts';
import type { Train, Trained } from '../domain/training.ts';
import { atTheEnd } from './at-the-end.ts';
import { answer, beginOf, type Command, openCommands } from './commands.ts';
import { contentOf, generationOf } from './convert.ts';
import { decisionOf, ErasedMeanwhile, ExperimentRuns, hasComeAbout, tried, wordsOf } from './decision.ts';
import { readGeneration, writeGeneration } from './files.ts';
import { Offers } from './offers.ts';
import { requireTenants } from './own-tenants.ts';
import { isForgotten } from './retained.ts';
import type { ShadowSettings } from './shadow/shadows.ts';
import type { Measure } from './shadow/thread.ts';
import { ShadowWatch } from './shadow/watch.ts';
import { Tending } from './tending.ts';
import type { Trainer } from './trainer.ts';
import { dueCause } from './triggers.ts';

/** How often it looks whether something is due. */
const lookEvery = 500;
/** After a training that failed for good, the next one waits for so long. */
const restAfterFailure = 60_000;

export interface GenerationSettings {
  /** Whether growth, saturation and other settings begin a generation by themselves. */
  readonly automatic: boolean;
  readonly growth: number;
  readonly schedule?: string | undefined;
  readonly keep: number;
  readonly shadow: ShadowSettings;
  /** Share by which the live model may be worse than a retrain. */
  readonly drift: number;
}

export interface ControllerOptions {
  readonly snapshots: Snapshots;
  readonly documents: Documents;
  readonly clock: Clock;
  readonly trainer: Pick<Trainer, 'train'>;
  readonly measure: Measure;
  readonly settings: GenerationSettings;
  readonly warn: (text: string) => void;
}

export class Controller {
  readonly #options: ControllerOptions;
  readonly #offers = new Offers();
  readonly #shadows: ShadowWatch;
  readonly #tending: Tending;
  readonly #since: number;
  readonly #ended = new AbortController();
  /** The learner whose task runs here; nobody before it has asked for signals, and after it went elsewhere. */
  #learner: Learner | undefined;
  /** The build under way in this process. */
  #building: Promise<void> | undefined;
  #command: Command | undefined;
  #notBefore = 0;
  /** What was wrong at the last look. */
  #trouble = '';

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#since = options.clock.now();
    this.#shadows = new ShadowWatch(options);
    this.#tending = new Tending(options);
  }

  /** Whether this process trains a generation, or writes its files. */
  get isBuilding(): boolean {
    return this.#building !== undefined;
  }

  /** For the topology: what one learner is told. */
  signals(learner: Learner): Signalling {
    return {
      ready: most => {
        this.#learner = learner;
        return this.#offers.ready(most);
      },
      taken: signal => this.#taken(learner, signal),
      wait: signal => this.#offers.wait(signal),
    };
  }

  async prepare(signal: GenerationSignal): Promise<PreparedSignal> {
    if (!isFiled(signal)) return signal;
    return { ...signal, content: await generationOf(await readGeneration(this.#options.snapshots, signal.name)) };
  }

  /** For a backlog that is trained as a whole: in the other thread too, and kept like any other generation. */
  readonly train: Train = async (freeze, about, signal) => {
    this.#shadows.giveUp('a backlog is trained as a whole');
    const trained = await this.#options.trainer.train(freeze, signal);
    const name = nameOf(about.generation, trained.digest);
    await this.#retrying(() => this.#keep(trained, { ...about, name }), signal);
    return trained;
  };

  /** The task runs elsewhere from now on. */
  release(): void {
    this.#learner = undefined;
    this.#offers.clear();
    this.#shadows.release();
  }

  /**
   * Looks and acts until the signal aborts; then the build under way is stopped. A run that ends once it has caught up
   * decides nothing: what comes of it depends on the log alone.
   */
  async run(signal: AbortSignal, decides: boolean): Promise<void> {
    const { clock } = this.#options;
    try {
      while (!signal.aborted) {
        if (decides) await this.look(signal);
        await clock.sleep(lookEvery, signal);
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    } finally {
      this.#ended.abort();
      await this.#building;
      await atTheEnd(() => this.#shadows.stop(), this.#options);
      const learner = this.#learner;
      if (learner !== undefined) await atTheEnd(() => this.#tend(learner), this.#options);
    }
  }

  /** Does what is due, or asked for; nothing while no task of `train` runs here. */
  async look(signal: AbortSignal): Promise<void> {
    const learner = this.#learner;
    if (learner !== undefined) await this.#retrying(() => this.#lookWarily(learner), signal);
  }

  /** A file that is broken, or a command that is none, must not stop what learns: it is said, and looked at again. */
  async #lookWarily(learner: Learner): Promise<void> {
    try {
      await this.#look(learner);
      this.#trouble = '';
    } catch (error) {
      if (!(error instanceof MillraceError) || error instanceof Unavailable) throw error;
      if (this.#trouble !== error.message) this.#options.warn(`generations: ${error.message}`);
      this.#trouble = error.message;
    }
  }

  async #look(learner: Learner): Promise<void> {
    await this.#tend(learner);
    await this.#shadows.look(learner);
    if (!this.#offers.isEmpty || learner.pending > 0) return;
    for (const command of await openCommands(this.#options.documents)) await this.#obey(command, learner);
    if (this.#building === undefined) this.#beginWhereDue(learner);
  }

  /** A generation, or else a shadow: with one to come there is nothing to be measured. */
  #beginWhereDue(learner: Learner): void {
    if (!this.#offers.isEmpty) return;
    const { control, isReconfigured } = learner;
    const now = this.#options.clock.now();
    // Begun in another life of the task, and nobody trains it any more.
    if (control.build !== null) {
      const { cause, set, share } = control.build;
      return this.#offers.add({ signal: 'begin', cause, set, ...(share === undefined ? {} : { share }) });
    }
    if (now < this.#notBefore) return;
    const { automatic, growth, schedule } = this.#options.settings;
    const hasDrifted = this.#shadows.hasDrifted(control.live);
    const since = this.#since;
    const cause = dueCause({ control, automatic, growth, schedule, now, since, isReconfigured, hasDrifted });
    if (cause !== undefined) this.#offers.add({ signal: 'begin', cause });
    else if (control.candidate === null) this.#shadows.beginWhereDue(learner);
  }

  async #obey(command: Command, learner: Learner): Promise<void> {
    const isBusy = this.#building !== undefined || !this.#offers.isEmpty;
    if (command.kind === 'shadow') return isBusy ? undefined : this.#shadows.obey(command, learner);
    try {
      if (command.kind !== 'retrain') return await this.#switch(command, learner, isBusy);
      if (learner.control.candidate !== null) throw new ExperimentRuns(learner.control.candidate);
      if (!isBusy && this.#command?.askedAt !== command.askedAt) await this.#retrain(command);
    } catch (error) {
      if (!(error instanceof MillraceError) || error instanceof Unavailable) throw error;
      await this.#answer(command, { state: 'failed', message: error.message });
    }
  }

  async #retrain(command: Command): Promise<void> {
    const underway = { ...command, state: 'underway' } as const;
    await answer(this.#options.documents, underway);
    this.#command = underway; // not before it is written: whoever tries again would take it for begun
    this.#offers.add(beginOf(command));
  }

  /**
   * What is meant is written down before it is offered, and answered once the state shows it: whoever runs the task next
   * finds whether it came about, and does it else.
   */
  async #switch(command: Command, learner: Learner, isBusy: boolean): Promise<void> {
    const { control } = learner;
    if (command.state === 'underway' && hasComeAbout(command, control))
      return this.#answer(command, { state: 'done', message: wordsOf(command) });
    if (!this.#offers.isEmpty) return;
    // What would end the experiment again comes first.
    if (command.kind === 'experiment' && (isBusy || control.build !== null || owesErasure(control))) return;
    const { snapshots, documents, clock } = this.#options;
    const { signal, name, generation } = await decisionOf(command, learner, { snapshots, now: clock.now() });
    const prepared = await this.prepare(signal); // a broken one is refused here, where it stops nobody
    if ('content' in prepared && prepared.isForeign) requireTenants(learner.model, prepared.content, name);
    await answer(documents, { ...command, state: 'underway', name, generation });
    this.#offers.add(signal);
  }

  #taken(learner: Learner, signal: GenerationSignal): void {
    this.#offers.remove(signal);
    const { build } = learner.control;
    if (signal.signal !== 'begin' || build === null || this.#building !== undefined) return;
    this.#shadows.giveUp('a generation is trained');
    // At once: what is frozen is what there was when it began, to the bit.
    this.#building = this.#build(learner)
      .catch((error: unknown) => this.#options.warn(`the end of a build was not told: ${wordOf(error)}`)) // nobody waits
      .finally(() => (this.#building = undefined));
  }

  async #build(learner: Learner): Promise<void> {
    const { signal } = this.#ended;
    const { cause = 'command', set = {} } = learner.control.build ?? {};
    const trainedAt = this.#options.clock.now();
    try {
      const trained = await this.#options.trainer.train(() => learner.model.freeze(set), signal);
      const generation = learner.control.newest + 1;
      const name = nameOf(generation, trained.digest);
      await this.#retrying(() => this.#keep(trained, { name, generation, cause, trainedAt }), signal);
      if (this.#learner !== learner && this.#learner?.control.build?.base !== trained.generation.base) return;
      await this.#offer(learner, trained.generation.base, { name, generation, cause, trainedAt, isForeign: false });
    } catch (error) {
      if (signal.aborted) return; // whoever runs the task next begins it again
      this.#options.warn(`generation for '${cause}' was given up: ${wordOf(error)}`);
      this.#notBefore = this.#options.clock.now() + restAfterFailure;
      await this.#giveUp(error);
    }
  }

  async #offer({ control }: Learner, base: number, as: Omit<Adopt, 'signal'>): Promise<void> {
    const share = control.build?.share;
    if (share === undefined) return this.#offers.add({ signal: 'adopt', ...as });
    if (isForgotten(control, { ...as, base })) return this.#giveUp(new ErasedMeanwhile());
    this.#offers.add({ signal: 'experiment', ...as, share, startedAt: this.#options.clock.now() });
  }

  async #giveUp(why: unknown): Promise<void> {
    this.#offers.add({ signal: 'abandon' });
    await this.#retrying(() => this.#answerMine({ state: 'failed', message: wordOf(why) }), this.#ended.signal);
  }

  async #keep(trained: Trained, about: Parameters<typeof contentOf>[1]): Promise<void> {
    await writeGeneration(this.#options.snapshots, contentOf(trained.generation, about));
  }

  async #tend(learner: Learner): Promise<void> {
    if (!this.#tending.isDue(learner.control) || !this.#offers.isEmpty) return;
    await this.#answerTrained(learner);
    await this.#tending.tend(learner.control);
  }

  /** What was asked for to be trained serves now, live or tried out. */
  async #answerTrained({ control: { build, live, candidate }, model }: Learner): Promise<void> {
    const isTried = typeof this.#command?.share === 'number';
    if (build !== null || (isTried ? candidate : live)?.cause !== 'command') return;
    const { name } = live;
    await this.#answerMine(
      isTried && candidate !== null
        ? { state: 'done', message: tried(candidate.name, candidate.share), generation: candidate.generation }
        : { state: 'done', message: `${name} is live`, generation: model.version.generation },
    );
  }

  async #answerMine(outcome: Partial<Command>): Promise<void> {
    const command = this.#command;
    if (command === undefined) return;
    await this.#answer(command, outcome);
    this.#command = undefined; // not before it is told: whoever tries again would find nobody to answer, and train anew
  }

  async #answer(command: Command, outcome: Partial<Command>): Promise<void> {
    await answer(this.#options.documents, { ...command, answeredAt: this.#options.clock.now(), ...outcome });
  }

  #retrying<R>(work: () => Promise<R>, signal: AbortSignal): Promise<R> {
    const onWait: OnWait = (what, { message }, attempt) => {
      if (attempt === 1) this.#options.warn(`${what} wait: ${message}`);
    };
    return retrying('generations', work, this.#options.clock, signal, onWait);
  }
}

const wordOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
