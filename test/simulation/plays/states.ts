/** State of every kind that ends by event time: the same step twice, all of it in memory and nearly all on disk. */
import assert from 'node:assert/strict';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import { partitionOf } from '../../../src/transport/partitioner.ts';
import { consumed, records, repeats } from '../../support/consumer.ts';
import { checkWatermarks } from '../../support/ledger.ts';
import type { Random } from '../../support/random.ts';
import type { World } from '../../support/world.ts';
import type { Play } from './play.ts';
import { acts, type Doing, isPoison, type Lives, looks, recalledOf, type Recalled, where } from './states-oracle.ts';
import { doings, onDisk, recalled, recalling } from './states-topology.ts';

/** How far behind the clock a doing comes at most: more than a watermark lies behind. */
const latest = 90;
/** How far ahead of the clock the last ones are: behind all that is waited for. */
const end = 1_000_000;
const keys = ['a', 'a|', 'a%7C', 'bee', 'key-1', 'key-2'];

export class StatesPlay implements Play {
  readonly topologies;
  readonly #random: Random;
  readonly #partitions: number;
  readonly #lives: Lives;
  readonly #sent: Doing[] = [];

  constructor(random: Random) {
    this.#random = random;
    this.#partitions = random.between(1, 4);
    const life = () => ({
      ttl: random.pick([20, 150, 700, 700, 4_000, Infinity]),
      refresh: random.pick(['write', 'read'] as const),
    });
    this.#lives = { value: life(), list: { ...life(), atMost: random.between(1, 4) }, map: life(), sorted: life() };
    this.topologies = [
      recalling('recalling', this.#lives, {}, recalled),
      recalling('shelving', this.#lives, { memory: { entries: random.below(5) } }, onDisk),
    ];
  }

  partitions(topic: string): number {
    return topic === doings.name ? this.#partitions : this.#random.between(1, 4);
  }

  async send(world: World): Promise<void> {
    const random = this.#random;
    const some = Array.from({ length: random.between(1, 12) }, (_, n) => ({
      id: this.#sent.length + n,
      key: random.pick(keys),
      on: random.pick(where),
      act: random.pick(acts),
      look: random.pick(looks),
      entry: random.below(6),
      at: world.clock.time - random.below(latest),
    }));
    this.#sent.push(...some);
    await world.send(doings, ...some);
  }

  /** One in each partition, which brings event time past all timers and ends. */
  async close(world: World): Promise<void> {
    const missing = new Set(Array.from({ length: this.#partitions }, (_, partition) => partition));
    for (let n = 0; missing.size > 0; n++) {
      const key = `the end ${n}`;
      if (!missing.delete(partitionOf(key, this.#partitions))) continue;
      const at = world.clock.time + end;
      const last: Doing = { id: -1, key, on: 'value', act: 'nothing', look: 'one', entry: 0, at };
      this.#sent.push(last);
      await world.send(doings, last);
    }
  }

  async check({ transport }: World): Promise<{ duplicates: number }> {
    const home = (doing: Doing): number => partitionOf(doing.key, this.#partitions);
    const expected = byKey(recalledOf(this.#sent, home, doings.lateness, this.#lives));
    let duplicates = await repeats(transport, deadLetters.name);
    for (const out of [recalled, onDisk]) {
      const found = await records(transport, out);
      checkWatermarks(found);
      const told = found.flatMap(({ value }) => (value === undefined ? [] : [value]));
      assert.deepEqual(byKey(told), expected, `what was seen of each key, in order, in ${out.name}`);
      duplicates += await repeats(transport, out.name);
    }
    const letters = await consumed(transport, deadLetters);
    assert.equal(letters.length, 2 * this.#sent.filter(isPoison).length, 'a dead letter for each bad record and task');
    return { duplicates };
  }
}

const byKey = (all: readonly Recalled[]) =>
  Object.fromEntries(
    [...Map.groupBy(all, ({ key }) => key)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, some]) => [key, some.map(({ id, text, at }) => `${id} at ${at}: ${text}`)]),
  );
