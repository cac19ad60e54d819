/** Two tables joined by key: versions that come late, versions that remove their key, some that fail. */
import assert from 'node:assert/strict';
import { stream } from '../../../src/index.ts';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import { consumed, records, repeats } from '../../support/consumer.ts';
import { attend, type Encounter, encounters, guests, hosts, rowTold, type Visit } from '../../support/encounters.ts';
import { checkWatermarks } from '../../support/ledger.ts';
import type { Random } from '../../support/random.ts';
import type { World } from '../../support/world.ts';
import type { Play } from './play.ts';
import { byTable, type HowJoined, tablesOf } from './tables-oracle.ts';
import { awake, Input, letterOf } from './visits.ts';

const left = stream<Visit>('lodgers', { ...guests, ...awake });
const right = stream<Visit>('landlords', { ...hosts, ...awake });
const rows = stream<Encounter>('rows', encounters);

export class TablesPlay implements Play {
  readonly topologies;
  readonly #random: Random;
  readonly #how: HowJoined;
  readonly #left: Input;
  readonly #right: Input;

  constructor(random: Random) {
    this.#random = random;
    const shared = random.between(1, 4);
    this.#left = new Input(left, shared);
    this.#right = new Input(right, shared);
    this.#how = { kind: random.pick(['inner', 'left', 'outer'] as const), grace: random.below(60) };
    const reading = random.chance(0.5) ? { maxSkew: random.below(100) } : {};
    this.topologies = [attend({ ...this.#how, reading }, { left, right, out: rows })];
  }

  partitions(topic: string): number {
    return this.#inputs.find(({ name }) => name === topic)?.partitions ?? this.#random.between(1, 4);
  }

  async send(world: World): Promise<void> {
    await this.#random.pick(this.#inputs).send(world, this.#random);
  }

  async close(world: World): Promise<void> {
    for (const input of this.#inputs) await input.close(world);
  }

  async check({ transport }: World): Promise<{ duplicates: number }> {
    const expected = tablesOf(this.#how, this.#left, this.#right);
    const found = await records(transport, rows);
    checkWatermarks(found);
    const told = found.flatMap(({ value }) =>
      value === undefined ? [] : [{ key: value.place, text: rowTold(value) }],
    );
    assert.deepEqual(byTable(told), byTable(expected.told), 'what is told of each row, in the order of event time');
    const letters = await consumed(transport, deadLetters);
    assert.deepEqual(
      letters.map(letterOf).sort(),
      expected.deadLetters.toSorted(),
      'a dead letter for each bad record',
    );
    return { duplicates: (await repeats(transport, rows.name)) + (await repeats(transport, deadLetters.name)) };
  }

  get #inputs(): readonly Input[] {
    return [this.#left, this.#right];
  }
}
