/** A stream joined with a table by its definition: each value looks through all versions that there ever were. */
import { nobodys } from '../../support/encounters.ts';
import { type Event, marked } from './naive.ts';

export interface Looked {
  readonly value: Event;
  /** The version that the key had then; undefined where it had none. */
  readonly version: Event | undefined;
}

export interface NaiveTableJoin {
  /** In the order of event time, at one time by key, and then as they stand in the log. */
  readonly told: readonly Looked[];
  /** Those of them that can be told once event time of all has come to where it is at the end of the inputs. */
  readonly now: readonly Looked[];
  /** Numbers. */
  readonly lateValues: readonly number[];
  readonly lateVersions: readonly number[];
}

interface Inputs {
  /** Those of one partition, in the order of the log. */
  readonly values: readonly Event[];
  /** Of each partition of the table that the task reads, in the order of the log; a key is in one of them. */
  readonly table: readonly (readonly Event[])[];
  readonly lookUp: (value: Event) => string;
  readonly lateness: { readonly values: number; readonly table: number };
}

export function naiveTableJoin(
  { kind, grace }: { readonly kind: 'inner' | 'left'; readonly grace: number },
  inputs: Inputs,
): NaiveTableJoin {
  const values = marked(inputs.values, inputs.lateness.values);
  const table = inputs.table.map(versions => marked(versions, inputs.lateness.table));
  const isLate = ({ mark, time }: { readonly mark: number; readonly time: number }): boolean => mark > time + grace;
  const versions = table.flat().filter(version => !isLate(version));
  const told = values
    .filter(value => !isLate(value))
    .map((value, index) => ({ value, index, key: inputs.lookUp(value) }))
    .map(({ value, index, key }) => {
      const before = versions.filter(version => version.key === key && version.time <= value.time);
      const newest = Math.max(...before.map(({ time }) => time));
      const last = before.findLast(({ time }) => time === newest);
      return { value, index, key, version: last?.table === nobodys ? undefined : last };
    })
    .filter(({ version }) => version !== undefined || kind === 'left')
    .sort((a, b) => a.value.time - b.value.time || compare(a.key, b.key) || a.index - b.index);
  const mark = Math.min(...[values, ...table].map(each => each.at(-1)?.mark ?? -Infinity));
  return {
    told,
    now: told.filter(({ value }) => value.time + grace < mark),
    lateValues: values.filter(isLate).map(({ id }) => id),
    lateVersions: table
      .flat()
      .filter(isLate)
      .map(({ id }) => id),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
