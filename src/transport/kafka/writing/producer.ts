/** Appends batches: several partitions in a request, one request on its way to each broker, nothing twice. */
import { type MillraceError, Unavailable } from '../../../errors.ts';
import type { Millis } from '../../../stream/time.ts';
import type { Append, Offset, TopicPartition } from '../../port.ts';
import { RecordTooLarge } from '../../record.ts';
import { type Cluster, reasonOf } from '../cluster.ts';
import { encodeBatch, unsequenced } from '../codec/encode.ts';
import { type Address, nameOfAddress } from '../connection.ts';
import { BrokerRefused, Code, failureOf, LogClosed } from '../errors.ts';
import { type KafkaOptions, limitsOf } from '../options.ts';
import { produce, type ProducedPartition } from '../requests/produce.ts';
import { ProducerIdentities } from './identity.ts';
import { type Outgoing, PartitionQueue } from './queue.ts';

/** The same batch is sent so often; whoever appends may then begin again with another. */
const maxAttempts = 6;
const firstWait: Millis = 50;
const longestWait: Millis = 1_000;
/** Request header, topic names and partition numbers, beside the batches. */
const requestOverhead = 4_096;

const numberedAnew: ReadonlySet<number> = new Set([
  Code.outOfOrderSequence,
  Code.duplicateSequence,
  Code.invalidProducerEpoch,
  Code.unknownProducerId,
  Code.producerFenced,
]);

export class Producer {
  readonly #options: KafkaOptions;
  readonly #cluster: Cluster;
  readonly #identities: ProducerIdentities;
  readonly #queues = new Map<string, PartitionQueue>();
  readonly #busy = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #scheduled = false;

  constructor(options: KafkaOptions, cluster: Cluster) {
    this.#options = options;
    this.#cluster = cluster;
    this.#identities = new ProducerIdentities(cluster, options);
  }

  /** First offsets of the entries, once all replicas in sync have them. */
  append(appends: readonly Append[]): Promise<Offset[]> {
    if (this.#isClosed) return Promise.reject(new LogClosed());
    const offsets = appends.map(append => this.#queueOf(append).push(append.batches));
    this.#schedule();
    return Promise.all(offsets);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const queue of this.#queues.values()) queue.close();
  }

  get #isClosed(): boolean {
    return this.#cluster.brokers.closing.aborted;
  }

  #queueOf({ topic, partition }: TopicPartition): PartitionQueue {
    const name = `${topic}/${partition}`;
    let queue = this.#queues.get(name);
    if (queue === undefined) this.#queues.set(name, (queue = new PartitionQueue({ topic, partition })));
    return queue;
  }

