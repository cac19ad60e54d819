import type { Offset } from '../transport/port.ts';
import type { BatchCursor } from '../transport/record.ts';
import type { Millis } from '../stream/time.ts';

/** What travels beside a value: RxJS operators cannot lose it, because it is not in the value. */
export interface Context {
  /** Event time. */
  time: Millis;
  /** Wall-clock time at which the event behind the value entered the log. */
  origin: Millis;
  /** W3C trace context, or empty. */
  trace: string;
}

/** A context and the record it comes from, to come back to it later in the epoch. */
export interface Place extends Context {
  readonly stream: string;
  readonly partition: number;
  readonly offset: Offset;
}

/** What a dead letter tells of a record. */
export type KeptRecord = Pick<BatchCursor, 'key' | 'value'>;

/** A place and the bytes of its record; none where a value comes of a timer or of the end of an epoch. */
export interface RecordPlace extends Place {
  readonly record: KeptRecord | undefined;
}

/** Where a task stands: set before each record, and around timers and asynchronous results. */
export class Cursor implements Context {
  time: Millis = -Infinity;
  origin: Millis = 0;
  trace = '';
  stream = '';
  partition = 0;
  offset: Offset = -1;
  /** The record being pushed: its bytes, for dead letters. */
  record: BatchCursor | undefined;
  /** The value of that record, as its stream has it. */
  value: unknown;
  /** Whether what is emitted now comes of no record: of a timer, a signal, or the end of the epoch. */
  isApart = true;

  /** An epoch opens: what is emitted before its first record, or without one, comes from its clock, also when it is repeated. */
  begin(clock: Millis): void {
    this.time = -Infinity;
    this.origin = clock;
    this.trace = '';
    this.stream = '';
    this.partition = 0;
    this.offset = -1;
    this.record = undefined;
    this.value = undefined;
    this.isApart = true;
  }

  context(): Context {
    return { time: this.time, origin: this.origin, trace: this.trace };
  }

  place(): Place {
    return { ...this.context(), stream: this.stream, partition: this.partition, offset: this.offset };
  }

  /** For whoever has to name the record later in the epoch, when the cursor has gone on. */
  recordPlace(): RecordPlace {
    return { ...this.place(), record: this.isApart ? undefined : this.record?.kept() };
  }

  /** Runs `work` as what comes of another trace, and comes back to this one. */
  traced(trace: string, work: () => void): void {
    const before = this.trace;
    this.trace = trace;
    work();
    this.trace = before;
  }

  /** Runs `work` in another context and comes back to this one. */
  within(context: Context, work: () => void): void {
    const { time, origin, trace } = this;
    this.time = context.time;
    this.origin = context.origin;
    this.trace = context.trace;
    work();
    this.time = time;
    this.origin = origin;
    this.trace = trace;
  }
}
