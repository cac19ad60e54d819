/** Numbered records, to see at a glance what was lost, doubled or put out of order. */
import { systemClock } from '../../../src/engine/clock.ts';
import { retrying } from '../../../src/engine/retry.ts';
import type { Offset, TopicPartition, Transport } from '../../../src/transport/port.ts';
import { BatchBuilder, BatchCursor, Kind, outside, type RecordBatch } from '../../../src/transport/record.ts';
import { readTopic } from './witness.ts';

const batchOf = (numbers: readonly number[]) => {
  const builder = new BatchBuilder(outside, 0);
  for (const number of numbers)
    builder.add({ kind: Kind.value, watermark: -Infinity, origin: number, key: `${number}`, trace: '' }, (to, at) => {
      if (at + 4 > to.length) return to.length - at - 4;
      return to.writeInt32BE(number, at);
    });
  return builder.take();
};

export const appendNumbers = (
  to: Transport,
  at: TopicPartition,
  numbers: readonly number[],
): Promise<readonly Offset[]> => to.append([{ ...at, batches: batchOf(numbers) }]);

/** From the offset to the end of the log, each read tried again until it succeeds, as the engine does. */
export async function readNumbers(from: Transport, at: TopicPartition, begin = 0): Promise<number[]> {
  const { end } = await patiently(() => from.bounds(at));
  const numbers: number[] = [];
  for (let offset: Offset = begin; offset < end;) {
    const batches = await patiently(() => from.read({ ...at, from: offset, maxRecords: 7, maxBytes: 1 << 20 }));
    for (const batch of batches) {
      numbers.push(...numbersIn(batch, offset));
      offset = Math.max(offset, batch.firstOffset + batch.records);
    }
  }
  return numbers;
}

function* numbersIn(batch: RecordBatch, from: Offset): Generator<number> {
  const cursor = new BatchCursor(batch);
  while (cursor.next()) if (cursor.offset >= from) yield cursor.value().readInt32BE(0);
}

/** As somebody else reads them. */
export const witnessedNumbers = async (brokers: string[], { topic, partition }: TopicPartition): Promise<number[]> =>
  (await readTopic(brokers, topic))
    .filter(record => record.partition === partition)
    .map(({ value }) => value?.readInt32BE(0) ?? NaN);

const patience_ms = 180_000;

/** Again and again while it is `Unavailable`, as the engine does. */
export const patiently = <T>(work: () => Promise<T>): Promise<T> =>
  retrying('the test', work, systemClock, AbortSignal.timeout(patience_ms), () => {});

export const upTo = (end: number): number[] => Array.from({ length: end }, (_, number) => number);
