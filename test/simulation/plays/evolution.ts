/** Three releases of a dataflow: steps renamed twice, removed, added and given another key; streams left and taken up again. */
import assert from 'node:assert/strict';
import { map, share } from 'rxjs';
import { days, schema, stream, type Task, topology, type Topology, tumbling } from '../../../src/index.ts';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import { partitionOf } from '../../../src/transport/partitioner.ts';
import { consumed, repeats } from '../../support/consumer.ts';
import type { Random } from '../../support/random.ts';
import type { World } from '../../support/world.ts';
import type { Play } from './play.ts';

interface Happening {
  readonly id: number;
  readonly key: string;
  /** The other key, within the partition of the first. */
  readonly group: string;
  readonly at: number;
}

/** What a step says of a record: how many of its key it was, and which release counted it. */
interface Told {
  readonly id: number;
  readonly key: string;
  readonly n: number;
  readonly release: number;
  readonly at: number;
}

const lateness = 50;
const width = 100;
/** How far ahead of the clock the last ones are. */
const end = 1_000_000;
/** A record that the dataflow fails on, whatever its release. */
const isPoison = ({ id }: Happening): boolean => id % 40 === 13;

const happenings = stream<Happening>('happenings', {
  schema: schema({
    type: 'record',
    name: 'Happening',
    fields: [
      { name: 'id', type: 'int' },
      { name: 'key', type: 'string' },
      { name: 'group', type: 'string' },
      { name: 'at', type: 'double' },
    ],
  }),
  key: ({ key }) => key,
  time: ({ at }) => at,
  lateness,
  idleAfter: days(100_000),
});

const toldOf = (name: string) =>
  stream<Told>(name, {
    schema: schema({
      type: 'record',
      name: 'Told',
      fields: [
        { name: 'id', type: 'int' },
        { name: 'key', type: 'string' },
        { name: 'n', type: 'int' },
        { name: 'release', type: 'int' },
        { name: 'at', type: 'double' },
      ],
    }),
    key: ({ key }) => key,
    time: ({ at }) => at,
  });

const [counted, extras, sums, looked, heat, followed] = [
  toldOf('counted'),
  toldOf('extras'),
  toldOf('sums'),
  toldOf('looked'),
  toldOf('heat'),
  toldOf('followed'),
] as const;

const counting = (task: Task, name: string, release: number, by: (value: Happening) => string) =>
  task.keyed(name, {
    by,
    initial: () => 0,
    next: (n: number, value: Happening): [number, Told[]] => {
      const { id, at } = value;
      return [n + 1, [{ id, key: by(value), n: n + 1, release, at }]];
    },
  });

const byKey = ({ key }: Happening): string => key;

const heating = (task: Task, name: string) =>
  task.windowed(name, tumbling({ size: width }), {
    by: byKey,
    fold: { initial: () => 0, add: n => n + 1, merge: (a: number, b: number) => a + b },
    emit: 'close',
  });

const sourceOf = (task: Task) =>
  task.read(happenings).pipe(
    map(value => {
      if (isPoison(value)) throw new Error('poison');
      return value;
    }),
    share(),
  );

const asHeat = (release: number) =>
  map(({ key, end: at, value: n }: { key: string; end: number; value: number }): Told => {
    return { id: -1, key, n, release, at: at - 1 };
  });

const follower = topology('follower', task => {
  for (const read of [counted, extras])
    task
      .read(read)
      .pipe(map(told => told))
      .subscribe(task.write(followed));
});

const releases: readonly Topology[] = [
  topology('evolving', task => {
    const source = sourceOf(task);
    source.pipe(counting(task, 'count', 1, byKey)).subscribe(task.write(counted));
    source.pipe(counting(task, 'extra', 1, byKey)).subscribe(task.write(extras));
    source.pipe(heating(task, 'heat'), asHeat(1)).subscribe(task.write(heat));
    source
      .pipe(
        task.mapAsync('look', {
          work: async ({ id, key, at }: Happening): Promise<Told> => ({ id, key, n: 1, release: 1, at }),
        }),
      )
      .subscribe(task.write(looked));
  }),
  topology(
    'evolving',
    task => {
      const source = sourceOf(task);
      source.pipe(counting(task, 'tally', 2, byKey)).subscribe(task.write(counted));
      source.pipe(counting(task, 'sum', 2, byKey)).subscribe(task.write(sums));
      source.pipe(heating(task, 'warmth'), asHeat(2)).subscribe(task.write(heat));
    },
    {
      renamed: { count: 'tally', heat: 'warmth' },
      removed: ['extra', 'look'],
      unwritten: ['extras', 'looked'],
    },
  ),
  topology(
    'evolving',
    task => {
      const source = sourceOf(task);
      source.pipe(counting(task, 'total', 3, byKey)).subscribe(task.write(counted));
      source.pipe(counting(task, 'sum', 3, ({ group }) => group)).subscribe(task.write(sums));
      source.pipe(counting(task, 'more', 3, byKey)).subscribe(task.write(extras));
      source.pipe(heating(task, 'warm'), asHeat(3)).subscribe(task.write(heat));
    },
    {
      renamed: { count: 'total', tally: 'total', heat: 'warm', warmth: 'warm' },
      removed: ['extra', 'look'],
      rekeyed: { sum: 'group' },
      unwritten: ['looked'],
    },
  ),
];

