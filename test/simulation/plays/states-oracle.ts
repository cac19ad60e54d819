/** What is seen of states that end, by their definition, over the whole input: none of the engine's code is used. */
import { type Naive, naiveEntries } from '../../support/naive-entries.ts';

export const where = ['value', 'list', 'map', 'sorted'] as const;
export const acts = ['put', 'put', 'put', 'drop', 'clear', 'nothing', 'nothing'] as const;
export const looks = ['one', 'ends', 'all', 'away'] as const;
type Where = (typeof where)[number];

/** A record that asks for something in one of the states of its key, and then looks there. */
export interface Doing {
  readonly id: number;
  readonly key: string;
  readonly on: Where;
  readonly act: (typeof acts)[number];
  readonly look: (typeof looks)[number];
  readonly entry: number;
  readonly at: number;
}

export interface Recalled {
  readonly key: string;
  readonly id: number;
  readonly text: string;
  readonly at: number;
}

interface Life {
  readonly ttl: number;
  readonly refresh: 'write' | 'read';
}

export type Lives = Readonly<Record<Where, Life>> & { readonly list: { readonly atMost: number } };

/** The dataflow fails on it, behind all that it did. */
export const isPoison = ({ id }: Doing): boolean => id % 40 === 13;

/** Every seventh has a look at all states later; some of them at once, since that time has passed. */
export const timerOf = ({ id, entry, at }: Doing): number | undefined =>
  id % 7 === 3 ? at + 60 * entry - 30 : undefined;

/** Partition by partition, in the order of the log. A record that fails counts for nothing, not even for event time. */
export function recalledOf(
  sent: readonly Doing[],
  home: (doing: Doing) => number,
  lateness: number,
  lives: Lives,
): Recalled[] {
  const sound = sent.filter(doing => !isPoison(doing));
  return [...Map.groupBy(sound, home).values()].flatMap(doings => recalledIn(doings, lateness, lives));
}

function recalledIn(doings: readonly Doing[], lateness: number, lives: Lives): Recalled[] {
  const told: Recalled[] = [];
  const keys = new Map<string, NaiveStates>();
  let waiting: Omit<Recalled, 'text'>[] = [];
  const statesOf = (key: string): NaiveStates => {
    const states = keys.get(key) ?? new NaiveStates(lives);
    keys.set(key, states);
    return states;
  };
  /** A timer sees what is not over at its own time; one that was set for a time that had passed, what is not over now. */
  const fireUpTo = (watermark: number, nowOf: (at: number) => number): void => {
    for (const timer of waiting.filter(({ at }) => at <= watermark).sort(inOrder)) {
      const text = statesOf(timer.key).lookAtAll(timer.at, nowOf(timer.at));
      told.push({ ...timer, text });
    }
    waiting = waiting.filter(({ at }) => at > watermark);
  };
  let watermark = -Infinity;
  for (const doing of doings) {
    const { id, key, at } = doing;
    watermark = Math.max(watermark, at - lateness);
    fireUpTo(watermark, own => own);
    const now = Math.max(at, watermark);
    told.push({ key, id, text: statesOf(key).take(doing, now), at });
    const timer = timerOf(doing);
    if (timer !== undefined) waiting.push({ key, id, at: timer });
    fireUpTo(watermark, () => watermark);
  }
  return told;
}

const inOrder = (a: Omit<Recalled, 'text'>, b: Omit<Recalled, 'text'>): number =>
  a.at - b.at || compare(a.key, b.key) || compare(`${a.id}`, `${b.id}`);
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

type Seen = readonly (readonly [id: string, value: number])[];

/** The states of one key. */
class NaiveStates {
  readonly #lives: Lives;
  readonly #held: Readonly<Record<Where, Naive<number>>> = {
    value: naiveEntries(),
    list: naiveEntries(),
    map: naiveEntries(),
    sorted: naiveEntries(),
  };
  #added = 0;

  constructor(lives: Lives) {
    this.#lives = lives;
  }

  /** What the doing sees once it is done. */
  take(doing: Doing, now: number): string {
    this.#act(doing, now);
    const { on, look, at } = doing;
    if (look === 'away') return '';
    const all = this.#held[on].at(now);
    const see = (...some: Seen): Seen => this.#see(on, some, at);
    const single = (some: Seen): number | null => see(...some)[0]?.[1] ?? null;
    const [first, last] = [all.slice(0, 1), all.slice(-1)];
    const mine = all.filter(([id]) => id === `${doing.entry}`);
    const range = all.filter(([id]) => Number(id) >= 1 && Number(id) < 5).reverse();
    const sights: Record<Where, Record<'one' | 'ends' | 'all', () => unknown>> = {
      value: { one: () => single(all), ends: () => single(all), all: () => single(all) },
      list: {
        one: () => single(last),
        ends: () => [single(first), this.#single('list', at, this.#held.list.at(now).slice(-1))],
        all: () => see(...all.toReversed()).map(([, value]) => value),
      },
      map: { one: () => single(mine), ends: () => mine.length > 0, all: () => see(...all) },
      sorted: {
        one: () => single(mine),
        ends: () => [pairOf(see(...first)), pairOf(this.#see('sorted', this.#held.sorted.at(now).slice(-1), at))],
        all: () => see(...range).map(numbered),
      },
    };
    return JSON.stringify(sights[on][look]());
  }

  lookAtAll(time: number, now: number): string {
    const see = (on: Where): Seen => this.#see(on, this.#held[on].at(now), time);
    const list = see('list').map(([, value]) => value);
    return JSON.stringify([see('value')[0]?.[1] ?? null, list, see('map'), see('sorted').map(numbered)]);
  }

  #act({ id, on, act, entry, at }: Doing, now: number): void {
    const held = this.#held[on];
    if (act === 'nothing') return;
    if (act === 'put') return this.#put(on, id, entry, at, now);
    const dropped = {
      value: [''],
      list: held
        .at(now)
        .slice(0, 1)
        .map(([oldest]) => oldest),
      map: [`${entry}`],
      sorted: [`${entry}`, `${entry + 1}`],
    };
    for (const each of act === 'drop' ? dropped[on] : held.at(-Infinity).map(([any]) => any)) held.remove(each);
  }

  #put(on: Where, value: number, entry: number, at: number, now: number): void {
    const { list } = this.#held;
    const seen = list.at(now);
    if (on === 'list' && seen.length >= this.#lives.list.atMost) list.remove(seen[0]?.[0] ?? '');
    const id = { value: '', list: `${this.#added++}`.padStart(9, '0'), map: `${entry}`, sorted: `${entry}` }[on];
    this.#held[on].set(id, value, at + this.#lives[on].ttl);
  }

  #single(on: Where, time: number, some: Seen): number | null {
    return this.#see(on, some, time)[0]?.[1] ?? null;
  }

  /** Who reads may begin the time to live anew, from its own time on, be that earlier. */
  #see(on: Where, some: Seen, time: number): Seen {
    const { ttl, refresh } = this.#lives[on];
    if (refresh === 'read') for (const [id, value] of some) this.#held[on].set(id, value, time + ttl);
    return some;
  }
}

const numbered = ([id, value]: readonly [id: string, value: number]) => [Number(id) - 2, value] as const;
const pairOf = ([pair]: Seen) => (pair === undefined ? null : numbered(pair));
