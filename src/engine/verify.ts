/** Whether the log still is the one that the checkpoint was made from. */
import { crc32 } from 'node:zlib';
import { OffsetOutOfRange, type Transport } from '../transport/port.ts';
import { BatchCursor, Kind } from '../transport/record.ts';
import { LogChanged } from './errors.ts';
import type { Input } from './input.ts';
import type { Position } from './position.ts';
import type { TaskRuntime } from './runtime.ts';
import type { StartAt } from './runner-options.ts';
import { placesOf } from './spans.ts';

/**
 * A task without state, or the inputs that a release has added, begin where they are told to, else with the first record
 * that is still there. What it is told
 * it never leaves: if retention has removed the record by now, the first read throws.
 */
export async function begin(
  task: TaskRuntime,
  transport: Transport,
  startAt?: StartAt,
  inputs: readonly string[] = [...task.inputs.keys()],
): Promise<void> {
  for (const { input, position } of placesOf(task)) {
    if (!inputs.includes(input.stream.name)) continue;
    const at = { topic: input.stream.name, partition: position.partition };
    const start = startAt?.(task.topology, at) ?? (await transport.bounds(at)).start;
    position.from = start;
    position.offset = start;
  }
}

/** Each position lies inside of the log, which still has the record there that was applied last. */
export async function verifyPositions(task: TaskRuntime, transport: Transport): Promise<void> {
  for (const { input, position } of placesOf(task)) await verify(task, transport, input, position);
}

async function verify(
  task: TaskRuntime,
  transport: Transport,
  input: Input<unknown>,
  position: Position,
): Promise<void> {
  const at = { topic: input.stream.name, partition: position.partition };
  const bounds = await transport.bounds(at);
  if (position.offset < bounds.start || position.offset > bounds.end)
    throw new OffsetOutOfRange(at, position.offset, bounds);
  const { applied: last } = position;
  // Where retention has just removed the last record there is nothing to compare with, and nothing is missing either.
  if (last < position.from || last < bounds.start) return;
  const [batch] = await transport.read({ ...at, from: last, to: last + 1, maxRecords: 1, maxBytes: 1 });
  if (batch === undefined) throw changed(task, at, last);
  const record = new BatchCursor(batch);
  while (record.next()) {
    // Of one that was redacted since nothing is left to compare with; its place in the log is what it was.
    const isThere = record.kind === Kind.redacted || crc32(record.value()) === position.fingerprint;
    if (record.offset === last && !isThere) throw changed(task, at, last);
  }
}

const changed = (task: TaskRuntime, at: { topic: string; partition: number }, offset: number): LogChanged =>
  new LogChanged(
    `${at.topic}/${at.partition} holds another record at offset ${offset} than the one ${task.id} has applied`,
    'The topic was made anew: remove the state of the task, or backfill into a fresh namespace',
  );
