import type { Flavour, Millis } from '../stream/time.ts';
import { MillraceError } from '../errors.ts';
import type { RecordBatch, SealedBatch } from './record.ts';

/** A position in a partition: the first record has 0, each further one at least one more. */
export type Offset = Flavour<number, 'offset'>;

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A topic as it is created. Retention removes whole batches from the front; absent means without limit. */
export interface TopicOptions {
  readonly partitions: number;
  readonly retentionMs?: Millis;
  readonly retentionBytes?: number;
}

export interface TopicDescription extends TopicOptions {
  readonly topic: string;
  /** Whether older records of a key are taken away: nothing that counts records can be made of such a topic again. */
  readonly compacted?: boolean;
}

/** `start` is the first offset still there, `end` the one that the next record will get. */
export interface Bounds {
  readonly start: Offset;
  readonly end: Offset;
}

/** Records of [from, to); at least one batch if there is a record, else until either limit is reached. */
export interface ReadRequest extends TopicPartition {
  readonly from: Offset;
  readonly to?: Offset;
  readonly maxRecords: number;
  readonly maxBytes: number;
}

export interface Append extends TopicPartition {
  readonly batches: readonly SealedBatch[];
}

export interface CommittedOffset extends TopicPartition {
  readonly offset: Offset;
}

/** The log: topics of partitions of records, appended at the end and read from any offset. */
export interface Transport {
  /** Creates a topic. The same options again do nothing; others throw `TopicMismatch`. */
  createTopic(topic: string, options: TopicOptions): Promise<void>;
  topics(): Promise<readonly TopicDescription[]>;
  /**
   * Removes a topic with all its records, for good; throws `UnknownTopic`. Answers false, and removes nothing, where
   * topics are made and removed by somebody else.
   */
  deleteTopic(topic: string): Promise<boolean>;
  /** Number of partitions; throws `UnknownTopic`, as all that follow do; they throw `UnknownPartition` too. */
  partitions(topic: string): Promise<number>;
  bounds(at: TopicPartition): Promise<Bounds>;
  /** The first offset whose record entered the log at or after `time`; the end of the log where there is none. */
  offsetAt(at: TopicPartition, time: Millis): Promise<Offset>;
  /**
   * Batches in order of offsets. The first may begin below `from` and the last may end past `to`:
   * the reader skips what it did not ask for. Empty at the end of the log. `from` below the start of
   * the log or past its end throws `OffsetOutOfRange`: a reader never jumps in silence. Offsets may have
   * holes. Where one follows, the last batch may have no records: nothing lies before its `firstOffset`,
   * and reading goes on there.
   */
  read(request: ReadRequest): Promise<readonly RecordBatch[]>;
  /**
   * Appends in order, durable when the promise resolves; answers the first offset of each entry.
   * Not atomic: after a crash any prefix within each partition may be there.
   */
  append(appends: readonly Append[]): Promise<readonly Offset[]>;
  /** Resolves once one of the partitions ends past the given offset, or when the signal aborts. */
  grown(past: readonly CommittedOffset[], signal: AbortSignal): Promise<void>;
  /** Offsets of a consumer group: for lag tools; the engine's truth is its checkpoint. */
  commit(group: string, offsets: readonly CommittedOffset[]): Promise<void>;
  committed(group: string): Promise<readonly CommittedOffset[]>;
  /** Removes what retention no longer keeps, as of `now`; answers the number of records removed. */
  applyRetention(now: Millis): Promise<number>;
  close(): Promise<void>;
}

export class UnknownTopic extends MillraceError {
  readonly code = 'UNKNOWN_TOPIC';
  constructor(topic: string) {
    super(`Topic '${topic}' does not exist`, 'Start the topologies that read or write it: `millrace run` creates it');
  }
}

export class UnknownPartition extends MillraceError {
  readonly code = 'UNKNOWN_PARTITION';
  constructor(at: TopicPartition, partitions: number) {
    super(
      `${at.topic}/${at.partition} does not exist: the topic has ${partitions} partitions`,
      'Number partitions from 0; a topic keeps the number that it was created with',
    );
  }
}

export class TopicMismatch extends MillraceError {
  readonly code = 'TOPIC_MISMATCH';
}

export class TopicRecreated extends MillraceError {
  readonly code = 'TOPIC_RECREATED';
  constructor(topic: string) {
    super(
      `Topic '${topic}' was deleted and made anew while it was read`,
      'Its offsets mean other records now: backfill into a fresh namespace',
    );
  }
}

export class OffsetOutOfRange extends MillraceError {
  readonly code = 'OFFSET_OUT_OF_RANGE';
  constructor(at: TopicPartition, offset: Offset, bounds: Bounds) {
    super(
      `${at.topic}/${at.partition}: offset ${offset} lies outside of the log, which holds ${bounds.start} to ${bounds.end}`,
      offset < bounds.start
        ? 'Retention has removed it: restore from a newer snapshot or backfill into a fresh namespace (`millrace replay --into NAME --switch`, with `--capture FOLDER` for what is gone)'
        : 'The topic was truncated or made anew: backfill into a fresh namespace',
    );
  }
}
