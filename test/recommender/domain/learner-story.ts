/** A learner with a checkpoint of its own, and beside it plain models that each learn the same alone. */
import fc from 'fast-check';
import type { Item, Rating } from '../../../schemas/types.ts';
import { type Generation, Model, type RowValue } from '../../../src/als/index.ts';
import { type Change, isItemChange, isUserChange } from '../../../src/recommender/domain/changes.ts';
import type { PreparedSignal } from '../../../src/recommender/domain/generation-signals.ts';
import { asInteraction } from '../../../src/recommender/domain/interaction.ts';
import { defaultLearner, Learner } from '../../../src/recommender/domain/learner.ts';
import { trainHere } from '../../../src/recommender/domain/training.ts';
import { rating } from '../../topologies/events.ts';

const model = { factors: 3, sweeps: 2, refresh: { threshold: 1, rowsPerEvent: 1 } };
const settings = { ...defaultLearner, model, growth: 1e9 };
const never = new AbortController().signal;

/** What an epoch brings: a decision, what is learnt, and what becomes of the process before and after its checkpoint. */
export interface Epoch {
  readonly decision: 'none' | 'start' | 'share' | 'stop' | 'promote' | 'begin';
  readonly share: number;
  readonly what: 'cut' | 'alias' | 'erase' | 'describe';
  readonly events: readonly { readonly user: number; readonly item: number; readonly stars: number }[];
  readonly fails: boolean;
  readonly restarts: boolean;
}

export const epochs: fc.Arbitrary<readonly Epoch[]> = fc.array(
  fc.record({
    decision: fc.constantFrom('none', 'none', 'start', 'start', 'share', 'stop', 'promote', 'begin'),
    share: fc.constantFrom(0, 0.3, 0.7, 1),
    what: fc.constantFrom('cut', 'cut', 'cut', 'alias', 'erase', 'describe'),
    events: fc.array(fc.record({ user: fc.nat(7), item: fc.nat(6), stars: fc.integer({ min: 1, max: 5 }) }), {
      minLength: 1,
      maxLength: 5,
    }),
    fails: fc.boolean(),
    restarts: fc.boolean(),
  }),
  { minLength: 1, maxLength: 14 },
);

const epochOf = (decision: Epoch['decision'], stars: number, isHard = false): Epoch => ({
  decision,
  share: 0.3,
  what: 'cut',
  events: [{ user: 0, item: 0, stars }],
  fails: isHard,
  restarts: isHard,
});

/** Lives that are tried each time: whatever breaks of an experiment shows in one of them, and not by luck alone. */
export const lives: [readonly Epoch[]][] = [
  [[epochOf('start', 1), epochOf('begin', 1), epochOf('promote', 1), epochOf('none', 2), epochOf('start', 1)]],
  [
    [
      epochOf('start', 1, true),
      epochOf('none', 2, true),
      epochOf('share', 3, true),
      epochOf('promote', 4, true),
      epochOf('none', 5),
    ],
  ],
  [
    [
      epochOf('start', 1),
      epochOf('none', 2),
      epochOf('stop', 3, true),
      epochOf('start', 4),
      epochOf('stop', 5),
      epochOf('none', 1),
    ],
  ],
];

const calm = { fails: false, restarts: false };

export class Story {
  learner = new Learner(settings);
  /** The checkpoint. */
  readonly rows = new Map<string, RowValue>();
  /** Vectors as a reader has them: generation and factors, of items also those of the candidate. */
  readonly users = new Map<string, string>();
  readonly items = new Map<string, string>();
  readonly plain: { live: Model; candidate: Model | undefined } = { live: new Model(model), candidate: undefined };
  /** All that models have learnt so far, whatever their vectors. */
  readonly #past: ((model: Model) => unknown)[] = [];
  readonly #described = new Map<string, readonly string[]>();
  readonly #contents = new Map<string, Generation>();
  #time = 0;
  #generations = 0;

  /** Sixty ratings and a live generation. */
  async begin(): Promise<void> {
    const first = Array.from({ length: 60 }, (_, n) => ({ user: n % 8, item: (n * 3 + 1) % 7, stars: 1 + (n % 5) }));
    await this.#epoch([], this.#cut(first), calm);
    const content = await this.#trained({});
    const generation = ++this.#generations;
    this.plain.live.adopt(content, { generation });
    const about = { generation, cause: 'command', trainedAt: 0, isForeign: false } as const;
    await this.#epoch([{ signal: 'adopt', name: 'first', ...about, content }], [], { fails: true, restarts: true });
  }

  async live(epoch: Epoch): Promise<void> {
    const signals = await this.#decided(epoch);
    await this.#epoch(signals, this.#inputs(epoch, signals.length > 0 && epoch.decision !== 'begin'), epoch);
  }

