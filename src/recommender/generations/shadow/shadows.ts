/**
 * Now and then the live model is measured beside a retrain of all that it has learnt: both as they were at one cut, by the
 * events that come next. One at a time, beside the fold: what comes of it changes no version by itself.
 */
import type { TrainingInput } from '../../../als/index.ts';
import type { Clock } from '../../../engine/clock.ts';
import { hours } from '../../../stream/time.ts';
import type { Learner } from '../../domain/learner.ts';
import type { Run } from '../../domain/runs.ts';
import type { ShadowFigures } from './figures.ts';
import { type Observed, Observation } from './observed.ts';
import type { Measure } from './thread.ts';

export interface ShadowSettings {
  /** Events learnt between two shadows, or a tenth of the ratings where that is more; 0 for none by itself. */
  readonly everyEvents: number;
  /** Events that judge one. */
  readonly judgeEvents: number;
}

/** What came of a shadow. */
export interface ShadowOutcome {
  /** Name of the generation that was live. */
  readonly name: string;
  /** Events learnt when it was asked for. */
  readonly learnt: number;
  /** Undefined where it was given up. */
  readonly figures: ShadowFigures | undefined;
  /** Why it was given up. */
  readonly why: string;
}

/** What was learnt has to grow by this share before the next. */
const leastShare = 0.1;
/** Two copies of the model wait in memory for the events: where so few come, for no longer. */
const longestWait = hours(24);

interface UnderWay {
  readonly learner: Learner;
  readonly name: string;
  readonly begunAt: number;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export class Shadows {
  readonly #measure: Measure;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #settings: ShadowSettings;
  #underWay: UnderWay | undefined;
  #outcome: ShadowOutcome | undefined;
  /** Events that had been learnt at the last one. */
  #last = 0;

  constructor(measure: Measure, clock: Pick<Clock, 'now'>, settings: ShadowSettings) {
    this.#measure = measure;
    this.#clock = clock;
    this.#settings = settings;
  }

  get isUnderWay(): boolean {
    return this.#underWay !== undefined;
  }

  /** Another process had the last one. */
  resume(learnt: number): void {
    this.#last = Math.max(this.#last, learnt);
  }

  isDue({ control: { live, learnt }, model }: Learner): boolean {
    const { everyEvents } = this.#settings;
    if (everyEvents === 0 || live.name === '') return false;
    return learnt - Math.max(live.learnt, this.#last) >= Math.max(everyEvents, leastShare * model.counts.ratings);
  }

  /** Of the live generation. Frozen is what there is when the next event comes, to the bit. */
  begin(learner: Learner): void {
    const { live, learnt } = learner.control;
    const abort = new AbortController();
    this.#last = learnt;
    const about = { name: live.name, learnt };
    const done = this.#measured(learner, abort.signal)
      .then(
        figures => this.#end({ ...about, figures, why: '' }),
        (error: unknown) =>
          this.#end({ ...about, figures: undefined, why: error instanceof Error ? error.message : String(error) }),
      )
      .finally(() => (this.#underWay = undefined));
    this.#underWay = { learner, name: live.name, begunAt: this.#clock.now(), abort, done };
  }

  /** Gives up where what is measured is not live any more, or where the events do not come. */
  look(learner: Learner): void {
    if (this.#underWay === undefined) return;
    const { learner: measured, name, begunAt } = this.#underWay;
    if (measured !== learner) this.giveUp('the task has begun anew');
    else if (learner.control.live.name !== name) this.giveUp('another generation is live');
    else if (this.#clock.now() - begunAt >= longestWait) this.giveUp('the events that judge it did not come');
  }

  giveUp(why: string): void {
    this.#underWay?.abort.abort(new Error(why));
  }

  /** Gives up, and ends when the thread has. */
  async stop(why: string): Promise<void> {
    this.giveUp(why);
    await this.#underWay?.done;
  }

  /** What came of the last one, until it is told. */
  get outcome(): ShadowOutcome | undefined {
    return this.#outcome;
  }

  get isUntold(): boolean {
    return this.#outcome !== undefined;
  }

  told(): void {
    this.#outcome = undefined;
  }

  #end(outcome: ShadowOutcome): void {
    this.#outcome = outcome;
  }

  async #measured(learner: Learner, signal: AbortSignal): Promise<ShadowFigures> {
    const frozen = Promise.withResolvers<TrainingInput>();
    const observed = Promise.withResolvers<Observed>();
    observed.promise.catch(() => {}); // told by `frozen` too, or by whoever measures
    const fail = (error: unknown): void => {
      frozen.reject(error);
      observed.reject(error);
    };
    const stop = (): void => fail(signal.reason);
    signal.addEventListener('abort', stop);
    const watch = watcher(learner, this.#settings.judgeEvents, { frozen, observed });
    const witness = (run: Run): void => {
      try {
        watch(run);
      } catch (error) {
        fail(error); // the shadow's trouble is not that of what learns
      }
    };
    learner.witness = witness;
    try {
      return await this.#measure(await frozen.promise, observed.promise, signal);
    } finally {
      signal.removeEventListener('abort', stop);
      if (learner.witness === witness) learner.witness = undefined;
    }
  }
}

interface Wanted {
  readonly frozen: Pick<PromiseWithResolvers<TrainingInput>, 'resolve'>;
  readonly observed: Pick<PromiseWithResolvers<Observed>, 'resolve'>;
}

/**
 * Freezes the model before the first run, by the settings of the live generation: others would be measured along. Then
 * the events that follow are kept until there are enough.
 */
function watcher({ model }: Learner, events: number, { frozen, observed }: Wanted): (run: Run) => void {
  let observation: Observation | undefined;
  return run => {
    if (run.kind === 'note') {
      if (run.note.kind === 'erase') throw new Error('somebody was erased whom both had learnt from');
      return;
    }
    if (observation === undefined) {
      observation = new Observation(model, events);
      frozen.resolve(model.freeze(model.settings));
    }
    if (observation.meet(run.cut)) observed.resolve(observation.observed);
  };
}
