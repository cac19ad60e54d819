/** The step of asynchronous work: values of the open epoch and their calls, which never outlive it. */
import type { Millis } from '../../stream/time.ts';
import type { RecordPlace } from '../cursor.ts';
import { TaskStopped } from '../errors.ts';
import { reasonOf } from '../record-failed.ts';
import type { TaskRuntime } from '../runtime.ts';
import { BaseStep } from '../step.ts';
import { attempts, type Calling } from './attempts.ts';
import { Breaker, type BreakerOptions, type BreakerState } from './breaker.ts';
import { type CallPorts, noCalls, type Outcome } from './call.ts';
import { bytesOf, type Drained, mostResultBytes } from './drained.ts';
import { EpochTooLarge } from './epoch-too-large.ts';
import { inParallel } from './in-parallel.ts';

/** How a step of asynchronous work goes about it; all of it decided. */
export interface AsyncSpec<T, R> extends Pick<Calling<T, R>, 'work' | 'retry'> {
  readonly timeout: Millis;
  readonly breaker: BreakerOptions | undefined;
  readonly concurrency: number;
  readonly byCompletion: boolean;
  readonly repeatable: boolean;
  readonly encode: (result: R) => string;
  readonly decode: (text: string) => R;
}

/** A value that waits for its call. */
export interface Waited<T> {
  readonly value: T;
  readonly id: string;
  readonly place: RecordPlace;
}

export class AsyncStep<T, R> extends BaseStep {
  readonly kind = 'async';
  readonly counts = noCalls();
  /** Whether a failure is told by itself, and not as a dead letter of the record. */
  tellsFailures = false;
  emit: (value: Waited<T>, outcome: Outcome<R>) => void = () => {};
  readonly #task: TaskRuntime;
  readonly #name: string;
  readonly #spec: AsyncSpec<T, R>;
  readonly #breaker: Breaker | undefined;
  #values: Waited<T>[] = [];
  /** How many values the record under the cursor has given so far. */
  #ofRecord = { at: '', values: 0 };
  /** Of repeatable work, which no journal keeps. */
  #settled: readonly Outcome<R>[] = [];
  /** What an epoch that was too large had already, by the ids of its values. */
  readonly #carried = new Map<string, Outcome<string>>();

  constructor(task: TaskRuntime, name: string, spec: AsyncSpec<T, R>) {
    super();
    this.#task = task;
    this.#name = name;
    this.#spec = spec;
    this.#breaker = spec.breaker === undefined ? undefined : new Breaker(spec.breaker);
  }

  /** Undefined where there is none. */
  get breaker(): BreakerState | undefined {
    return this.#breaker?.state;
  }

  add(value: T): void {
    const place = this.#task.cursor.recordPlace();
    this.#values.push({ value, id: this.#idOf(place), place });
  }

