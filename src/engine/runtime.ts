import { deadLetters } from '../stream/dead-letter.ts';
import type { Stream } from '../stream/stream.ts';
import type { Millis } from '../stream/time.ts';
import { maxValueBytes, type Producer } from '../transport/record.ts';
import type { CallPorts } from './calls/call.ts';
import type { Drained } from './calls/drained.ts';
import { Cursor, type Context, type RecordPlace } from './cursor.ts';
import { Deliveries } from './deliveries.ts';
import { PendingDocuments } from './documents.ts';
import { TaskStopped } from './errors.ts';
import { EventTime } from './event-time.ts';
import type { Evolution } from './evolution/declaration.ts';
import type { Retired } from './head.ts';
import type { Input } from './input.ts';
import type { Signals } from './operators/signals.ts';
import type { TaskMeter } from './meter.ts';
import type { Output } from './output.ts';
import type { Plan, Skip } from './plan.ts';
import { reasonOf, RecordFailed } from './record-failed.ts';
import type { Step } from './step.ts';

/** Why an epoch failed. A pipe that closed is a fault of the topology, not of the record it closed on. */
export interface Failure {
  readonly error: unknown;
  readonly closed: boolean;
}

/** What the end of an epoch answers for a stream whose cuts somebody reads. */
export type Tick = () => void;

/** Asynchronous work of a step: what comes of it is journalled under its name, then told. */
export interface Drain {
  readonly name: string;
  readonly work: (journalled: Drained | undefined, ports: CallPorts) => Promise<Drained | undefined>;
  readonly tell: (journalled: Drained | undefined) => void;
}

/** A record that became a dead letter: where it stands, why, and its trace (W3C trace context, or empty). */
export interface DeadLetterPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly trace: string;
}

/** A running task: what its pipe, its steps and the steps of an epoch share. */
export class TaskRuntime {
  readonly topology: string;
  readonly partition: number;
  /** `topology/partition`; also the name under which it produces. */
  readonly id: string;
  readonly inputs = new Map<string, Input<unknown>>();
  readonly outputs = new Map<string, Output>();
  readonly steps = new Map<string, Step>();
  /** The same in the order in which they end an epoch: each after those that tell it something. */
  endings: ReadonlyMap<string, Step> = this.steps;
  readonly documents: PendingDocuments;
  readonly deliveries = new Deliveries();
  /** Of documents, that it may write to. */
  readonly collections = new Set<string>();
  /** Counts what its steps do; undefined where nobody looks. */
  readonly meter: TaskMeter | undefined;
  readonly cursor = new Cursor();
  readonly eventTime: EventTime;
  /** Called at the end of an epoch, in the order of the build. */
  ticks: Tick[] = [];
  /** Steps with asynchronous work, in the order of the build. */
  drains: Drain[] = [];
  /** Sources of signals, by name of their step. */
  signals = new Map<string, Signals>();
  /** Streams of which a cut names what an epoch wrote. */
  cutStreams = new Set<string>();
  lineage = 0;
  /** What the topology says of its former releases. */
  evolution: Evolution = {};
  /** Fingerprint of the topology as it is built now. */
  release = '';
  /** Of how many tasks of the topology it is one. */
  tasks = 1;
  /** Where it stood in streams of former releases. */
  retired: Retired = { inputs: {}, outputs: {} };
  epoch = 0;
  /** The plan of the open epoch; undefined between epochs, when nothing may be emitted. */
  plan: Plan | undefined;
  failure: Failure | undefined;
  /** Whether what is emitted now is determined by the plan: not while a port is waited for. */
  emitting = false;
  /** `stream/partition` of inputs that have something to read and wait for others, as of the last pull. */
  held: ReadonlySet<string> = new Set();
  /** The clock up to which nothing can be read because of that; Infinity where something can. */
  heldUntil: Millis = Infinity;
  /** Of the open epoch, or of the last one. */
  counts = noCounts();
  /** Dead letters of the open epoch, or of the last one, for who tells of them; of a flood the first. */
  letters: DeadLetterPlace[] = [];
  /** Values that it has read and written since it was opened. */
  moved = 0;
  /** Whether the last epoch was for the sake of time alone, and nothing came of it but markers. */
  wasForTime = false;
  #timed: readonly Step[] = [];
  #countedSteps = -1;
  #producer: Producer | undefined;

  constructor(topology: string, partition: number, meter?: TaskMeter) {
    this.topology = topology;
    this.meter = meter;
    this.partition = partition;
    this.id = `${topology}/${partition}`;
    this.documents = new PendingDocuments(this.id);
    this.eventTime = new EventTime(this);
  }

  /** What failed before, between two epochs, still counts. */
  open(plan: Plan): void {
    this.plan = plan;
    this.epoch = plan.epoch;
    this.emitting = true;
    this.counts = noCounts();
    if (this.letters.length > 0) this.letters = [];
    this.meter?.begin();
    this.cursor.begin(plan.clock);
    this.#producer = { name: this.id, lineage: this.lineage, epoch: plan.epoch };
  }

  close(): void {
    const values = this.counts.records + this.counts.published;
    this.moved += values;
    this.wasForTime = values === 0 && this.plan?.spans.length === 0 && this.plan.signals === undefined;
    this.deliveries.clear();
    this.plan = undefined;
    this.emitting = false;
  }