  async #decided({ decision, share }: Epoch): Promise<PreparedSignal[]> {
    const { plain } = this;
    const running = this.learner.control.candidate;
    if (decision === 'begin') return [this.#begun()];
    if (decision === 'start' && running === null) return [await this.#started(share)];
    if (running === null) return [];
    const { name, generation } = running;
    if (decision === 'share') {
      plain.live.raise();
      return [this.#experiment(name, generation, share)];
    }
    if (decision !== 'stop' && decision !== 'promote') return [];
    if (decision === 'promote') plain.live = plain.candidate ?? plain.live;
    plain.candidate = undefined;
    plain.live.raise();
    return [{ signal: decision, name }];
  }

  #begun(): PreparedSignal {
    this.#all(each => each.beginBase());
    return { signal: 'begin', cause: 'command' };
  }

  /** Of another width and seed, so that vectors of one generation cannot pass for those of another. */
  async #started(share: number): Promise<PreparedSignal> {
    const generation = ++this.#generations;
    const content = await this.#trained({ factors: 2 + (generation % 3), seed: generation });
    const candidate = new Model(model);
    for (const each of this.#past) each(candidate);
    candidate.adopt(content, { generation });
    this.plain.candidate = candidate;
    this.plain.live.raise();
    this.#contents.set(`g${generation}`, content);
    return this.#experiment(`g${generation}`, generation, share);
  }

  #experiment(name: string, generation: number, share: number): PreparedSignal {
    const content = this.#contents.get(name);
    if (content === undefined) throw new Error(`There is no generation ${name}`);
    const about = { name, generation, cause: 'command', trainedAt: 0, isForeign: false, startedAt: 0 } as const;
    return { signal: 'experiment', ...about, share, content };
  }

  async #trained(set: object): Promise<Generation> {
    await this.#epoch([this.#begun()], [], calm);
    const about = { generation: 0, cause: 'command', trainedAt: 0 } as const;
    return (await trainHere(() => this.learner.model.freeze(set), about, never)).generation;
  }

  #inputs({ what, events }: Epoch, isSwitched: boolean): readonly (Rating | Item)[] {
    const { user = 0, item = 0, stars = 1 } = events[0] ?? {};
    // Never an alias to oneself, which is refused long before a learner sees it.
    const [userId, sessionId, itemId] = [`u${user}`, `u${(user + 1 + item) % 8}`, `i${item + 3}`];
    const note = { userId, itemId: '', value: 0, time: ++this.#time, eventId: `n${this.#time}` };
    if (what === 'cut') return this.#cut(events, isSwitched);
    if (what === 'describe') {
      const genres = [`g${stars % 2}`];
      this.#described.set(itemId, [`genre:${genres[0]}`]);
      if (isSwitched) this.#tell();
      return [{ itemId, tenant: '', title: itemId, genres, tags: [], available: true, time: note.time }];
    }
    return this.#noted(what, { ...note, sessionId }, isSwitched);
  }

  #noted(kind: 'alias' | 'erase', note: Partial<Rating>, isSwitched: boolean): Rating[] {
    const { userId = '', sessionId = '' } = note;
    const isNews = this.#learnt(each => (kind === 'alias' ? each.alias(sessionId, userId) : each.forget([userId])));
    // An erasure is always told, also of somebody whom nobody has met.
    if (isNews || isSwitched || kind === 'erase') this.#tell();
    return [rating({ ...note, kind, sessionId: kind === 'alias' ? sessionId : '' })];
  }

  #cut(events: Epoch['events'], isSwitched = false): Rating[] {
    const cut = events.map(({ user, item, stars }) => {
      const time = ++this.#time;
      return rating({ eventId: `e${time}`, userId: `u${user}`, itemId: `i${item}`, value: stars, time });
    });
    const isNews = this.#learnt(each => each.learn(cut.flatMap(event => asInteraction(event) ?? [])));
    if (isNews || isSwitched) this.#tell();
    return cut;
  }

  /** What was said of items is learnt with what is published next. */
  #tell(): void {
    const told = [...this.#described].sort(([a], [b]) => (a < b ? -1 : 1));
    this.#described.clear();
    this.#all(each => each.describe(told.map(([itemId, groups]) => ({ itemId, groups }))));
  }

  #learnt(work: (each: Model) => { readonly events: number }): boolean {
    const before = this.plain.live.version.number;
    this.#all(work);
    return this.plain.live.version.number > before;
  }

  #all(work: (each: Model) => unknown): void {
    this.#past.push(work);
    for (const each of [this.plain.live, this.plain.candidate]) if (each !== undefined) work(each);
  }

  async #epoch(
    signals: readonly PreparedSignal[],
    inputs: readonly (Rating | Item)[],
    { fails, restarts }: Pick<Epoch, 'fails' | 'restarts'>,
  ): Promise<void> {
    const execute = async (): Promise<readonly Change[]> => {
      for (const input of [...signals, ...inputs]) this.learner.next(input);
      const end = { clock: 0, caughtUp: true, signal: never, turn: async () => {} };
      return [...(await this.learner.endEpoch(end))];
    };
    if (fails) {
      await execute();
      this.learner.undo(key => this.rows.get(key));
    }
    for (const change of await execute()) this.#read(change);
    for (const [key, value] of this.learner.changes())
      if (value === null) this.rows.delete(key);
      else this.rows.set(key, value);
    this.learner.committed();
    if (restarts) this.#restart();
  }

  #read(change: Change): void {
    if (isUserChange(change)) {
      const { id, generation, factors } = change.vector;
      if (change.isGone) this.users.delete(id);
      else this.users.set(id, `${generation} ${factors.toString('hex')}`);
    } else if (isItemChange(change)) {
      const { id, generation, factors, candidate } = change.vector;
      const other = candidate === null ? '' : ` ${candidate.generation} ${candidate.factors.toString('hex')}`;
      this.items.set(id, `${generation} ${factors.toString('hex')}${other}`);
    }
  }

  #restart(): void {
    this.learner = new Learner(settings);
    for (const [key, value] of [...this.rows].reverse()) this.learner.restore(key, value);
    this.learner.restored();
  }
}
