/** Whether a contestant has counted each window once and right, and copied each record once. */
import type { Kafka, KafkaMessage } from 'kafkajs';
import { schema, stream } from '../../../src/index.ts';
import { Decoder } from '../../../src/stream/decoder.ts';
import { countsOf, pairsOf, type Input, type Reading, readings, totalOf, windowName } from './input.ts';
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
  /** For who looks only now and then whether a window has closed: of each sensor the newest may be missing. */
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
  const left = countsOf(input);
  const newest = new Map<string, number>();
  await eachRecord(kafka, topic, partitions, message => {
    const { sensor, start, count } = read(message);
    const window = windowName(sensor, start);
    if (left.get(window) !== count)
      throw new Error(
        `${topic} tells ${count} of ${window}, of which ${left.get(window) ?? 'nothing'} is left to tell`,
      );
    left.delete(window);
    newest.set(sensor, Math.max(newest.get(sensor) ?? 0, start));
  });
  const isMissed = (window: string): boolean => {
    const [sensor = '', start] = window.split(' ');
    return !mayLackNewest || Number(start) < (newest.get(sensor) ?? Infinity);
  };
  const missed = [...left.keys()].filter(isMissed);
  if (missed.length > 0) throw new Error(`${topic} does not tell ${missed.length} windows: ${missed[0]}`);
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

/** The sum of the two values of a pair. */
export const pairOfMillrace = (): Read<number> => {
  const decoder = new Decoder(readings.schema);
  return ({ value }) => decoded<Reading>(decoder, value).value;
};

/** The rival puts the bytes of the two values behind each other, which have the same length. */
export const pairOfStreams = (): Read<number> => {
  const decoder = new Decoder(readings.schema);
  return ({ value }) => {
    const half = (value?.length ?? 0) / 2;
    const halves = [value?.subarray(0, half), value?.subarray(half)];
    return halves.reduce((sum, bytes) => sum + decoded<Reading>(decoder, bytes ?? null).value, 0);
  };
};

export interface PairCheck {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly partitions: number;
  readonly input: Input;
  readonly read: Read<number>;
}

/** @throws where there are more or fewer pairs than meet, or their values have another sum */
export async function checkPairs({ kafka, topic, partitions, input, read }: PairCheck): Promise<void> {
  let [pairs, sum] = [0, 0];
  await eachRecord(kafka, topic, partitions, message => {
    pairs++;
    sum += read(message);
  });
  const expected = pairsOf(input);
  if (pairs === expected.pairs && sum === expected.sum) return;
  throw new Error(`${topic} has ${pairs} pairs with a sum of ${sum}, not ${expected.pairs} with ${expected.sum}`);
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
