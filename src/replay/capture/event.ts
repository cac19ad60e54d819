/** An event as Event Hubs Capture writes it. */
import { z } from 'zod';
import type { Millis } from '../../stream/time.ts';
import type { Offset } from '../../transport/port.ts';
import { BrokenCapture, type ContainerValue } from './container.ts';

export interface CapturedEvent {
  /** Counts the events of a partition; it is the offset that Kafka's protocol gives. */
  readonly sequence: Offset;
  readonly enqueuedAt: Millis;
  readonly key: string;
  readonly body: Buffer;
}

const bytes = z.instanceof(Buffer);
/** Unions come as an object that names the branch. */
const either = z.union([z.object({ string: z.string() }), z.object({ bytes })]);
const event = z.object({
  SequenceNumber: z.int().min(0),
  EnqueuedTimeUtc: z.string(),
  SystemProperties: z.record(z.string(), z.unknown()).default({}),
  Body: z.union([bytes, z.object({ bytes }), z.null()]),
});

/** @throws {BrokenCapture} for a value that is no such event */
export function capturedEvent({ value, byte }: ContainerValue, path: string): CapturedEvent {
  const parsed = event.safeParse(value);
  if (!parsed.success) throw noEvent(path, byte, z.prettifyError(parsed.error));
  const { SequenceNumber: sequence, EnqueuedTimeUtc: time, SystemProperties: properties, Body: body } = parsed.data;
  const enqueuedAt = timeOf(time);
  if (Number.isNaN(enqueuedAt)) throw noEvent(path, byte, `'${time}' is no time`);
  return { sequence, enqueuedAt, key: keyIn(properties), body: body === null ? Buffer.alloc(0) : bytesOf(body) };
}

const bytesOf = (body: Buffer | { bytes: Buffer }): Buffer => (Buffer.isBuffer(body) ? body : body.bytes);

/** What was sent by Kafka's protocol has its key here; what was sent otherwise has, with luck, a partition key. */
function keyIn(properties: Readonly<Record<string, unknown>>): string {
  for (const name of ['x-opt-kafka-key', 'x-opt-partition-key']) {
    const { success, data } = either.safeParse(properties[name]);
    if (success) return 'string' in data ? data.string : data.bytes.toString();
  }
  return '';
}

/** Capture writes `4/29/2026 3:46:59 PM`, in UTC; tools that write its files anew prefer ISO 8601. */
function timeOf(text: string): Millis {
  const found = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2}):(\d{2}) (AM|PM)$/.exec(text);
  if (found === null) return /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : NaN;
  const [, month, day, year, hour, minute, second, half] = found;
  const hours = (Number(hour) % 12) + (half === 'PM' ? 12 : 0);
  return Date.UTC(Number(year), Number(month) - 1, Number(day), hours, Number(minute), Number(second));
}

const noEvent = (path: string, byte: number, why: string): BrokenCapture =>
  new BrokenCapture(
    `${path}, block at byte ${byte}: no event of Event Hubs Capture: ${why}`,
    'Name the folder that Capture writes to, or take another copy of the file',
  );
