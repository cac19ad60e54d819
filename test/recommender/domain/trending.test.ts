/** What is rated most now, beside the boards that whoever counts everything anew would make. */
import { describe, expect, test } from 'vitest';
import { type Rated, Trending, trendingNamed } from '../../../src/recommender/domain/trending.ts';
import { leaderboard } from '../../../src/recommender/domain/trends.ts';
import { Random } from '../../support/random.ts';

const minute = 60_000;
const [quarter, day] = [15 * minute, 24 * 60 * minute];
const noon = Date.UTC(2026, 4, 3, 12);

/** The items of the newest window by the leaderboard's own order. */
function board(all: readonly Rated[], every: number): string[] {
  const start = Math.max(...all.map(({ time }) => Math.floor(time / every) * every));
  const items = Object.groupBy(
    all.filter(({ time }) => time >= start),
    ({ itemId }) => itemId,
  );
  const counted = Object.entries(items).flatMap(([itemId, own = []]) => {
    const mean = own.reduce((sum, { value }) => sum + value, 0) / own.length;
    return [[itemId, { itemId, count: own.length, mean }] as const];
  });
  return leaderboard({ window: '', start, end: 0, items: Object.fromEntries(counted) })
    .items.slice(0, trendingNamed)
    .map(({ itemId }) => itemId);
}

const naive = (all: readonly Rated[]): string[] =>
  all.length === 0 ? [] : [...new Set([...board(all, quarter), ...board(all, day)])];

/** Boards with a checkpoint, as a task keeps them. */
class Kept {
  trending = new Trending();
  readonly rows = new Map<string, string>();

  commit(): void {
    for (const [key, value] of this.trending.changes())
      if (value === null) this.rows.delete(key);
      else this.rows.set(key, value.toString());
    this.trending.committed();
  }

  restart(): void {
    this.trending = new Trending();
    const taken = [...this.rows].map(([key, value]) => this.trending.restore(key, value));
    if (!taken.every(Boolean)) throw new Error('A row was not taken for one of its own');
    this.trending.restored();
  }
}

const first = ({ trending }: Kept): string[] => trending.first(2 * trendingNamed);

test.for([1, 2, 3, 4])('they are the boards of all that was rated, whatever is undone or restarted (seed %i)', seed => {
  const random = new Random(seed);
  const kept = new Kept();
  const all: Rated[] = [];
  let time = noon;
  for (let epoch = 0; epoch < 150; epoch++) {
    // Mostly close together; now and then a quarter of an hour passes, or a day, or something comes late.
    const ratings = Array.from({ length: random.below(12) }, () => {
      time += random.below(40) === 0 ? random.pick([quarter, day, day / 3]) : random.below(minute);
      const late = random.below(10) === 0 ? random.below(2 * quarter) : 0;
      return { itemId: `i${random.below(50)}`, value: random.between(1, 10) / 2, time: time - late };
    }).sort((a, b) => a.time - b.time);
    kept.trending.add(ratings);
    const fails = random.below(4) === 0;
    if (fails) kept.trending.undo(key => kept.rows.get(key));
    else all.push(...ratings);
    kept.commit();
    if (random.below(6) === 0) kept.restart();
    expect(first(kept)).toEqual(naive(all));
  }
});

describe('what is trending', () => {
  test('begins anew with the quarter of an hour, and fills up with the day', () => {
    const trending = new Trending();
    const rated = (itemId: string, time: number): Rated => ({ itemId, value: 4, time });
    trending.add([rated('a', noon), rated('a', noon), rated('b', noon + 1)]);
    expect(trending.first(9)).toEqual(['a', 'b']);
    trending.add([rated('c', noon + quarter)]);
    expect(trending.first(9)).toEqual(['c', 'a', 'b']);
    expect(trending.first(2)).toEqual(['c', 'a']);
    trending.add([rated('d', noon + day)]);
    expect(trending.first(9)).toEqual(['d']);
  });

  test('keeps no row of a window that is over', () => {
    const kept = new Kept();
    kept.trending.add([{ itemId: 'a', value: 4, time: noon }]);
    kept.commit();
    kept.trending.add([{ itemId: 'b', value: 4, time: noon + day }]);
    kept.commit();
    expect([...kept.rows.keys()].toSorted()).toEqual(['trending daily b', 'trending hourly b']);
  });
});
