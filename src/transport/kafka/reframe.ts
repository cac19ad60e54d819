/** Our batches once more, with values that name their schema by the id of a registry. */
import type { Append } from '../port.ts';
import { BatchCursor, Kind, type SealedBatch } from '../record.ts';
import { singleObjectBytes, singleObjectMarker, type WireFrames } from '../wire-frame.ts';

/** Layout of our batches (src/transport/record.ts): where a record has the size of its value. */
const valueBytesAt = 4;
const recordHeaderBytes = 24;

/** @throws {Unavailable} while the registry does not answer; nothing was appended then */
export async function reframed(appends: readonly Append[], frames: WireFrames): Promise<Append[]> {
  const anew: Append[] = [];
  for (const append of appends) {
    const batches: SealedBatch[] = [];
    for (const batch of append.batches) batches.push(await reframe(batch, append.topic, frames));
    anew.push({ ...append, batches });
  }
  return anew;
}

/** Records, their order and everything but the first bytes of their values stay. */
async function reframe(batch: SealedBatch, topic: string, frames: WireFrames): Promise<SealedBatch> {
  const record = new BatchCursor({ ...batch, firstOffset: 0 });
  const parts = [batch.bytes.subarray(0, record.valueEnd)];
  while (record.next()) {
    const frame = record.kind === Kind.value ? await frameOf(record, topic, frames) : undefined;
    const head = Buffer.from(batch.bytes.subarray(record.keyStart - recordHeaderBytes, record.valueStart));
    const value = batch.bytes.subarray(
      record.valueStart + (frame === undefined ? 0 : singleObjectBytes),
      record.valueEnd,
    );
    head.writeUInt32LE((frame?.length ?? 0) + value.length, valueBytesAt);
    parts.push(head, ...(frame === undefined ? [] : [frame]), value);
  }
  return { records: batch.records, bytes: Buffer.concat(parts) };
}

async function frameOf(
  { bytes, valueStart, valueEnd }: BatchCursor,
  topic: string,
  frames: WireFrames,
): Promise<Buffer | undefined> {
  const [first, second] = singleObjectMarker;
  if (valueEnd - valueStart < singleObjectBytes || bytes[valueStart] !== first || bytes[valueStart + 1] !== second)
    return undefined;
  const fingerprint = Buffer.from(bytes.subarray(valueStart + 2, valueStart + singleObjectBytes)).reverse();
  return frames(topic, fingerprint.toString('hex'));
}
