import type { Observer, OperatorFunction } from 'rxjs';
import { days, seconds, type Millis } from '../../stream/time.ts';
import type { Build } from '../build.ts';
import { AsyncStep, type AsyncSpec } from '../calls/async-step.ts';
import { type RetryOptions, retryDefaults } from '../calls/attempts.ts';
import type { BreakerOptions } from '../calls/breaker.ts';
import type { AsyncCall } from '../calls/call.ts';
import { BuildError, TaskStopped } from '../errors.ts';
import { refuseUnknown } from '../options.ts';
import { KnownObserver } from './guard.ts';
import { stage } from './stage.ts';

/** Work that waits for something outside. */
interface CommonOptions<T, R, F> {
  /** Called for each value of an epoch. What it rejects with for good makes its record a dead letter; the others go on. */
  readonly work: (value: T, call: AsyncCall) => Promise<R>;
  /** How many run at the same time, at most 1,024; 16 where absent. */
  readonly concurrency?: number;
  /** Of one try; 30 s where absent. */
  readonly timeout?: Millis;
  /** Where nobody is called after so many failures in a row, until a try shows that all may go on. Nobody where absent. */
  readonly breaker?: BreakerOptions;
  /** Where values go whose work has failed for good, instead of dead letters of their records. */
  readonly failed?: FailedTo<T, F>;
}

/** Work whose results count as they came: they are journalled before anything is told of them. */
export interface JournalledWork<T, R, F = never> extends CommonOptions<T, R, F> {
  readonly repeatable?: false;
  /** Tries again; where absent the first rejection is for good. */
  readonly retry?: RetryOptions;
  /** In which order results go on: that of the values, or that in which they came, which is journalled. `value` where absent. */
  readonly order?: 'value' | 'completion';
  /** How results are journalled; plain JSON where absent. */
  readonly codec?: ResultCodec<R>;
}

/**
 * Work that answers the same whenever it is done, such as a computation elsewhere or a lookup in what never changes:
 * nothing is journalled, and an epoch that is executed again does it again. So nothing is given up that may pass.
 */
export interface RepeatableWork<T, R, F = never> extends CommonOptions<T, R, F> {
  readonly repeatable: true;
  /** `when` says which rejections may pass: those are tried again for ever, and all others are for good. */
  readonly retry?: Omit<RetryOptions, 'attempts'>;
}

/** How asynchronous work is done, by whether it may be done again; see `Task.mapAsync`. */
export type MapAsyncOptions<T, R, F = never> = JournalledWork<T, R, F> | RepeatableWork<T, R, F>;

/** A value whose work has failed for good, and why. */
export interface FailedWork<T> {
  readonly value: T;
  readonly reason: string;
}

/** A sink, and what it is given. */
export interface FailedTo<T, F> {
  readonly as: (failed: FailedWork<T>) => F;
  readonly to: Observer<F>;
}

/** How the journal keeps a result; its name stands beside it, for a release that keeps it otherwise. */
export interface ResultCodec<R> {
  encode(result: R): string;
  decode(text: string): R;
}

/** Asynchronous work by value; see `Task.mapAsync`. */
export function mapAsync<T, R, F>(
  build: Build,
  name: string,
  options: MapAsyncOptions<T, R, F>,
): OperatorFunction<T, R> {
  const spec = specOf(name, options);
  const { task, trail } = build;
  const { failed } = options;
  return stage<T, R>(build, name, out => {
    const step = build.step(name, () => new AsyncStep<T, R>(task, name, spec), AsyncStep<T, R>);
    const to = failed?.to;
    if (to instanceof KnownObserver) trail.into(to.node, () => trail.link(`step:${name}`));
    step.tellsFailures = failed !== undefined;
    step.emit = ({ value, place }, outcome) => {
      if ('result' in outcome) out.next(outcome.result);
      else if (failed !== undefined) failed.to.next(failed.as({ value, reason: outcome.failure }));
      else if (place.record !== undefined) task.deadLetter(outcome.failure, place);
      else throw ofNoRecord(name, outcome.failure);
    };
    task.drains.push({
      name,
      work: (journalled, ports) => step.work(journalled, ports),
      tell: journalled => step.tell(journalled),
    });
    return value => step.add(value);
  });
}

const known = ['work', 'concurrency', 'timeout', 'breaker', 'failed', 'repeatable', 'retry'];

function specOf<T, R, F>(name: string, options: MapAsyncOptions<T, R, F>): AsyncSpec<T, R> {
  const where = `the options of '${name}'`;
  const repeats = options.repeatable === true;
  refuseUnknown(options, repeats ? known : [...known, 'order', 'codec'], where);
  const retryKnown = ['firstWait', 'longestWait', 'when'];
  refuseUnknown(options.retry ?? {}, repeats ? retryKnown : [...retryKnown, 'attempts'], `the retries of '${name}'`);
  refuseUnknown(options.failed ?? {}, ['as', 'to'], `what '${name}' does with what failed`);
  refuseUnknown(options.breaker ?? {}, ['failures', 'openFor'], `the breaker of '${name}'`);
  const { work, concurrency = 16, timeout = seconds(30), breaker } = options;
  inBounds(name, 'concurrency', concurrency, 1, mostAtOnce);
  inBounds(name, 'timeout', timeout, 1, longest);
  if (breaker !== undefined) {
    inBounds(name, 'breaker.failures', breaker.failures, 1, 1_000_000);
    inBounds(name, 'breaker.openFor', breaker.openFor, 1, longest);
  }
  const codec: ResultCodec<R> = options.repeatable === true ? asJson<R>() : (options.codec ?? asJson<R>());
  return {
    work,
    concurrency,
    timeout,
    breaker,
    retry: retryOf(name, options),
    repeatable: repeats,
    byCompletion: options.repeatable !== true && options.order === 'completion',
    encode: result => codec.encode(result),
    decode: text => codec.decode(text),
  };
}

function retryOf<T, R, F>(name: string, options: MapAsyncOptions<T, R, F>): Required<RetryOptions> {
  const { retry } = options;
  const given = { ...retryDefaults, ...retry };
  inBounds(name, 'retry.firstWait', given.firstWait, 0, longest);
  inBounds(name, 'retry.longestWait', given.longestWait, 0, longest);
  // What is done again has to come to the same: it may not be given up for having failed often.
  if (options.repeatable === true) return { ...given, attempts: Infinity, when: retry?.when ?? (() => false) };
  if (retry === undefined) return { ...given, attempts: 1 };
  if (given.attempts !== Infinity) inBounds(name, 'retry.attempts', given.attempts, 1, 1_000_000);
  return given;
}

/** Tries under way of one step. */
const mostAtOnce = 1_024;
const longest = days(1);

function inBounds(name: string, what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new BuildError(`'${what}' of '${name}' is ${value}`, `Give a whole number from ${least} to ${most}`);
}

const ofNoRecord = (name: string, failure: string): TaskStopped =>
  new TaskStopped(
    `The work of '${name}' failed on a value that comes of no record: ${failure}`,
    "Say with its option 'failed' which sink takes such values",
  );

/** Plain JSON, for what the journal keeps. */
export const asJson = <R>(): ResultCodec<R> => ({
  encode: result => {
    const text = JSON.stringify(result);
    // Of undefined, functions and symbols there is no JSON, whatever the type of `stringify` says.
    if (typeof text === 'string') return text;
    throw new TypeError(`${typeof result} has no JSON`);
  },
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the journal returns what the same step has written
  decode: text => JSON.parse(text) as R,
});
