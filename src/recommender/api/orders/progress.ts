/** How far an order has come: from its document to the log, and from there into a published version of the model. */
import type { ModelVersion } from '../../../../schemas/types.ts';
import { modelVersions, ratings } from '../../../../topologies/streams.ts';
import type { DocumentKey, Documents } from '../../../documents/port.ts';
import { type LogPorts, PartitionValues } from '../../../stream/log-values.ts';
import type { Millis } from '../../../stream/time.ts';
import { partitionOf } from '../../../transport/partitioner.ts';
import type { CommittedOffset, Offset, Transport } from '../../../transport/port.ts';
import { ownVersion } from '../../domain/own-version.ts';
import { tenantOf } from '../../domain/tenant.ts';
import { toldKey, toldOrder } from '../../orders/told.ts';
import { endsOf, untilGrown } from '../log-news.ts';
import { readable } from '../stored.ts';
import type { StreamTail } from '../stream-tail.ts';
import { standingOf, type StoredOrder } from './stored-order.ts';

export interface ProgressParts {
  readonly documents: Pick<Documents, 'get'>;
  readonly transport: Pick<Transport, 'partitions' | 'grown'> & LogPorts['transport'];
  readonly registry: LogPorts['registry'];
  readonly clock: { now(): Millis; sleep(duration: Millis, signal: AbortSignal): Promise<void> };
  readonly versions: Pick<StreamTail<ModelVersion>, 'newest'>;
}

export interface Learning {
  readonly offset: Offset | null;
  readonly learnt: boolean;
  readonly modelVersion: string | null;
}

/** Versions that are remembered: the newest says how far the model has learnt. */
export const versionsKept = 10;
/** Records behind `from` that are looked through for an order's events. */
const mostLookedAt = 100_000;
/** How often it is looked for what the log does not tell: an order that is as it was told already, say. */
const lookEvery: Millis = 100;
const never = new AbortController().signal;

/** The end of the partition of a user, scoped by the tenant, as it is now: what is told of a change that is written after this lies behind it. */
export async function endFor({ transport }: Pick<ProgressParts, 'transport'>, user: string): Promise<CommittedOffset> {
  const partition = partitionOf(user, await transport.partitions(ratings.name));
  const { end } = await transport.bounds({ topic: ratings.name, partition });
  return { topic: ratings.name, partition, offset: end };
}

/** Follows the newest state of one order, from where its document says that the log ended when it was written. */
export class OrderProgress {
  readonly #parts: ProgressParts;
  readonly #key: DocumentKey;
  readonly #order: StoredOrder;
  #partition: number | undefined;
  #offset: Offset | null = null;

  constructor(parts: ProgressParts, key: DocumentKey, order: StoredOrder) {
    this.#parts = parts;
    this.#key = key;
    this.#order = order;
  }

  async now(): Promise<Learning> {
    this.#partition ??= (await endFor(this.#parts, this.#key.partition)).partition;
    this.#offset ??= await this.#find(this.#partition);
    const version = (await this.#parts.versions.newest()).at(-1);
    const own = version && ownVersion(version, tenantOf(this.#key.partition));
    const end = version?.learnt.find(({ partition }) => partition === this.#partition)?.end ?? 0;
    return {
      offset: this.#offset,
      learnt: this.#offset !== null && end > this.#offset,
      modelVersion: own === undefined ? null : `${own.generation}.${own.number}`,
    };
  }

  /** Until it is learnt, or the time is over. */
  async within(wait: Millis): Promise<Learning> {
    const { clock } = this.#parts;
    const until = clock.now() + wait;
    for (;;) {
      const ends = await this.#ends();
      const standing = await this.now();
      const left = until - clock.now();
      if (standing.learnt || left <= 0) return standing;
      await untilGrown(this.#parts, ends, Math.min(lookEvery, left), never);
    }
  }

  /** Where the log has to go on for the order to come further: its events first, then a version that has learnt them. */
  async #ends(): Promise<readonly CommittedOffset[]> {
    const { transport } = this.#parts;
    const versions = { topic: modelVersions.name, partition: 0 };
    if (this.#offset !== null) return endsOf(transport, [versions]);
    return endsOf(transport, [await endFor(this.#parts, this.#key.partition), versions]);
  }

  /** The events of an order come in one append, in their order: where the last one is, all are. */
  async #find(partition: number): Promise<Offset | null> {
    const last = await this.#lastTold();
    if (last === undefined) return null;
    const { start, end } = await this.#parts.transport.bounds({ topic: ratings.name, partition });
    const from = Math.max(start, this.#order.logFrom ?? end - mostLookedAt);
    const values = new PartitionValues(this.#parts, ratings, partition);
    for await (const { offset, value } of values.placed(from, Math.min(end, from + mostLookedAt)))
      if (value.eventId === last) return offset;
    return null;
  }

  /** Undefined while the connector has not seen the order as it is now. */
  async #lastTold(): Promise<string | undefined> {
    const found = await this.#parts.documents.get(toldKey(this.#key));
    if (found === undefined) return undefined;
    const told = readable(found, toldOrder, found.body);
    const wanted = new Map<string, number>();
    for (const line of this.#order.lines)
      wanted.set(line.itemId, (wanted.get(line.itemId) ?? 0) + standingOf(this.#order, line));
    const isSeen =
      told.standing.every(([itemId, quantity]) => (wanted.get(itemId) ?? 0) === quantity) &&
      [...wanted.keys()].every(itemId => told.standing.some(([known]) => known === itemId));
    return isSeen ? told.events.at(-1)?.eventId : undefined;
  }
}
