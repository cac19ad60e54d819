/** Joins: of two streams in a window, with a table of the same key, and with a broadcast table of other partitions. */
import assert from 'node:assert/strict';
import { stream } from '../../../src/index.ts';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import { consumed, records, repeats } from '../../support/consumer.ts';
import { type Encounter, encounters, greet, guests, hosts, meet, seat, type Visit } from '../../support/encounters.ts';
import { checkWatermarks } from '../../support/ledger.ts';
import type { Random } from '../../support/random.ts';
import type { World } from '../../support/world.ts';
import { byPlace, expectedOf, type Hows } from './joins-oracle.ts';
import type { Play } from './play.ts';
import { awake, Input, letterOf } from './visits.ts';

const left = stream<Visit>('visitors', { ...guests, ...awake });
const right = stream<Visit>('keepers', { ...hosts, ...awake });
/** The table of the broadcast join, whose topic has a number of partitions of its own. */
const signs = stream<Visit>('signs', { ...hosts, ...awake });

const met = stream<Encounter>('met', encounters);
const greeted = stream<Encounter>('greeted', encounters);
const seated = stream<Encounter>('seated', encounters);

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
    await this.#random.pick(this.#inputs).send(world, this.#random);
  }

  async close(world: World): Promise<void> {
    for (const input of this.#inputs) await input.close(world);
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
}

const toldOf = ({ place, guest, host }: Encounter) => ({ place, text: `${guest ?? '-'}+${host ?? '-'}` });

const entriesOf = (told: ReadonlyMap<string, readonly string[]>, isInOrder: boolean) =>
  [...told]
    .map(([place, texts]) => [place, isInOrder ? texts : texts.toSorted()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