export class EvolutionPlay implements Play {
  readonly topologies = [...releases.slice(0, 1), follower];
  readonly releases = releases.slice(1).map(release => [release, follower]);
  readonly #random: Random;
  readonly #partitions = new Map<string, number>();
  readonly #sent: Happening[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** Streams that are read together have as many as each other. */
  partitions(topic: string): number {
    const name = topic === extras.name ? counted.name : topic;
    const count = this.#partitions.get(name) ?? this.#random.between(1, 3);
    this.#partitions.set(name, count);
    return count;
  }

  async send(world: World): Promise<void> {
    const random = this.#random;
    const some = Array.from({ length: random.between(1, 10) }, (_, n) => ({
      id: this.#sent.length + n,
      key: `key-${random.below(7)}`,
      group: `group-${random.below(3)}`,
      at: world.clock.time - random.below(lateness),
    }));
    this.#sent.push(...some);
    await world.send(happenings, ...some);
  }

  /** One in each partition, far ahead: all windows but its own close. */
  async close(world: World): Promise<void> {
    const missing = new Set(Array.from({ length: this.partitions(happenings.name) }, (_, partition) => partition));
    for (let n = 0; missing.size > 0; n++) {
      const key = `end-${n}`;
      if (!missing.delete(this.#home(key))) continue;
      const id = this.#sent.length + (this.#sent.length % 40 === 13 ? 1 : 0);
      const last = { id, key, group: key, at: world.clock.time + end };
      this.#sent.push(...Array.from({ length: id - this.#sent.length + 1 }, () => last));
      await world.send(happenings, last);
    }
  }

  async check({ transport }: World): Promise<{ duplicates: number }> {
    const good = [...new Set(this.#sent)].filter(value => !isPoison(value));
    const told = await consumed(transport, counted);
    const releaseOf = new Map(told.map(({ id, release }) => [id, release]));
    const of = (...which: number[]) => good.filter(({ id }) => which.includes(releaseOf.get(id) ?? 0));
    const topics = (await transport.topics()).map(({ topic }) => topic);
    // What no release has written yet has no topic.
    const found = async (from: typeof counted) =>
      topics.includes(from.name) ? sorted(await consumed(transport, from)) : [];
    const both = (first: number, second: number, by: (value: Happening) => string, then = by) =>
      sorted([...this.#running(of(first), first, by), ...this.#running(of(second), second, then)]);

    assert.deepEqual(sorted(told.map(each => ({ ...each, release: 0 }))), sorted(this.#running(good, 0, byKey)));
    this.#checkOrder(told);
    assert.deepEqual(await found(extras), both(1, 3, byKey), 'extras, of the first release and of the third');
    assert.deepEqual(
      await found(sums),
      both(2, 3, byKey, ({ group }) => group),
      'sums, begun anew with another key',
    );
    assert.deepEqual(await found(looked), sorted(of(1).map(({ id, key, at }) => ({ id, key, n: 1, release: 1, at }))));
    assert.deepEqual(
      (await consumed(transport, heat)).map(({ key, at, n }) => `${key} ${at} ${n}`).sort(),
      heatOf(good).sort(),
      'windows that were open over releases',
    );
    assert.deepEqual(await found(followed), sorted([...told, ...(await consumed(transport, extras))]));
    const letters = (await consumed(transport, deadLetters)).map(({ offset, partition }) => `${partition} ${offset}`);
    assert.equal(new Set(letters).size, letters.length);
    assert.equal(letters.length, this.#sent.length - good.length - (this.#sent.length - new Set(this.#sent).size));
    let duplicates = 0;
    for (const topic of topics) duplicates += await repeats(transport, topic);
    return { duplicates };
  }

  #home(key: string): number {
    return partitionOf(key, this.partitions(happenings.name));
  }

  /** In each partition one release follows the other. */
  #checkOrder(told: readonly Told[]): void {
    const last = new Map<number, number>();
    for (const { id, key, release } of told.toSorted((a, b) => a.id - b.id)) {
      const home = this.#home(key);
      assert.ok(release >= (last.get(home) ?? 0), `record ${id} was counted by release ${release} after a later one`);
      last.set(home, release);
    }
  }

  /** Counts anew, over all of them: a key is counted in the partition of the record. */
  #running(values: readonly Happening[], release: number, by: (value: Happening) => string): Told[] {
    const counts = new Map<string, number>();
    return values.map(value => {
      const { id, at } = value;
      const key = by(value);
      const place = `${this.#home(value.key)} ${key}`;
      const n = (counts.get(place) ?? 0) + 1;
      counts.set(place, n);
      return { id, key, n, release, at };
    });
  }
}

const sorted = (told: readonly Told[]): string[] =>
  told.map(({ id, key, n, release, at }) => `${id} ${key} ${n} ${release} ${at}`).sort();

function heatOf(values: readonly Happening[]): string[] {
  const counts = new Map<string, number>();
  for (const { key, at } of values) {
    if (key.startsWith('end-')) continue; // event time does not pass their windows
    const window = `${key} ${Math.floor(at / width) * width + width - 1}`;
    counts.set(window, (counts.get(window) ?? 0) + 1);
  }
  return [...counts].map(([window, n]) => `${window} ${n}`);
}
