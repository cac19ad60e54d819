/** Under which number the broker knows us as a producer: it drops a batch that comes twice under one number. */
import module from 'kafkajs/src/protocol/requests/index.js';
import type { Cluster } from '../cluster.ts';
import { BrokerRefused, BrokerUnable, failureOf } from '../errors.ts';
import type { KafkaOptions } from '../options.ts';
import type { PartitionQueue } from './queue.ts';

export interface ProducerIdentity {
  /** -1 where the log has no idempotent producers. */
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Partitions that have been numbered under it: each begins once. */
  readonly used: WeakSet<PartitionQueue>;
}

export class ProducerIdentities {
  readonly #cluster: Cluster;
  readonly #options: KafkaOptions;
  #current: Promise<ProducerIdentity> | undefined;

  constructor(cluster: Cluster, options: KafkaOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  /** One under which the partition has not been numbered yet. */
  async fresh(queue: PartitionQueue): Promise<ProducerIdentity> {
    const current = this.#current;
    const identity = await (current ?? this.#renew());
    if (identity.producerId < 0) return identity;
    if (identity.used.has(queue)) {
      // Another partition may have asked for a new one meanwhile.
      if (this.#current === current) this.#current = undefined;
      return this.fresh(queue);
    }
    identity.used.add(queue);
    return identity;
  }

  #renew(): Promise<ProducerIdentity> {
    const asking = this.#ask().catch((error: unknown) => {
      if (this.#current === asking) this.#current = undefined;
      throw error;
    });
    this.#current = asking;
    return asking;
  }

  async #ask(): Promise<ProducerIdentity> {
    try {
      const answer = await this.#cluster.patiently(() =>
        this.#cluster.anywhere(async broker => {
          const asked = await broker.request(module.requests.InitProducerId, { transactionalId: null });
          if (asked.errorCode !== 0) throw failureOf(asked.errorCode, 'InitProducerId');
          return asked;
        }),
      );
      return {
        producerId: Number(answer.producerId),
        producerEpoch: answer.producerEpoch,
        used: new WeakSet(),
      };
    } catch (error) {
      if (!this.#isDoneWithout(error)) throw error;
      this.#cluster.troubles.tell('not idempotent');
      return { producerId: -1, producerEpoch: -1, used: new WeakSet() };
    }
  }

  /** Whether the log has no idempotent producers, or not for us, and we were told to do without. */
  #isDoneWithout(error: unknown): boolean {
    if (this.#options.idempotent !== 'if-possible') return false;
    return error instanceof BrokerRefused || (error instanceof BrokerUnable && error.isDenial);
  }
}