  /** Once all of this turn have queued what they have: one request then carries it. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#sendAll();
    });
  }

  async #sendAll(): Promise<void> {
    const waiting = [...this.#queues.values()].filter(queue => queue.isWaiting);
    const ready = await Promise.all(waiting.map(queue => this.#leaderOf(queue)));
    const byLeader = Map.groupBy(ready.flat(), ({ leader }) => nameOfAddress(leader));
    for (const [name, group] of byLeader) {
      const [first] = group;
      if (first === undefined || this.#busy.has(name)) continue;
      this.#busy.add(name);
      void this.#sendTo(
        first.leader,
        group.map(({ queue }) => queue),
      ).finally(() => {
        this.#busy.delete(name);
        this.#schedule();
      });
    }
  }

  async #leaderOf(queue: PartitionQueue): Promise<{ queue: PartitionQueue; leader: Address }[]> {
    try {
      return [{ queue, leader: await this.#cluster.leaderOf(queue.at) }];
    } catch (error) {
      if (!queue.isWaiting) return [];
      if (queue.outgoing === undefined) this.#fail(queue, error);
      else this.#again(queue.outgoing, error);
      return [];
    }
  }

  async #sendTo(leader: Address, queues: readonly PartitionQueue[]): Promise<void> {
    const batches = await this.#fill(queues);
    if (batches.length === 0) return;
    try {
      const broker = await this.#cluster.brokers.get(leader, 'produce');
      const sent = batches.map(({ queue, bytes }) => ({ ...queue.at, bytes }));
      const answer = await produce(broker, sent, limitsOf(this.#options).requestTimeout);
      for (const batch of batches) this.#settle(batch, answer.partitions);
      if (answer.throttle > 0) await this.#throttled(answer.throttle);
    } catch (error) {
      for (const batch of batches) {
        batch.uncertain = true;
        this.#cluster.forget(batch.queue.at.topic);
        this.#again(batch, error);
      }
      this.#cluster.troubles.tell(reasonOf(error));
    }
  }

  /** One batch of each partition, as many as have room in a request; the others come in the next. */
  async #fill(queues: readonly PartitionQueue[]): Promise<Outgoing[]> {
    const { maxBatchBytes, maxRequestBytes } = limitsOf(this.#options);
    const batches: Outgoing[] = [];
    let bytes = requestOverhead;
    for (const queue of queues) {
      if (!queue.isWaiting) continue;
      const batch = queue.next(Math.min(maxBatchBytes, maxRequestBytes - requestOverhead));
      if (batch === undefined || !(await this.#encoded(batch))) continue;
      bytes += batch.bytes.length;
      if (batches.length > 0 && bytes > maxRequestBytes) break;
      queue.isBusy = true;
      batches.push(batch);
    }
    return batches;
  }

  async #encoded(batch: Outgoing): Promise<boolean> {
    if (batch.bytes.length > 0) return true;
    const { queue } = batch;
    queue.isBusy = true; // nobody else takes it while the identity is asked for
    try {
      if (queue.identity === undefined) {
        queue.identity = await this.#identities.fresh(queue);
        queue.sequence = 0;
      }
      const { producerId, producerEpoch } = queue.identity;
      const sequenced = producerId < 0 ? unsequenced : { producerId, producerEpoch, firstSequence: queue.sequence };
      const gzip = this.#options.compression === 'gzip';
      batch.bytes = encodeBatch(
        batch.units.map(unit => unit.batch),
        { sequenced, now: this.#options.clock(), gzip },
      );
      queue.isBusy = false;
      return true;
    } catch (error) {
      this.#fail(queue, error);
      return false;
    }
  }

  #settle(batch: Outgoing, partitions: readonly ProducedPartition[]): void {
    const { topic, partition } = batch.queue.at;
    const answer = partitions.find(each => each.topic === topic && each.partition === partition);
    if (answer?.errorCode === Code.none) return batch.queue.appended(answer.firstOffset);
    const code = answer?.errorCode ?? -1;
    const said = typeof answer?.message === 'string' ? ` (${answer.message})` : '';
    const error = failureOf(code, `an append to ${topic}/${partition}${said}`);
    this.#cluster.troubles.tell(error.reason);
    this.#cluster.forget(topic);
    if (code === Code.messageTooLarge || code === Code.recordListTooLarge)
      return batch.queue.failed(tooLarge(batch, error.message));
    if (numberedAnew.has(code)) {
      // Readers drop what tasks repeat, so beginning a new numbering doubles nothing for them.
      batch.queue.identity = undefined;
      batch.bytes = Buffer.alloc(0);
    }
    if (error instanceof BrokerRefused || error.isDenial) return batch.queue.failed(error);
    this.#again(batch, error);
  }

  /** The same batch once more, after a wait; past the last attempt whoever appends is told. */
  #again(batch: Outgoing, error: unknown): void {
    if (!(error instanceof Unavailable) || ++batch.attempts >= maxAttempts) return this.#fail(batch.queue, error);
    batch.queue.isBusy = true;
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        batch.queue.isBusy = false;
        this.#schedule();
      },
      Math.min(longestWait, firstWait * 2 ** (batch.attempts - 1)),
    );
    this.#timers.add(timer);
  }

  #fail(queue: PartitionQueue, error: unknown): void {
    queue.failed(error instanceof Error ? error : new Error(String(error)));
  }

  /** The broker asks for less: it would hold the next request back by itself, which looks like a broker that is away. */
  async #throttled(throttle: Millis): Promise<void> {
    this.#cluster.troubles.tell('throttled');
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.min(throttle, limitsOf(this.#options).requestTimeout / 2));
    this.#timers.add(timer);
    await promise;
    this.#timers.delete(timer);
  }
}

function tooLarge({ queue, bytes, records }: Outgoing, message: string): MillraceError {
  return new RecordTooLarge(
    `${message}: ${records} records have ${bytes.length} bytes`,
    `Raise max.message.bytes of topic '${queue.at.topic}' to 1 MiB, the default, or lower the profile's batch size`,
  );
}
