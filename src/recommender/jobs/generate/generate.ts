import type { Rating } from '../../../../schemas/types.ts';
import { ratings as stream } from '../../../../topologies/streams.ts';
import type { Clock } from '../../../engine/clock.ts';
import { OutsideWriter } from '../../../stream/outside-writer.ts';
import type { SchemaRegistry } from '../../../stream/registry.ts';
import { shareOnce } from '../../../stream/share-once.ts';
import type { Transport } from '../../../transport/port.ts';
import { eventIdOf } from '../event-id.ts';
import { Pace } from '../pace.ts';
import { fitting, skewed } from './choice.ts';
import type { Known } from './known.ts';
import { liking, starsOf } from './taste.ts';

export interface GenerateOptions {
  readonly ports: {
    readonly transport: Transport;
    readonly registry: Pick<SchemaRegistry, 'register'>;
    readonly clock: Clock;
  };
  /** Whose the events are; '' where absent. */
  readonly tenant?: string | undefined;
  /** Who rates what, by the ids of the tenant; looked at anew for every event, so that it may grow meanwhile. */
  readonly known: Known;
  /** Even chances in [0, 1): the same ones give the same users, items and stars. */
  readonly random: () => number;
  /** Events per second; as fast as the log takes them where absent. */
  readonly rate?: number | undefined;
  /** How many events; endless where absent. */
  readonly count?: number | undefined;
  /** Stops at the next event; what was generated until then is in the log, and counted. */
  readonly signal: AbortSignal;
  readonly onEvent?: ((event: Rating) => void) | undefined;
}

/** Of so many items that a user comes across, one is rated. */
const choices = 3;

/**
 * Ratings as they might be: a few users and items have most of them, and a hidden taste decides the stars. Event time
 * is the clock's. Answers the number of events. @throws {NobodyKnown} @throws {InvalidRate}
 */
export async function generate(options: GenerateOptions): Promise<number> {
  const { ports, signal, rate = Infinity, count = Infinity } = options;
  const pace = new Pace(ports.clock, rate);
  await shareOnce(ports.registry, stream.schema.definition);
  const writer = await OutsideWriter.open(ports.transport, stream, ports.clock);
  let events = 0;
  while (events < count) {
    await pace.next(signal, () => writer.flush());
    if (signal.aborted) break;
    const event = plausible(options, events);
    await writer.write(event);
    options.onEvent?.(event);
    events++;
  }
  await writer.flush();
  return events;
}

function plausible({ known, random, ports, tenant = '' }: GenerateOptions, n: number): Rating {
  const userId = skewed(known.users, 2, random);
  const itemId = fitting(userId, { items: known.items, choices, random });
  const value = starsOf(liking(userId, itemId), random);
  const time = ports.clock.now();
  // The same user may well rate the same item again within a millisecond at full speed: the number tells them apart.
  const eventId = eventIdOf('generated', n, userId, itemId, value, time);
  return { eventId, tenant, userId, sessionId: '', itemId, kind: 'rating', value, time };
}
