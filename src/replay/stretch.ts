/** What a replay reads of one source partition. */
import { BatchCursor, type RecordBatch } from '../transport/record.ts';
import type { Millis } from '../stream/time.ts';
import { type Bounds, type Offset, OffsetOutOfRange, type TopicPartition, type Transport } from '../transport/port.ts';
import { placeOf, type Point } from './points.ts';

/** Offsets that Capture files hold. */
export interface Captured {
  readonly first: Offset;
  readonly next: Offset;
  /** The first offset that was enqueued at or after the time; `next` where there is none. */
  offsetAt(time: Millis): Promise<Offset>;
}

export interface Stretch extends TopicPartition {
  readonly from: Offset;
  readonly to: Offset;
  /** Offsets before the first record that there is, in the log or captured: nobody can read them any more. */
  readonly gone: Offset;
  readonly captured: { readonly first: Offset; readonly next: Offset } | null;
}

export interface Wanted {
  readonly from: Point;
  /** Absent: where the log ends now. */
  readonly to?: Point | undefined;
  readonly captured?: Captured | undefined;
}

/** Resolves the points of a replay to offsets. @throws {OffsetOutOfRange} for offsets that are not there */
export async function stretchOf(
  transport: Pick<Transport, 'bounds' | 'offsetAt'>,
  at: TopicPartition,
  { from, to: until, captured }: Wanted,
): Promise<Stretch> {
  const log = await transport.bounds(at);
  const bounds = { start: captured?.first ?? log.start, end: log.end };
  const resolve = (point: Point, absent: Offset): Promise<Offset> =>
    resolved(point, absent, { transport, at, log, captured, bounds });
  const first = await resolve(from, bounds.start);
  const end = until === undefined ? bounds.end : await resolve(until, bounds.end);
  const { topic, partition } = at;
  const to = Math.max(first, end);
  return { topic, partition, from: first, to, gone: bounds.start, captured: usedOf(captured, first, to) };
}

/**
 * From where the replay begins as far as Capture reaches, also over what the log still has: by the time that it is
 * read, retention may have removed that.
 */
function usedOf(captured: Captured | undefined, from: Offset, to: Offset): Stretch['captured'] {
  const next = Math.min(captured?.next ?? 0, to);
  return captured === undefined || from >= next ? null : { first: from, next };
}

interface Known {
  readonly transport: Pick<Transport, 'offsetAt'>;
  readonly at: TopicPartition;
  readonly log: Bounds;
  readonly captured: Captured | undefined;
  readonly bounds: Bounds;
}

async function resolved(point: Point, absent: Offset, known: Known): Promise<Offset> {
  const { transport, at, log, captured, bounds } = known;
  if (point.kind === 'earliest') return bounds.start;
  if (point.kind === 'time') {
    const before = await captured?.offsetAt(point.time);
    return before !== undefined && before < log.start ? before : transport.offsetAt(at, point.time);
  }
  const offset = point.offsets.get(placeOf(at)) ?? absent;
  if (offset < bounds.start || offset > bounds.end) throw new OffsetOutOfRange(at, offset, bounds);
  return offset;
}

/** Times at which the first and the last record of a stretch entered the log, and about how many bytes it has. */
export interface Sample {
  readonly firstAt: Millis | null;
  readonly lastAt: Millis | null;
  readonly bytes: number;
}

/** From its first and its last batch only: a dry run reads next to nothing. */
export async function sampleOf(
  transport: Pick<Transport, 'read'>,
  { topic, partition, from, to }: Pick<Stretch, 'topic' | 'partition' | 'from' | 'to'>,
): Promise<Sample> {
  if (from === to) return { firstAt: null, lastAt: null, bytes: 0 };
  const one = { topic, partition, to, maxRecords: 1, maxBytes: 1 };
  const [first] = await transport.read({ ...one, from });
  const [last] = await transport.read({ ...one, from: to - 1 });
  const seen = [first, last].filter(batch => batch !== undefined);
  const records = seen.reduce((sum, batch) => sum + batch.records, 0);
  const size = seen.reduce((sum, batch) => sum + batch.bytes.length, 0);
  return {
    firstAt: originIn(first, from),
    lastAt: originIn(last, to - 1),
    bytes: records === 0 ? 0 : Math.round((size / records) * (to - from)),
  };
}

function originIn(batch: RecordBatch | undefined, offset: Offset): Millis | null {
  if (batch === undefined) return null;
  const record = new BatchCursor(batch);
  while (record.next()) if (record.offset === offset) return record.origin;
  return null;
}
