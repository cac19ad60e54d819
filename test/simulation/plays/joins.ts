/** Joins: of two streams in a window, with a table of the same key, and with a broadcast table of other partitions. */
import assert from 'node:assert/strict';
import { days, type Stream, stream } from '../../../src/index.ts';
import { Decoder } from '../../../src/stream/decoder.ts';
import { type DeadLetter, deadLetters } from '../../../src/stream/dead-letter.ts';
import { partitionOf } from '../../../src/transport/partitioner.ts';
import { consumed, records, repeats } from '../../support/consumer.ts';
import {
  type Encounter,
  encounters,
  greet,
  guests,
  hosts,
  meet,
  nobodys,
  poisonPlace,
  seat,
  type Visit,
  visit,
} from '../../support/encounters.ts';
import { checkWatermarks } from '../../support/ledger.ts';
import type { Random } from '../../support/random.ts';
import type { World } from '../../support/world.ts';
import { byPlace, expectedOf, type Hows, type Sent } from './joins-oracle.ts';
import type { Play } from './play.ts';

/** Nobody turns idle: when that happens is decided by polls, and who is late then is no function of the log. */
const awake = { idleAfter: days(100_000) };
const left = stream<Visit>('visitors', { ...guests, ...awake });
const right = stream<Visit>('keepers', { ...hosts, ...awake });
/** The table of the broadcast join, whose topic has a number of partitions of its own. */
const signs = stream<Visit>('signs', { ...hosts, ...awake });

const met = stream<Encounter>('met', encounters);
const greeted = stream<Encounter>('greeted', encounters);
const seated = stream<Encounter>('seated', encounters);

const places = Array.from({ length: 6 }, (_, n) => `place-${n}`);
/** How far behind the clock somebody comes: some are late for all that they could meet. */
const latest = 80;
/** How far ahead of the clock the last ones are: behind everything that waits. */
const end = 1_000_000;

export class JoinsPlay implements Play {
  readonly topologies;
  readonly #random: Random;
  readonly #hows: Hows;
  readonly #left: Input;
  readonly #right: Input;
  readonly #signs: Input;

  constructor(random: Random) {
    this.#random = random;
    const shared = random.between(1, 4);
    this.#left = new Input(left, shared);
    this.#right = new Input(right, shared);
    this.#signs = new Input(signs, random.between(1, 4));
    const [before, after, grace] = [random.below(40), random.below(40), random.below(30)];
    // What is kept near to each other in event time meets whom it would meet.
    const reading = random.chance(0.5) ? { maxSkew: random.below(100) } : {};
    this.#hows = {
      meet: { kind: random.pick(['inner', 'left', 'outer'] as const), before, after, grace, reading },
      greet: { kind: random.pick(['inner', 'left'] as const), grace: random.below(60), reading },
      seat: { kind: random.pick(['inner', 'left'] as const), grace: random.below(60), reading },
    };
    this.topologies = [
      meet(this.#hows.meet, { left, right, out: met }),
      greet(this.#hows.greet, { left, right, out: greeted }),
      seat(this.#hows.seat, { left, right: signs, out: seated }),
    ];
  }

  partitions(topic: string): number {
    return this.#inputs.find(({ name }) => name === topic)?.partitions ?? this.#random.between(1, 4);
  }

  async send(world: World): Promise<void> {
    const { stream: to, visits } = this.#random.pick(this.#inputs);
    const some = Array.from({ length: this.#random.between(1, 12) }, (_, n) => this.#visit(world, visits.length + n));
    visits.push(...some);
    await world.send(to, ...some);
  }

  /** The last ones, one in each partition, meet nobody: they bring event time past everybody else. */
  async close(world: World): Promise<void> {
    for (const { stream: to, name, partitions } of this.#inputs) {
      const missing = new Set(Array.from({ length: partitions }, (_, partition) => partition));
      const last: Visit[] = [];
      for (let n = 0; missing.size > 0; n++) {
        const place = `the end of ${name} ${n}`;
        if (!missing.delete(partitionOf(place, partitions))) continue;
        last.push(visit(-1, world.clock.time + end, { place, table: place }));
      }
      await world.send(to, ...last);
    }
  }

  async check({ transport }: World): Promise<{ duplicates: number }> {
    const expected = expectedOf(this.#hows, this.#left, this.#right, this.#signs);
    let duplicates = await repeats(transport, deadLetters.name);
    for (const [out, told, isInOrder] of [
      [met, expected.met, false],
      [greeted, expected.greeted, true],
      [seated, expected.seated, true],
    ] as const) {
      const found = await records(transport, out);
      checkWatermarks(found);
      assert.deepEqual(
        entriesOf(byPlace(found.flatMap(({ value }) => (value === undefined ? [] : [toldOf(value)]))), isInOrder),
        entriesOf(told, isInOrder),
        `what is told in ${out.name}`,
      );
      duplicates += await repeats(transport, out.name);
    }
    const letters = await consumed(transport, deadLetters);
    assert.deepEqual(
      letters.map(letterOf).sort(),
      expected.deadLetters.toSorted(),
      'a dead letter for each bad record',
    );
    return { duplicates };
  }

  get #inputs(): readonly Input[] {
    return [this.#left, this.#right, this.#signs];
  }

  #visit(world: World, id: number): Visit {
    const random = this.#random;
    const place = random.chance(0.02) ? poisonPlace : random.pick(places);
    const table = random.chance(0.15) ? nobodys : random.pick(places);
    return visit(id, world.clock.time - random.below(latest), { place, table });
  }
}

class Input implements Sent {
  readonly stream: Stream<Visit>;
  readonly partitions: number;
  readonly visits: Visit[] = [];

  constructor(of: Stream<Visit>, partitions: number) {
    this.stream = of;
    this.partitions = partitions;
  }

  get name(): string {
    return this.stream.name;
  }

  get lateness(): number {
    return this.stream.lateness;
  }
}

const toldOf = ({ place, guest, host }: Encounter) => ({ place, text: `${guest ?? '-'}+${host ?? '-'}` });

const entriesOf = (told: ReadonlyMap<string, readonly string[]>, isInOrder: boolean) =>
  [...told]
    .map(([place, texts]) => [place, isInOrder ? texts : texts.toSorted()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

const decoder = new Decoder(guests.schema);

function letterOf({ task, topic, bytes, reason }: DeadLetter): string {
  const id = decoder.decode(Buffer.from(bytes), 0, bytes.length)?.id;
  return `${task.replace(/\/.*/, '')} ${topic} ${id} ${reason.startsWith('late') ? 'late' : reason}`;
}
