/** A log with holes, as a broker has them where transactions end and where it compacts: each second offset has no record. */
import type { Transport } from '../../src/transport/port.ts';
import { BatchBuilder, BatchCursor, type Kind, type RecordBatch } from '../../src/transport/record.ts';

/** The record n of the real log has the offset 2n, and the offset after it is a hole: also the last one of the log. */
export const withHoles = (real: Transport): Transport => ({
  createTopic: (topic, options) => real.createTopic(topic, options),
  deleteTopic: topic => real.deleteTopic(topic),
  topics: () => real.topics(),
  partitions: topic => real.partitions(topic),
  bounds: async at => {
    const { start, end } = await real.bounds(at);
    return { start: outer(start), end: outer(end) };
  },
  offsetAt: async (at, time) => outer(await real.offsetAt(at, time)),
  read: async ({ from, to, ...request }) => {
    const inside = { ...request, from: inner(from), ...(to === undefined ? {} : { to: inner(to) }) };
    const records = (await real.read(inside)).flatMap(batch => singles(batch, inner(from)));
    const { end } = await real.bounds(request);
    const next = records.length === 0 ? outer(inner(from)) : (records.at(-1)?.firstOffset ?? 0) + 2;
    return next > from && next === outer(end)
      ? [...records, hole(next)]
      : records.length > 0 || next === from
        ? records
        : [hole(next)];
  },
  append: async appends => (await real.append(appends)).map(outer),
  grown: (past, signal) =>
    real.grown(
      past.map(at => ({ ...at, offset: inner(at.offset) })),
      signal,
    ),
  commit: (group, offsets) => real.commit(group, offsets),
  committed: group => real.committed(group),
  applyRetention: now => real.applyRetention(now),
  close: () => real.close(),
});

const outer = (offset: number): number => 2 * offset;
const inner = (offset: number): number => Math.ceil(offset / 2);

const hole = (firstOffset: number): RecordBatch => ({
  firstOffset,
  records: 0,
  bytes: Buffer.concat([Buffer.from([1]), Buffer.alloc(21)]),
});

/** Each record as a batch of its own. */
function singles(batch: RecordBatch, from: number): RecordBatch[] {
  const cursor = new BatchCursor(batch);
  const batches: RecordBatch[] = [];
  while (cursor.next()) {
    if (cursor.offset < from) continue;
    const { producer: name, lineage, epoch, sequence, watermark, origin } = cursor;
    const builder = new BatchBuilder({ name, lineage, epoch }, sequence);
    const value = cursor.value();
    const kind: Kind = cursor.kind === 1 ? 1 : 0;
    builder.add({ kind, watermark, origin, key: cursor.key(), trace: cursor.trace() }, (buffer, at) => {
      if (at + value.length > buffer.length) return buffer.length - at - value.length;
      return at + value.copy(buffer, at);
    });
    for (const single of builder.take()) batches.push({ ...single, firstOffset: outer(cursor.offset) });
  }
  return batches;
}