  /** The first failure of an epoch counts; it is looked at after every push, timer and batch. */
  fail(error: unknown): void {
    this.failure ??= { error, closed: false };
  }

  /** A pipe has ended although its source has not. Only inside an epoch is that a failure: a rebuild closes pipes too. */
  pipeClosed(where: string): void {
    if (this.plan === undefined) return;
    const error = new TaskStopped(
      `${this.id}: the pipe of '${where}' completed or was unsubscribed inside epoch ${this.epoch}`,
      'A stream never ends: remove the operator that completes, retries or unsubscribes from the topology',
    );
    this.failure ??= { error, closed: true };
  }

  /** What it means that `error` happened to the record at `place`. */
  failureAt(place: Omit<Skip, 'reason'>, error: unknown): Error {
    if (error instanceof TaskStopped) return error;
    const { stream, partition, offset } = place;
    return new RecordFailed({ stream, partition, offset, reason: reasonOf(error) }, error);
  }

  /** Throws what has failed outside of any record: in a timer, in a batch, at the end of the epoch. */
  throwFailure(where: string): void {
    if (this.failure === undefined) return;
    const { error } = this.failure;
    if (error instanceof TaskStopped) throw error;
    throw new TaskStopped(
      `${this.id}: ${where} of epoch ${this.epoch} failed: ${reasonOf(error)}`,
      'No single record is at fault, so none was skipped and nothing was emitted: mend the topology and start again',
      { cause: error },
    );
  }

  /** Throws where a value comes to a step or a sink while no epoch is open for it: the log would not determine it. */
  requireOpen(where: string): void {
    if (!this.emitting) throw this.#outside(where);
  }

  #outside(where: string): TaskStopped {
    return new TaskStopped(
      `${this.id}: '${where}' was given a value outside of an epoch`,
      'Emit synchronously, or through the asynchronous operators of the task',
    );
  }

  emit(stream: Stream<unknown>, value: unknown): void {
    const output = this.outputs.get(stream.name);
    if (!this.emitting || this.plan === undefined || this.#producer === undefined || output === undefined)
      throw this.#outside(stream.name);
    if (stream !== deadLetters) this.counts.published++;
    output.write(value, this.#producer, this.outputWatermark, this.plan.clock, this.cursor);
  }

  mark(output: Output, partition: number, watermark: Millis): void {
    if (this.plan === undefined || this.#producer === undefined) return;
    output.mark(partition, this.#producer, watermark, this.plan.clock);
  }

  /** The record under the cursor, or where it was, goes to `dead-letters`, with its original bytes. */
  deadLetter(reason: string, from: Omit<RecordPlace, keyof Context> = this.cursor): void {
    const { stream: topic, partition, offset, record } = from;
    const bytes = Buffer.from(record?.value() ?? []);
    // Other clients of a broker may write larger values than ours; they must not stop the stream either.
    const kept = bytes.subarray(0, maxValueBytes);
    const cut = kept.length < bytes.length ? ` (the first ${kept.length} of ${bytes.length} bytes)` : '';
    this.counts.deadLetters++;
    if (this.letters.length < mostLetters)
      this.letters.push({ topic, partition, offset, reason, trace: this.cursor.trace });
    this.emit(deadLetters, {
      topic,
      partition,
      offset,
      reason: reason.slice(0, maxReason).toWellFormed() + cut,
      bytes: kept,
      key: record?.key() ?? '',
      task: this.id,
      time: this.plan?.clock ?? 0,
    });
  }

  /** Nothing that the task emits from now on has an earlier event time. */
  get outputWatermark(): Millis {
    return Math.min(this.eventTime.watermark - this.lag, this.hold);
  }

  /** Reading of the clock at which there is something left to read or to tell, though nothing comes; Infinity if not. */
  get due(): Millis {
    let due = this.heldUntil;
    for (const step of this.steps.values()) due = Math.min(due, step.due);
    return due;
  }

  /** Whether a step can take nothing more: the intake waits, which never holds event time for idle. */
  get isFull(): boolean {
    for (const step of this.steps.values()) if (step.isFull === true) return true;
    return false;
  }

  /** Reading of the clock at which a timer fires; Infinity if none does. */
  get wakes(): Millis {
    let wakes = Infinity;
    for (const step of this.steps.values()) wakes = Math.min(wakes, step.wakes ?? Infinity);
    return wakes;
  }

  get lag(): Millis {
    let lag = 0;
    for (const step of this.#holders()) lag = Math.max(lag, step.lag);
    return lag;
  }

  /** The earliest event time of what steps hold and may still emit. */
  get hold(): Millis {
    let hold = Infinity;
    for (const step of this.#holders()) hold = Math.min(hold, step.hold);
    return hold;
  }

  /** Steps that event time decides about: only they hold anything back. Asked for with every record that is written. */
  #holders(): readonly Step[] {
    if (this.#countedSteps !== this.steps.size) {
      this.#timed = [...this.steps.values()].filter(step => step.timed);
      this.#countedSteps = this.steps.size;
    }
    return this.#timed;
  }
}

const maxReason = 1_000;
/** Of an epoch that are told one by one. */
const mostLetters = 20;

/** Of an epoch: `published` are records and documents, dead letters left out; `leastOrigin` that of the values pushed. */
const noCounts = () => ({ records: 0, late: 0, deadLetters: 0, published: 0, leastOrigin: Infinity });
