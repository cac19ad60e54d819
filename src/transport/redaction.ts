/** What a log of our own offers beside its transport: a broker's log is redacted by nothing but its retention. */
import type { Millis } from '../stream/time.ts';
import type { TopicPartition } from './port.ts';
import type { RecordBatch } from './record.ts';
import type { Redactions } from './redact.ts';

/** A batch, and when it entered the log by the clock of whoever appended it. */
export interface StampedBatch extends RecordBatch {
  readonly appendedAt: Millis;
}

/** Names the records of a batch that are to be redacted. */
export type Choose = (batch: StampedBatch) => Promise<Redactions>;

/** A log whose records can be redacted where they stand. */
export interface RedactableLog {
  /** The batches of a partition that are still there, in order, a bounded number of them held at once. */
  batches(at: TopicPartition): Iterable<StampedBatch>;
  /** Redacts what is chosen, a bounded part in a transaction, each durable; answers how many records were. */
  redact(at: TopicPartition, choose: Choose): Promise<number>;
  /** Rewrites the files, so that no free page and no write-ahead log holds what was taken away. Throws `Unavailable`. */
  compact(): void;
  /** Empties the write-ahead log into the file, where what was redacted since is overwritten. Throws `Unavailable`. */
  settle(): void;
  close(): void;
}
