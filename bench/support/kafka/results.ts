/** Whether a contestant has counted each window once and right, and copied each record once. */
import type { Kafka, KafkaMessage } from 'kafkajs';
import { schema, stream } from '../../../src/index.ts';
import { Decoder } from '../../../src/stream/decoder.ts';
import { countsOf, type Input, type Reading, readings, totalOf } from './input.ts';
import { eachRecord } from './witness.ts';

export interface Counted {
  readonly sensor: string;
  readonly start: number;
  readonly count: number;
}

/** What Millrace tells of a window. */
export const countedSchema = schema<Counted>({
  type: 'record',
  name: 'Counted',
  fields: [
    { name: 'sensor', type: 'string' },
    { name: 'start', type: 'double' },
    { name: 'count', type: 'int' },
  ],
});
export const countedStream = (name: string) =>
  stream<Counted>(name, { schema: countedSchema, key: ({ sensor }) => sensor, time: ({ start }) => start });

/** How a record of the output is read. */
export type Read<T> = (message: KafkaMessage) => T;

export const windowOfMillrace = (): Read<Counted> => {
  const decoder = new Decoder(countedSchema);
  return ({ value }) => decoded(decoder, value);
};

/** Kafka Streams writes a windowed key as the key and the window's beginning, and a count as a number of eight bytes. */
export const windowOfStreams: Read<Counted> = ({ key, value }) => {
  if (key === null || value === null) throw new Error('A window without a key or a count');
  const at = key.length - 8;
  return {
    sensor: key.toString('utf8', 0, at),
    start: Number(key.readBigInt64BE(at)),
    count: Number(value.readBigInt64BE()),
  };
};

export interface WindowCheck {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly partitions: number;
  readonly input: Input;
  readonly read: Read<Counted>;
  /** For who looks only now and then whether a window has closed: the newest, half of all at most, may be missing. */
  readonly mayLackNewest: boolean;
}

/** @throws where a window is missing, told twice, or has another count than its records */
export async function checkWindows({
  kafka,
  topic,
  partitions,
  input,
  read,
  mayLackNewest,
}: WindowCheck): Promise<void> {
  const expected = countsOf(input);
  const left = new Map(expected);
  await eachRecord(kafka, topic, partitions, message => {
    const { sensor, start, count } = read(message);
    const window = `${sensor} ${start}`;
    if (left.get(window) !== count)
      throw new Error(
        `${topic} tells ${count} of ${window}, of which ${left.get(window) ?? 'nothing'} is left to tell`,
      );
    left.delete(window);
  });
  const firstMissing = [...expected.keys()].findIndex(window => left.has(window));
  const isComplete = mayLackNewest ? firstMissing === -1 || firstMissing > expected.size / 2 : left.size === 0;
  if (!isComplete) throw new Error(`${topic} does not tell ${left.size} of ${expected.size} windows`);
}

/** @throws where the copies are not as many as the records, or their values have another sum */
export async function checkCopies(kafka: Kafka, topic: string, partitions: number, input: Input): Promise<void> {
  const decoder = new Decoder(readings.schema);
  let [copies, sum] = [0, 0];
  await eachRecord(kafka, topic, partitions, ({ value }) => {
    copies++;
    sum += decoded<Reading>(decoder, value).value;
  });
  const expected = sumOf(input);
  if (copies === totalOf(input) && sum === expected) return;
  throw new Error(
    `${topic} has ${copies} copies with a sum of ${sum} where there are ${totalOf(input)} with ${expected}`,
  );
}

function sumOf({ records, keys }: Input): number {
  const of = (count: number): number => Math.floor(count / 10) * 45 + ((count % 10) * ((count % 10) - 1)) / 2;
  return of(records) + of(keys);
}

function decoded<T>(decoder: Decoder<T>, value: Buffer | null): T {
  const found = value === null ? undefined : decoder.decode(value, 0, value.length);
  if (found === undefined)
    throw new Error(`An output is not what its stream holds: ${JSON.stringify(decoder.problem)}`);
  return found;
}