  /** Does the work of the epoch that no journal has done; answers what is to be journalled, if anything. */
  async work(journalled: Drained | undefined, ports: CallPorts): Promise<Drained | undefined> {
    if (journalled !== undefined || this.#values.length === 0) return undefined;
    if (!this.#spec.repeatable) return this.#journalled(ports);
    const settled: Outcome<R>[] = [];
    await inParallel(this.#values, this.#spec.concurrency, async ({ value, id }, index) => {
      settled[index] = await attempts(this.#calling(), value, id, ports);
      return true;
    });
    this.#settled = settled;
    return undefined;
  }

  /** Tells what has become of the values: as the journal has it, which is what the work answered, also at the first time. */
  tell(journalled: Drained | undefined): void {
    const values = this.#values;
    const settled = this.#settled;
    this.#forget();
    const outcomes = journalled?.outcomes.map(outcome =>
      'result' in outcome ? { result: this.#decoded(outcome.result) } : outcome,
    );
    for (const index of journalled?.order ?? values.keys()) {
      const value = values[index];
      const outcome = (outcomes ?? settled)[index];
      if (value === undefined || outcome === undefined) continue;
      this.#task.cursor.within(value.place, () => this.emit(value, outcome));
      // At once, as for a record that is pushed: what follows has failed on the result of this one.
      const { failure } = this.#task;
      if (failure !== undefined && value.place.record !== undefined)
        throw this.#task.failureAt(value.place, failure.error);
    }
  }

  override committed(): void {
    this.#carried.clear();
  }

  override undo(): void {
    this.#forget();
  }

  async #journalled(ports: CallPorts): Promise<Drained> {
    const values = this.#values;
    const outcomes: Outcome<string>[] = [];
    const order: number[] = [];
    let left = this.#room();
    await inParallel(values, this.#spec.concurrency, async ({ value, id }, index) => {
      const outcome = this.#carried.get(id) ?? (await this.#encoded(value, id, ports));
      const bytes = bytesOf(outcome);
      if (bytes > left) return false;
      left -= bytes;
      this.#carried.set(id, outcome);
      outcomes[index] = outcome;
      order.push(index);
      return true;
    });
    const missing = values.find((_, index) => outcomes[index] === undefined);
    if (missing !== undefined) {
      throw new EpochTooLarge(this.#name, this.#room(), missing.place.record === undefined ? undefined : missing.place);
    }
    return { outcomes, order: this.#spec.byCompletion ? order : undefined };
  }

  async #encoded(value: T, id: string, ports: CallPorts): Promise<Outcome<string>> {
    const outcome = await attempts(this.#calling(), value, id, ports);
    if ('failure' in outcome) return { failure: outcome.failure.slice(0, maxReason) };
    const text = encodedBy(this.#spec.encode, outcome.result);
    const bytes = bytesOf(text);
    if (bytes <= this.#room()) return text;
    return {
      failure: `the result takes ${bytes} bytes of the journal, which has ${this.#room()}: put what is large elsewhere and answer its name`,
    };
  }

  #decoded(text: string): R {
    try {
      return this.#spec.decode(text);
    } catch (error) {
      throw new TaskStopped(
        `${this.#task.id}: the codec of '${this.#name}' cannot read what it wrote into the journal: ${reasonOf(error)}`,
        'Mend the codec; with the release that wrote it the epoch can be finished',
        { cause: error },
      );
    }
  }

  /** Bytes of the plan for this step: all asynchronous steps of a task share them evenly. */
  #room(): number {
    return Math.floor(mostResultBytes / Math.max(1, this.#task.drains.length));
  }

  #calling(): Calling<T, R> {
    const { work, timeout, retry } = this.#spec;
    return { step: this.#name, work, timeout, retry, breaker: this.#breaker, counts: this.counts };
  }

  /** Of a value that comes of no record: by the epoch and what it reads, so that another cut of it is another one. */
  #idOf({ stream, partition, offset, record }: RecordPlace): string {
    const { topology, id, lineage, epoch, plan } = this.#task;
    const read = plan?.spans.reduce((sum, { from, to }) => sum + to - from, 0) ?? 0;
    const at =
      record === undefined
        ? `${id}/${this.#name}/epoch ${lineage}.${epoch}.${read}`
        : `${topology}/${this.#name}/${stream}/${partition}/${offset}`;
    if (this.#ofRecord.at !== at) this.#ofRecord = { at, values: 0 };
    return `${at}/${this.#ofRecord.values++}`;
  }

  #forget(): void {
    this.#values = [];
    this.#settled = [];
    this.#ofRecord = { at: '', values: 0 };
  }
}

const maxReason = 1_000;

/** What cannot be encoded is a failure of its value. */
function encodedBy<R>(encode: (result: R) => string, result: R): Outcome<string> {
  try {
    return { result: encode(result) };
  } catch (error) {
    return { failure: `the result cannot be journalled: ${reasonOf(error)}` };
  }
}
