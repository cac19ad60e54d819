/** Where the items of a list come from: each source is asked only while the ones before it left places open. */
import type { Millis } from '../../stream/time.ts';
import { factorsOfDone } from '../domain/fold-in.ts';
import type { HistoryItem } from '../domain/history.ts';
import type { Picker } from '../domain/rules.ts';
import { TooManyItems } from './errors.ts';
import type { ItemDirectory } from './items.ts';
import type { IsAllowed, ItemVectors, Ranked } from './item-vectors.ts';
import type { ModelDocument, reasons, Stored } from './stored.ts';

export type SourceReason = (typeof reasons)[number];

/** A candidate, and why it is one. */
export interface Candidate extends Ranked {
  readonly reason: SourceReason;
}

export interface Source {
  readonly reason: SourceReason;
  /** What made it: an arm of an experiment, else the same as its reason. */
  readonly policy: string;
  readonly model: { readonly generation: number; readonly number: number } | undefined;
  /** Event time as of which it holds. */
  readonly time: Millis | undefined;
  /** Best first; those that are searched for come when they are asked for. */
  readonly items: Iterable<Candidate> | AsyncIterable<Candidate>;
  /** Of the document that all of it comes from; absent where more is behind it. */
  readonly etag?: string;
}

/** What a source sees of the list that it helps to fill. */
export type Unfilled = Pick<Picker<Candidate>, 'missing' | 'accepts'>;

/** A source that is opened when its turn comes; undefined where it has nothing to say. */
export type Opening = (picker: Unfilled) => Promise<Source | undefined>;

export interface SourceParts {
  readonly stored: Stored;
  readonly vectors: ItemVectors;
  readonly items: ItemDirectory;
  readonly clock: { now(): Millis };
  readonly report: (error: unknown) => void;
}

/** Candidates of a list beyond the places to be filled, for items that are not there any more. */
const spare = 2;

export class Sources {
  readonly #parts: SourceParts;

  constructor(parts: SourceParts) {
    this.#parts = parts;
  }

  /** The user's own list, as the topology `recommend` wrote it. */
  own =
    (user: string): Opening =>
    async picker => {
      const found = await this.#parts.stored.openedListOf(user, picker.missing + spare);
      if (found === undefined) return undefined;
      const { list, etag } = found;
      const { reason, policy, time, items } = list;
      return { reason, policy, model: list, time, items, etag };
    };

  /** What fits the user's vector best, of all items that the rules allow. */
  fitting =
    (user: string): Opening =>
    async picker => {
      const { stored, vectors } = this.#parts;
      const vector = await stored.userVector(user);
      if (vector === undefined) return undefined;
      const model = await stored.model();
      const policy = vector.generation === model?.candidate?.generation ? 'candidate' : 'live';
      const rank = (n: number, isAllowed: IsAllowed) => vectors.fitting(vector, n, isAllowed);
      return this.#ranked(picker, { reason: 'personal', policy, model }, rank);
    };

  /** What fits somebody best who has done just this, of all items that the rules allow. */
  basket =
    (done: readonly HistoryItem[]): Opening =>
    async picker => {
      const { stored, vectors } = this.#parts;
      const model = await stored.model();
      if (model?.settings === undefined) return undefined;
      await vectors.refresh();
      const { generation, settings, time } = model;
      const items = vectors.grammed(generation);
      const factors = items && factorsOfDone(done, { settings, items, time });
      if (factors === undefined) return undefined;
      const rank = (n: number, isAllowed: IsAllowed) => vectors.fittingFolded(generation, factors, n, isAllowed);
      return this.#ranked(picker, { reason: 'personal', policy: 'basket', model }, rank);
    };

  /** What is most like the item, of all that the rules allow. */
  like =
    (itemId: string): Opening =>
    async picker => {
      const model = await this.#parts.stored.model();
      const rank = (n: number, isAllowed: IsAllowed) => this.#parts.vectors.like(itemId, n, isAllowed);
      return this.#ranked(picker, { reason: 'similar', policy: 'similar', model }, rank);
    };

  /** The most rated of the newest window. */
  trending =
    (window: 'hourly' | 'daily'): Opening =>
    async () => {
      const board = await this.#parts.stored.leaders(window);
      if (board === undefined) return undefined;
      const items = board.items.map(({ itemId, count }) => ({ itemId, score: count, reason: 'trending' as const }));
      // The newest window is still open: the board cannot be newer than now.
      const time = Math.min(board.end, this.#parts.clock.now());
      return { reason: 'trending', policy: 'trending', model: undefined, time, items };
    };

  /** The most popular items that the current model names. */
  popular: Opening = async () => {
    const model = await this.#parts.stored.model();
    const items = (model?.popular ?? []).map(item => ({ ...item, reason: 'popular' as const }));
    return { reason: 'popular', policy: 'popular', model, time: model?.time, items };
  };

  /** All other items, most events first: what a rare genre is filled with. */
  known: Opening = async picker => {
    const model = await this.#parts.stored.model();
    const rank = async (n: number, isAllowed: IsAllowed) => this.#parts.vectors.mostEvents(n, isAllowed);
    return this.#ranked(picker, { reason: 'popular', policy: 'popular', model }, rank);
  };

  async #ranked(
    picker: Unfilled,
    source: Pick<Source, 'reason' | 'policy'> & { readonly model: ModelDocument | undefined },
    rank: (n: number, isAllowed: IsAllowed) => Promise<readonly Ranked[] | undefined>,
  ): Promise<Source | undefined> {
    const catalogue = await this.catalogue();
    if (catalogue === undefined) return undefined;
    const isAllowed: IsAllowed = itemId => picker.accepts(itemId, catalogue.get(itemId));
    const next = async () => {
      const ranked = await rank(picker.missing, isAllowed);
      return (ranked ?? []).map(item => ({ ...item, reason: source.reason }));
    };
    return { ...source, time: source.model?.time, items: rounds(picker, next) };
  }

  /**
   * The catalogue with the item vectors beside it, both as of now; undefined where there are more items than memory may
   * hold: that is reported, and the list goes on without what it cannot search.
   */
  async catalogue() {
    try {
      await this.#parts.vectors.refresh();
      return await this.#parts.items.all();
    } catch (error) {
      if (!(error instanceof TooManyItems)) throw error;
      this.#parts.report(error);
      return undefined;
    }
  }
}

/** Asks again while something is missing, since what was taken closes genres; until a round brings nothing. */
async function* rounds(picker: Unfilled, next: () => Promise<readonly Candidate[]>): AsyncGenerator<Candidate> {
  for (let before = Infinity; picker.missing > 0 && picker.missing < before;) {
    before = picker.missing;
    yield* await next();
  }
}
