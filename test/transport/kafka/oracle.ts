/** Batches of Kafka, made and read by kafkajs. */
import Decoder from 'kafkajs/src/protocol/decoder.js';
import record from 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
import decode from 'kafkajs/src/protocol/recordBatch/v0/decoder.js';
import module from 'kafkajs/src/protocol/recordBatch/v0/index.js';
import { crc32c } from '../../../src/transport/kafka/codec/crc32c.ts';

export interface ForeignRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
  readonly time: number;
  /** From the batch's first offset; absent means one after the other. */
  readonly delta?: number;
}

export interface ForeignBatch {
  readonly firstOffset?: number;
  readonly compression?: number;
  readonly producerId?: number;
  readonly transactional?: boolean;
}

export const foreign = (of: Partial<ForeignRecord> = {}): ForeignRecord => ({
  key: Buffer.from('k'),
  value: Buffer.from('v'),
  headers: {},
  time: 1_000,
  ...of,
});

/** As kafkajs's producer sends it. */
export async function encodeForeign(records: readonly ForeignRecord[], of: ForeignBatch = {}): Promise<Buffer> {
  const { firstOffset = 0, compression = 0, producerId = -1, transactional = false } = of;
  const first = records[0]?.time ?? 0;
  const deltas = records.map(({ delta }, n) => delta ?? n);
  const encoder = await module.RecordBatch({
    firstOffset,
    compression,
    producerId,
    transactional,
    producerEpoch: 0,
    firstSequence: 0,
    firstTimestamp: first,
    maxTimestamp: Math.max(0, ...records.map(({ time }) => time)),
    lastOffsetDelta: deltas.at(-1) ?? 0,
    records: records.map(({ key, value, headers, time }, n) =>
      record({ key, value, headers, offsetDelta: deltas[n] ?? n, timestampDelta: time - first }),
    ),
  });
  return encoder.buffer;
}

/** As kafkajs's consumer reads it. */
export const decodeForeign = (bytes: Buffer) => decode(new Decoder(bytes));

/** The batch with other attributes, and the checksum that belongs to them. */
export function withAttributes(batch: Buffer, attributes: number): Buffer {
  const bytes = Buffer.from(batch);
  bytes.writeInt16BE(attributes, 21);
  bytes.writeUInt32BE(crc32c(bytes, 21), 17);
  return bytes;
}
