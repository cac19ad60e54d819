/** How a Kafka-compatible log is reached, and what may be asked of it. */
import type { ConnectionOptions } from 'node:tls';
import type { Millis } from '../../stream/time.ts';
import type { WireFrames } from '../wire-frame.ts';

/** Who we are to the broker; a password or token is never logged. */
export type Sasl =
  | {
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: 'OAUTHBEARER'; readonly token: () => Promise<string> };

/** What differs between the logs that speak Kafka's protocol; a profile names it. */
export interface KafkaLimits {
  /** TCP, TLS and authentication of one connection. */
  readonly connectTimeout: Millis;
  /** Any answer; a connection that owes one for longer is given up. */
  readonly requestTimeout: Millis;
  /** A connection unused for longer is made anew before it is used: brokers and balancers drop them in silence. */
  readonly idle: Millis;
  /** Leaders and partitions are asked for again after this time. */
  readonly metadataAge: Millis;
  /** How long a broker may hold a fetch back that has nothing to answer. */
  readonly longPoll: Millis;
  /** A produce request has fewer bytes. */
  readonly maxRequestBytes: number;
  /** So has each record batch in it: the topic's `max.message.bytes`. */
  readonly maxBatchBytes: number;
  /** Asked for at once from a partition; a batch that is larger alone comes nevertheless. */
  readonly fetchBytes: number;
  /** Read ahead and not yet asked for, in the whole process: nothing more is fetched ahead past it. */
  readonly bufferedBytes: number;
}

export const defaultLimits: KafkaLimits = {
  connectTimeout: 10_000,
  requestTimeout: 30_000,
  idle: 180_000,
  metadataAge: 180_000,
  longPoll: 500,
  maxRequestBytes: 4 * 1024 * 1024,
  maxBatchBytes: 1_000_000,
  fetchBytes: 1024 * 1024,
  bufferedBytes: 64 * 1024 * 1024,
};

export interface KafkaOptions {
  /** `host:port` of one or more brokers; they name the others. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly clock: () => Millis;
  readonly tls?: ConnectionOptions;
  readonly sasl?: Sasl;
  readonly limits?: Partial<KafkaLimits>;
  /** `if-possible`: a log without idempotent producers may hold a record twice after a lost answer; readers drop what tasks repeat. */
  readonly idempotent?: 'required' | 'if-possible';
  readonly compression?: 'none' | 'gzip';
  /** How values name their schema on the broker; where absent as they do in the batches. */
  readonly frames?: WireFrames;
  /** Why topics are not created here, in the words of an error's remedy; absent where they are. */
  readonly topicsCreatedBy?: string;
}

export const limitsOf = ({ limits }: KafkaOptions): KafkaLimits => ({ ...defaultLimits, ...limits });
