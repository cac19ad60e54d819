/** Timers: set, moved, deleted and set by each other, by event time and by the clock; some records come late, some fail. */
import assert from 'node:assert/strict';
import { days, schema, stream, topology } from '../../../src/index.ts';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import { partitionOf } from '../../../src/transport/partitioner.ts';
import { consumed, records, repeats } from '../../support/consumer.ts';
import { checkWatermarks } from '../../support/ledger.ts';
import type { Random } from '../../support/random.ts';
import type { World } from '../../support/world.ts';
import type { Play } from './play.ts';
import { type Beat, firedOf, type Fired, isPoison, orderOf, wait } from './timers-oracle.ts';

const lateness = 50;
/** How far behind the clock a beat comes at most: some set timers for times that have passed. */
const latest = 90;
/** How far ahead of the clock the last ones are: behind all that is waited for. */
const end = 1_000_000;
const keys = Array.from({ length: 6 }, (_, n) => `heart-${n}`);

const beats = stream<Beat>('beats', {
  schema: schema({
    type: 'record',
    name: 'Beat',
    fields: [
      { name: 'id', type: 'int' },
      { name: 'key', type: 'string' },
      { name: 'at', type: 'double' },
    ],
  }),
  key: ({ key }) => key,
  time: ({ at }) => at,
  lateness,
  // When somebody turns idle is decided by polls, and what fires then is no function of the log.
  idleAfter: days(100_000),
});

const firings = (name: string) =>
  stream<Fired>(name, {
    schema: schema({
      type: 'record',
      name: 'Fired',
      fields: [
        { name: 'key', type: 'string' },
        { name: 'name', type: 'string' },
        { name: 'at', type: 'double' },
      ],
    }),
    key: ({ key }) => key,
    time: ({ at }) => at,
  });
const fired = firings('fired');
const rung = firings('rung');

const byEvent = topology('watch', task => {
  task
    .read(beats)
    .pipe(
      task.process('hearts', {
        on: (beat: Beat, { key, timers }) => {
          timers.at(beat.at + wait, 'silent');
          const order = orderOf(beat);
          if (order.set !== undefined) timers.at(order.set.at, order.set.name);
          timers.delete(order.drop);
          if (isPoison(beat)) throw new Error(`${key} fails`);
        },
        onTimer: ({ name, at }, { key, timers }) => {
          const next = orderOf({ key, id: at, at }).set;
          if (name.startsWith('once') && next !== undefined) timers.at(next.at, `again ${name}`);
          return [{ key, name, at }];
        },
      }),
    )
    .subscribe(task.write(fired));
});

/** One that fires by the clock for each beat: of what it tells only how often is known beforehand. */
const byClock = topology('ring', task => {
  task
    .read(beats)
    .pipe(
      task.process('bells', {
        timersPerKey: 1_000_000,
        on: (beat: Beat, { timers }) => {
          timers.afterProcessing(1 + (Math.abs(beat.id) % 200), String(beat.id));
          if (isPoison(beat)) throw new Error('no bell');
        },
        onTimer: ({ name }, { key, time }) => [{ key, name, at: time }],
      }),
    )
    .subscribe(task.write(rung));
});

export class TimersPlay implements Play {
  readonly topologies = [byEvent, byClock];
  readonly #random: Random;
  readonly #partitions: number;
  readonly #sent: Beat[] = [];

  constructor(random: Random) {
    this.#random = random;
    this.#partitions = random.between(1, 4);
  }

  partitions(topic: string): number {
    return topic === beats.name ? this.#partitions : this.#random.between(1, 4);
  }

  async send(world: World): Promise<void> {
    const some = Array.from({ length: this.#random.between(1, 12) }, (_, n) => ({
      id: this.#sent.length + n,
      key: this.#random.pick(keys),
      at: world.clock.time - this.#random.below(latest),
    }));
    this.#sent.push(...some);
    await world.send(beats, ...some);
  }

  /** One in each partition, which brings event time past all timers but its own. */
  async close(world: World): Promise<void> {
    const missing = new Set(Array.from({ length: this.#partitions }, (_, partition) => partition));
    for (let n = 0; missing.size > 0; n++) {
      const key = `the end ${n}`;
      if (!missing.delete(partitionOf(key, this.#partitions))) continue;
      const last = { id: -1, key, at: world.clock.time + end };
      this.#sent.push(last);
      await world.send(beats, last);
    }
  }

  async check({ transport }: World): Promise<{ duplicates: number }> {
    const found = await records(transport, fired);
    checkWatermarks(found);
    const told = found.flatMap(({ value }) => (value === undefined ? [] : [value]));
    const expected = firedOf(this.#sent, beat => partitionOf(beat.key, this.#partitions), lateness);
    assert.deepEqual(byKey(told), byKey(expected), 'what fired of each key, in order');
    await this.#checkBells(transport);
    const letters = await consumed(transport, deadLetters);
    assert.equal(letters.length, 2 * this.#sent.filter(isPoison).length, 'a dead letter for each bad record and task');
    let duplicates = 0;
    for (const topic of [fired.name, rung.name, deadLetters.name]) duplicates += await repeats(transport, topic);
    return { duplicates };
  }

  /** Each rings once at most: some are not due yet when the world ends. */
  async #checkBells(transport: World['transport']): Promise<void> {
    const bells = (await consumed(transport, rung)).map(({ key, name }) => `${key} ${name}`);
    assert.equal(new Set(bells).size, bells.length, 'each bell rings once at most');
    const known = new Set(this.#sent.filter(beat => !isPoison(beat)).map(({ key, id }) => `${key} ${id}`));
    assert.deepEqual(
      bells.filter(bell => !known.has(bell)),
      [],
      'no bell rings that was not set',
    );
  }
}

const byKey = (all: readonly Fired[]) =>
  Object.fromEntries(
    [...Map.groupBy(all, ({ key }) => key)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, some]) => [key, some.map(({ name, at }) => `${name}@${at}`)]),
  );
