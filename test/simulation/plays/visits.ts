/** What the plays of joins send, by chance, and what the dead letters of theirs say. */
import { days, type Stream } from '../../../src/index.ts';
import { Decoder } from '../../../src/stream/decoder.ts';
import type { DeadLetter } from '../../../src/stream/dead-letter.ts';
import { partitionOf } from '../../../src/transport/partitioner.ts';
import { guests, nobodys, poisonPlace, type Visit, visit } from '../../support/encounters.ts';
import type { Random } from '../../support/random.ts';
import type { World } from '../../support/world.ts';
import type { Sent } from './joins-oracle.ts';

/** Nobody turns idle: when that happens is decided by polls, and who is late then is no function of the log. */
export const awake = { idleAfter: days(100_000) };

const places = Array.from({ length: 6 }, (_, n) => `place-${n}`);
/** How far behind the clock somebody comes: some are late for all that they could meet. */
const latest = 80;
/** How far ahead of the clock the last ones are: behind everything that waits. */
const end = 1_000_000;

/** A stream of visits, and all that it was sent. */
export class Input implements Sent {
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

  async send(world: World, random: Random): Promise<void> {
    const { visits } = this;
    const some = Array.from({ length: random.between(1, 12) }, (_, n) => someVisit(world, random, visits.length + n));
    visits.push(...some);
    await world.send(this.stream, ...some);
  }

  /** The last ones, one in each partition, meet nobody: they bring event time past everybody else. */
  async close(world: World): Promise<void> {
    const { name, partitions } = this;
    const missing = new Set(Array.from({ length: partitions }, (_, partition) => partition));
    const last: Visit[] = [];
    for (let n = 0; missing.size > 0; n++) {
      const place = `the end of ${name} ${n}`;
      if (!missing.delete(partitionOf(place, partitions))) continue;
      last.push(visit(-1, world.clock.time + end, { place, table: place }));
    }
    await world.send(this.stream, ...last);
  }
}

function someVisit(world: World, random: Random, id: number): Visit {
  const place = random.chance(0.02) ? poisonPlace : random.pick(places);
  const table = random.chance(0.15) ? nobodys : random.pick(places);
  return visit(id, world.clock.time - random.below(latest), { place, table });
}

const decoder = new Decoder(guests.schema);

/** `topology stream id reason`. */
export function letterOf({ task, topic, bytes, reason }: DeadLetter): string {
  const id = decoder.decode(Buffer.from(bytes), 0, bytes.length)?.id;
  return `${task.replace(/\/.*/, '')} ${topic} ${id} ${reason.startsWith('late') ? 'late' : reason}`;
}
