/** Joins do what those of Kafka Streams do, but for the differences of decision 0078. */
import { expect, test } from 'vitest';
import type { OperatorFunction } from 'rxjs';
import { z } from 'zod';
import { schema, seconds, stream, topology, type Task, type Topology } from '../../src/index.ts';
import { World } from '../support/world.ts';
import { recordOf, scenarioFields, scenariosOf } from './scenario.ts';

const duration = z.int().default(0);
const Scenario = z.strictObject({
  ...scenarioFields,
  join: z.enum(['streams', 'table', 'tables']),
  kind: z.enum(['inner', 'left', 'outer']),
  before: duration,
  after: duration,
  grace: duration,
});
type Scenario = z.output<typeof Scenario>;

interface Value {
  readonly key: string;
  readonly value: string;
  readonly at: number;
}

const fields = [
  { name: 'key', type: 'string' },
  { name: 'value', type: 'string' },
  { name: 'at', type: 'double' },
];
const valueSchema = schema<Value>({ type: 'record', name: 'Value', fields });
const valuesOf = (name: string) =>
  stream<Value>(name, { schema: valueSchema, key: ({ key }) => key, time: ({ at }) => at, idleAfter: seconds(5) });

const left = valuesOf('left');
const right = valuesOf('right');
const told = valuesOf('told');

const tombstone = '-';
const shown = (value: Value | undefined): string => value?.value ?? tombstone;
const at = (one: Value | undefined, other: Value | undefined): number =>
  Math.max(one?.at ?? -Infinity, other?.at ?? -Infinity);
const both = (one: Value | undefined, other: Value | undefined, time = at(one, other)): Value => ({
  key: one?.key ?? other?.key ?? '',
  value: `${shown(one)}+${shown(other)}`,
  at: time,
});
const isTombstone = ({ value }: Value): boolean => value === tombstone;

function joined(task: Task, { join, kind, before, after, grace }: Scenario): OperatorFunction<Value, Value> {
  const table = { removed: isTombstone };
  const other = task.read(right);
  if (join === 'streams') return task.join('join', other, { kind, within: { before, after }, grace, result: both });
  if (join === 'tables') {
    const gone = (one: Value | undefined, its: Value | undefined, time: number): Value => ({
      ...both(one, its, time),
      value: tombstone,
    });
    return task.joinTables('join', other, { kind, grace, left: table, right: table, result: both, gone });
  }
  if (kind === 'outer') throw new Error('No stream is joined with a table outer');
  const result = (one: Value, version: Value | undefined): Value => both(one, version, one.at);
  return task.joinTable('join', other, { kind, grace, table, result });
}

const joining = (scenario: Scenario): Topology =>
  topology('joining', task => task.read(left).pipe(joined(task, scenario)).subscribe(task.write(told)));

/** Stream time is another in Kafka Streams: what is told is compared, not when. Keys that only move time on are left out. */
const sorted = (lines: readonly string[]): string[] =>
  lines
    .flatMap(line => (line === '' ? [] : line.split(' ')))
    .filter(result => !/^[yz]=/.test(result))
    .sort();

async function toldIn(scenario: Scenario): Promise<string[]> {
  const world = await World.of([joining(scenario)], { maxRecords: 2 });
  const run = await world.open('joining');
  const finish = async (): Promise<void> => {
    for (let epochs = 0; await run.step(); epochs++) expect(epochs).toBeLessThan(9);
  };
  for (const record of scenario.records) {
    const [side, text = ''] = record.split(' ');
    const { key, value, time } = recordOf(text);
    await world.send(side === 'left' ? left : right, { key, value: value ?? tombstone, at: time });
    await finish();
  }
  const results = (await world.output(told)).map(({ key, value, at: time }) => `${key}=${value}@${time}`);
  await world.transport.close();
  await world.documents.close();
  return results;
}

test.for(scenariosOf('joins', Scenario).map(scenario => [scenario.name, scenario] as const))(
  '%s',
  async ([, scenario]) => {
    expect(sorted(await toldIn(scenario))).toEqual(sorted(scenario.millrace?.lines ?? scenario.streams));
  },
);
