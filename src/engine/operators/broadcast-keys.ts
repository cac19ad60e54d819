/** Keys of a join with a table that every task has whole: no side has to lie where the other one is. */
import type { Observable } from 'rxjs';
import type { Build } from '../build.ts';
import { BuildError } from '../errors.ts';
import type { ReadOptions } from '../input.ts';
import { checkedKey } from '../key.ts';
import { inputOf, whyUnjoinable } from './join-keys.ts';

const remedy = 'Read the table with { all: true }, and the stream without; neither of them clocked';

/** What is wrong with a stream that is read like this; undefined where nothing is. */
type Why = (stream: string, options: ReadOptions) => string | undefined;

/** Every task would tell all of it. */
const whyNoStream: Why = (stream, options) => suffixed(whyUnjoinable(stream, options), 'as its stream');

/** A task would know some of its keys. */
const whyNoTable: Why = (stream, { all, ...options }) =>
  suffixed(
    all === true ? whyUnjoinable(stream, options) : `'${stream}', of which a task reads its own partition alone`,
    'as its table',
  );

/** The key that a value of the stream looks up, of what `by` answers. Throws `InvalidKey`. */
export function lookedUpBy<T>(build: Build, name: string, by: (value: T) => string): (value: T) => string {
  return value => {
    inputOf(build, name, whyNoStream, remedy);
    return checkedKey(`What '${name}' looks up`, by(value));
  };
}

/**
 * The key that the table's stream has for the record under the cursor, behind the place of the record: versions of one
 * key and time have their turns in the order of the keys here, which is then not that in which partitions were read.
 */
export function placedKey(build: Build, name: string): string {
  const { cursor } = build.task;
  const { stream } = inputOf(build, name, whyNoTable, remedy);
  const key = checkedKey(`The key of '${stream.name}'`, stream.key(cursor.value));
  return `${stream.name}/${String(cursor.partition).padStart(digits, '0')}|${key}`;
}

/** The key without its place: no name of a stream has a bar. */
export const withoutPlace = (placed: string): string => placed.slice(placed.indexOf('|') + 1);

/** Of the largest number of a partition, 2^31 - 1. */
const digits = 10;

/** Refuses sides that are read as the other one should be, as far as it is known from where their values come. */
export function refuseSides(build: Build, name: string, stream: Observable<unknown>, table: Observable<unknown>): void {
  for (const [side, why] of [
    [stream, whyNoStream],
    [table, whyNoTable],
  ] as const) {
    for (const node of build.trail.before(side)) {
      const input = build.task.inputs.get(node.replace(/^stream:/, ''));
      const problem = input && why(input.stream.name, input.options);
      if (problem === undefined) continue;
      throw new BuildError(`Topology '${build.task.topology}': the join of step '${name}' is given ${problem}`, remedy);
    }
  }
}

const suffixed = (problem: string | undefined, suffix: string): string | undefined =>
  problem === undefined ? undefined : `${problem}, ${suffix}`;
