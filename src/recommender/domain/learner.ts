/** Learns ratings in cuts, and says after each epoch what has changed: the state of `train`. */
import type { ItemVector, ModelVersion, Prequential, Rating, UserVector } from '../../../schemas/types.ts';
import { type Errors, type Learnt, Model, type ModelSettings, modelSettings } from '../../als/index.ts';
import { compareIds } from './order.ts';
import { PendingEvents } from './pending-events.ts';
import { asInteraction } from './interaction.ts';
import { asVector } from './vectors.ts';

export interface LearnerSettings {
  readonly model: Partial<ModelSettings>;
  /**
   * Events of a cut while there is a backlog: cuts of the whole backlog, sorted by event time, so that neither the
   * order of arrival nor the partitions decide what the model becomes. What comes live is one cut an epoch at most.
   */
  readonly cutEvery: number;
  /** Events that may wait for the end of the backlog; beyond it they are learnt as they are. */
  readonly maxPending: number;
}

export const defaultLearner: LearnerSettings = { model: {}, cutEvery: 1_000, maxPending: 2_000_000 };

/** A vector that has changed. */
export type Change =
  { readonly kind: 'user'; readonly vector: UserVector } | { readonly kind: 'item'; readonly vector: ItemVector };

export const isUserChange = (change: Change): change is Extract<Change, { kind: 'user' }> => change.kind === 'user';
export const isItemChange = (change: Change): change is Extract<Change, { kind: 'item' }> => change.kind === 'item';

type Value = string | Uint8Array;

/** What a model version says beside its cut, which the engine knows. */
export type VersionOf = Omit<ModelVersion, 'cut' | 'learnt'>;

export class Learner {
  readonly version: string;
  readonly model: Model;
  readonly #settings: ModelSettings;
  readonly #learner: LearnerSettings;
  readonly #pending = new PendingEvents();
  #totals: Totals = noTotals;
  #dirtyTotals = false;

  constructor(settings: LearnerSettings = defaultLearner) {
    this.#learner = settings;
    this.#settings = modelSettings(settings.model);
    this.model = new Model(settings.model);
    this.version = `learner-1 ${JSON.stringify({ ...this.#settings, cutEvery: settings.cutEvery })}`;
  }

  /** Events wait for the end of their epoch. */
  next(event: Rating): readonly Change[] {
    const interaction = asInteraction(event);
    if (interaction !== undefined) this.#pending.add(interaction);
    return [];
  }

  endEpoch({ caughtUp }: { readonly caughtUp: boolean }): readonly Change[] {
    if (!caughtUp && this.#pending.size < this.#learner.maxPending) return [];
    const events = this.#pending.take();
    if (events.length === 0) return [];
    const users = new Set(events.map(({ userId }) => userId));
    const items = new Set<string>();
    const parentHash = this.#totals.hash;
    let news = 0;
    for (let from = 0; from < events.length; from += this.#learner.cutEvery) {
      const learnt = this.model.learn(events.slice(from, from + this.#learner.cutEvery));
      for (const id of learnt.users) users.add(id);
      for (const id of learnt.items) items.add(id);
      this.#totals = added(this.#totals, learnt);
      news += learnt.events;
    }
    if (news === 0) return []; // only what was known already: no new version
    const time = events.reduce((newest, event) => Math.max(newest, event.time), this.#totals.time);
    this.#totals = { ...this.#totals, parentHash, hash: this.model.hash(), time };
    this.#dirtyTotals = true;
    return this.#changes([...users].sort(compareIds), [...items].sort(compareIds));
  }

  /** The state of the model as a version to be published. */
  published(): VersionOf {
    const { factors, regularisation, unobservedWeight, gridExponent, seed } = this.#settings;
    const { hash, parentHash, time, count, squared, absolute, warm } = this.#totals;
    const prequential: Prequential = {
      records: count,
      squaredErrorSum: squared,
      absoluteErrorSum: absolute,
      warmRecords: warm.count,
      warmSquaredErrorSum: warm.squared,
      warmAbsoluteErrorSum: warm.absolute,
      rmse: count === 0 ? null : Math.sqrt(squared / count),
      mae: count === 0 ? null : absolute / count,
    };
    return {
      ...this.model.version,
      cause: '',
      candidate: null,
      parentHash,
      hash,
      seed,
      hyperParameters: {
        factors,
        regularisation: regularisation.strength,
        unobservedWeight,
        weights: 'configured',
        userExponent: gridExponent.users,
        itemExponent: gridExponent.items,
      },
      meanStars: this.model.mean,
      popular: this.model.popular(popularNamed).map(({ itemId }) => itemId),
      prequential,
      snapshot: null,
      time,
    };
  }

  *changes(): Iterable<readonly [key: string, value: Value | null]> {
    yield* this.model.dirty();
    yield* this.#pending.changes();
    if (this.#dirtyTotals) yield [totalsKey, JSON.stringify(this.#totals)];
  }

  committed(): void {
    this.model.clean();
    this.#pending.committed();
    this.#dirtyTotals = false;
  }

  undo(read: (key: string) => Value | undefined): void {
    this.model.undo(read);
    this.#pending.undo(read);
    const totals = read(totalsKey);
    this.#totals = totals === undefined ? noTotals : totalsOf(totals);
    this.#dirtyTotals = false;
  }

  restore(key: string, value: Value): void {
    if (key === totalsKey) this.#totals = totalsOf(value);
    else if (!this.#pending.restore(key, value)) this.model.restoreRow(key, value);
  }

  restored(): void {
    this.model.finishRestore();
    this.model.hash(); // digests every row now, and not while the first rating waits
  }

  /** Items before users: whoever applies them in this order never scores with a vector of the version before. */
  #changes(users: readonly string[], items: readonly string[]): Change[] {
    const { version } = this.model;
    const at = { version, settings: this.#settings, time: this.#totals.time };
    return [
      ...items.flatMap((id): Change[] => {
        const vectors = this.model.item(id);
        return vectors === undefined ? [] : [{ kind: 'item', vector: asVector(id, vectors, { ...at, side: 'items' }) }];
      }),
      ...users.flatMap((id): Change[] => {
        const vectors = this.model.user(id);
        return vectors === undefined ? [] : [{ kind: 'user', vector: asVector(id, vectors, { ...at, side: 'users' }) }];
      }),
    ];
  }
}

/** What is summed over the generation, and what the version before was. */
interface Totals extends Errors {
  readonly hash: string;
  readonly parentHash: string;
  readonly time: number;
  readonly warm: Errors;
}

/** Popular items that a version names: more than are judged, so that some may be seen. */
const popularNamed = 32;

const totalsKey = 'learner';
const noErrors: Errors = { count: 0, squared: 0, absolute: 0 };
const noTotals: Totals = { hash: '', parentHash: '', time: 0, ...noErrors, warm: noErrors };

const added = (totals: Totals, { prequential: { warm, cold } }: Learnt): Totals => ({
  ...totals,
  ...sum(totals, sum(warm, cold)),
  warm: sum(totals.warm, warm),
});

const sum = (a: Errors, b: Errors): Errors => ({
  count: a.count + b.count,
  squared: a.squared + b.squared,
  absolute: a.absolute + b.absolute,
});

// oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the checkpoint returns what was written
const totalsOf = (value: Value): Totals => ({ ...noTotals, ...(JSON.parse(value.toString()) as Partial<Totals>) });
