import type { Observer } from 'rxjs';
import { partitionOf } from '../../transport/partitioner.ts';
import type { Build } from '../build.ts';
import { BuildError, TaskStopped } from '../errors.ts';
import type { Input, ReadOptions } from '../input.ts';
import { checkedKey, InvalidKey } from '../key.ts';
import { KnownObserver } from './guard.ts';
import { late as lateSink } from './late.ts';

interface Side<T> {
  readonly by?: (value: T) => string;
  readonly late?: Observer<T>;
}

/** What one side does with a value: `add` answers false where it is late. */
export function takingFrom<T>(
  build: Build,
  name: string,
  side: Side<T>,
  add: (key: string, value: T) => boolean,
): (value: T) => void {
  return takingBy(build, name, side, joinKey(build, name, side.by), add);
}

/** The same where `keyOf` says what a value is joined by. */
export function takingBy<T>(
  build: Build,
  name: string,
  { late: given }: Pick<Side<T>, 'late'>,
  keyOf: (value: T) => string,
  add: (key: string, value: T) => boolean,
): (value: T) => void {
  const late = lateOf(build, name, given);
  linkLate(build, name, late);
  return value => {
    if (!add(keyOf(value), value)) late.next(value);
  };
}

/**
 * What a value is joined by: the key that its stream has for the record under the cursor, and what `by` makes of the
 * value. Throws `InvalidKey` for a record that lies in another partition than its key says: what it could meet is
 * elsewhere.
 */
function joinKey<T>(build: Build, name: string, by: ((value: T) => string) | undefined): (value: T) => string {
  if (by === undefined) return () => keyOfRecord(build, name);
  return value => {
    const key = keyOfRecord(build, name);
    return `${key.length}|${key}${checkedKey(`What '${name}' joins by`, by(value))}`;
  };
}

function keyOfRecord(build: Build, name: string): string {
  const { cursor } = build.task;
  const input = inputOf(build, name, whyUnjoinable, joinRemedy);
  const key = checkedKey(`The key of '${cursor.stream}'`, input.stream.key(cursor.value));
  const partitions = build.partitions(cursor.stream);
  const place = partitionOf(key, partitions);
  if (place === cursor.partition) return key;
  throw new InvalidKey(
    `The key ${JSON.stringify(key)} belongs in partition ${place} of ${partitions}, where '${name}' has the other side of its join`,
    "Let who writes the stream give each record its key, and place it by Kafka's default partitioner",
  );
}

/** Where the record under the cursor comes from. Throws `TaskStopped` where `why` says what is wrong with joining that. */
export function inputOf(build: Build, name: string, why: typeof whyUnjoinable, remedy: string): Input<unknown> {
  const { cursor, inputs } = build.task;
  const input = inputs.get(cursor.stream);
  const isRecord = input !== undefined && cursor.record !== undefined;
  const problem = isRecord ? why(input.stream.name, input.options) : 'a value that comes from no record';
  if (isRecord && problem === undefined) return input;
  throw new TaskStopped(`The join '${name}' was given ${problem}`, remedy);
}

/** What is wrong with joining a stream that is read like this; undefined where nothing is. */
export function whyUnjoinable(stream: string, { all, upTo, watermark }: ReadOptions): string | undefined {
  if (all === true) return `'${stream}', of which every task reads all partitions`;
  if (upTo !== undefined) return `'${stream}', which is clocked by '${upTo.name}' and has no event time`;
  if (watermark?.kind === 'untimed') return `'${stream}', which is read without event time`;
  return undefined;
}

export const joinRemedy =
  'Join streams that are read partition by partition, as they come; write one first where there is none';

/** The sink for late values of a side. Throws `BuildError` for an observer whose failures no epoch would notice. */
function lateOf<T>(build: Build, name: string, given: Observer<T> | undefined): Observer<T> {
  const late = given ?? lateSink(build, name);
  if (late instanceof KnownObserver) return late;
  throw new BuildError(
    `The late values of '${name}' end in an observer of its own, whose failures no epoch would notice`,
    'Give one of the sinks of the task: task.late(), task.write',
  );
}

/** Draws the arrow from a join to the sink of its late values. */
function linkLate(build: Build, name: string, late: Observer<never>): void {
  if (late instanceof KnownObserver) build.trail.into(late.node, () => build.trail.link(`step:${name}`));
}
