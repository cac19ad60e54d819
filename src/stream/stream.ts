import { MillraceError } from '../errors.ts';
import type { Cut } from './cut.ts';
import { nearest } from './nearest.ts';
import type { Schema } from './schema.ts';
import { seconds, type Millis } from './time.ts';

/** A named stream of values of one type: how they are written, and where key and event time are found in a value. */
export interface Stream<T> {
  // Methods, not function properties: a Stream<Rating> then is a Stream<unknown>, and the engine can hold both in one map.
  /** Also the name of its topic. */
  readonly name: string;
  readonly schema: Schema<T>;
  /** Which values belong together: all values of a key are in one partition, in order. */
  key(value: T): string;
  /** When it happened. A value whose time is not finite is a bad record: its task sends it to the dead letters. */
  time(value: T): Millis;
  /** How far behind the newest event time a value from outside may come and still be in time. */
  readonly lateness: Millis;
  /** How long a partition without records, at its end, holds event time back. */
  readonly idleAfter: Millis;
  /** How far ahead of the moment at which it entered the log a value from outside may say that it happened. */
  readonly maxAhead: Millis;
  /** Of a stream that can clock others: the cut that a value carries. */
  cut?(value: T): Cut;
  /** What is wrong with a value that could be decoded; undefined where it is sound. Pure: every reader applies it. */
  validate?(value: T, origin: Millis): string | undefined;
}

/** What a stream is made of; another stream may be spread into it, its name does not come along. */
export interface StreamOptions<T> {
  readonly schema: Schema<T>;
  readonly key: (value: T) => string;
  readonly time: (value: T) => Millis;
  /** Default 0. */
  readonly lateness?: Millis | undefined;
  /** Default five seconds. */
  readonly idleAfter?: Millis | undefined;
  /** What is further ahead is a bad record, and moves no event time. Without it one value of the year 2100 makes all others late. */
  readonly maxAhead?: Millis | undefined;
  readonly cut?: ((value: T) => Cut) | undefined;
  /** See `Stream.validate`; `origin` is the wall-clock time at which the value entered the log. */
  readonly validate?: ((value: T, origin: Millis) => string | undefined) | undefined;
}

/** A stream cannot be defined like this. */
export class InvalidStream extends MillraceError {
  readonly code = 'INVALID_STREAM';
}

/**
 * Defines a stream.
 *
 *     const ratings = stream('ratings', { schema: ratingSchema, key: r => r.userId, time: r => r.time });
 *     const copies = stream('ratings-copy', { ...ratings, lateness: minutes(2) });
 *
 * Throws `InvalidStream` for a name that no broker would take, and for an option that does not exist.
 */
export const stream = <T>(name: string, options: StreamOptions<T>): Stream<T> => {
  checkName(name);
  checkOptions(name, options);
  const { schema, key, time, lateness = 0, idleAfter = seconds(5), maxAhead = Infinity, cut, validate } = options;
  checkDuration(name, 'lateness', lateness);
  checkDuration(name, 'idleAfter', idleAfter);
  if (maxAhead !== Infinity) checkDuration(name, 'maxAhead', maxAhead);
  // Field by field, not spread: options that were another stream bring its name with them.
  return Object.freeze({
    name,
    schema,
    key,
    time,
    lateness,
    idleAfter,
    maxAhead,
    ...(cut === undefined ? {} : { cut }),
    ...(validate === undefined ? {} : { validate }),
  });
};

const required = ['schema', 'key', 'time'] as const;
const known: readonly string[] = [...required, 'lateness', 'idleAfter', 'maxAhead', 'cut', 'validate'];

/** Kafka's rules for a topic. */
const checkName = (name: string): void => {
  if (/^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..') return;
  const shown = name.length > 60 ? `${name.slice(0, 60)}...` : name;
  throw new InvalidStream(
    `'${shown}' cannot be the name of a stream`,
    "Use 1 to 249 of the letters a-z and A-Z, digits, '.', '_' and '-', and not '.' or '..' alone",
  );
};

const checkOptions = (name: string, options: object): void => {
  for (const option of required)
    if (!Reflect.get(options, option)) throw new InvalidStream(`Stream '${name}' has no ${option}`, `Give it one`);
  for (const option of Object.keys(options)) {
    if (known.includes(option) || option === 'name') continue;
    const remedy = `Did you mean '${nearest(option, known)}'? There are: ${known.join(', ')}`;
    throw new InvalidStream(`Stream '${name}' has no option '${option}'`, remedy);
  }
};

const checkDuration = (name: string, option: string, duration: Millis): void => {
  if (Number.isFinite(duration) && duration >= 0) return;
  throw new InvalidStream(
    `Stream '${name}': ${option} is ${duration}`,
    'Give a number of milliseconds, 0 or more, for instance `seconds(5)`',
  );
};
