/** What a trace consists of. Plain data: it is printed, and sent. */
import type { Millis } from '../../stream/time.ts';
import type { Offset, TopicPartition } from '../../transport/port.ts';

/** A task's epoch that read a record, as far as the journal still tells. */
export interface Reading {
  readonly task: string;
  /**
   * `planned`: the epoch has it in its plan; `skipped`: it became a dead letter there; `waiting`: no plan has it yet;
   * `forgotten`: the journal does not reach back so far.
   */
  readonly state: 'planned' | 'skipped' | 'waiting' | 'forgotten';
  /** Null where no plan is known that has it. */
  readonly epoch: number | null;
  /** The one reading of the clock of that epoch. */
  readonly clock: Millis | null;
  /** Why it was skipped. */
  readonly reason: string | null;
  /** The steps that a value of the stream can come to in that topology, in the order of the graph. */
  readonly steps: readonly string[];
}

/** A record on the way. */
export interface TracedRecord extends TopicPartition {
  readonly offset: Offset;
  readonly key: string;
  /** When the event behind it entered the log, by the clock of who wrote it. */
  readonly origin: Millis;
  /** W3C trace context, or empty. */
  readonly trace: string;
  /** The task and epoch that wrote it; null from outside. */
  readonly writer: { readonly task: string; readonly epoch: number; readonly sequence: number } | null;
  /** Whether it has a sequence that stood there before: written again after a crash, its readers pass it over. */
  readonly repeated: boolean;
  /**
   * `asked`: it has the key or the trace. `trace`, `origin`: its epoch read a record of this way that has the same.
   * `letter`: it is the dead letter of one.
   */
  readonly because: 'asked' | 'trace' | 'origin' | 'letter';
  /** Of a dead letter: what it says of the record. */
  readonly deadLetter: string | null;
  readonly readBy: readonly Reading[];
}

export interface Trace {
  readonly asked: string;
  /** In the order in which they were found: each after what it was made of. */
  readonly records: readonly TracedRecord[];
  /** Whether there may be more: a bound was met. */
  readonly more: boolean;
  /** Partitions of which only the newest records were looked at. */
  readonly cut: readonly string[];
}
