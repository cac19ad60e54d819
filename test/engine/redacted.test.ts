/** Records that were redacted are passed over: by event time they count, by what they said they do not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import { openLogRedaction } from '../../src/transport/embedded/redaction.ts';
import { intake, order, orders, ordersByItem } from '../support/shop.ts';
import { World } from '../support/world.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-redacted-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (): string => join(folder, 'log.db');
const opened = () => World.of([intake], { transport: () => openEmbeddedLog({ path: path(), clock: () => 0 }) });

/** Redacts what stands at these offsets of `orders`, with the event times that they had. */
async function redact(...offsets: readonly number[]): Promise<void> {
  const log = openLogRedaction({ path: path() });
  const times = new Map(offsets.map(offset => [offset, orders.time(order(offset))]));
  await log.redact({ topic: orders.name, partition: 0 }, async () => times);
  log.close();
}

test('a task reads on past them, also where the last record that it applied was redacted since', async () => {
  const world = await opened();
  await world.send(orders, order(0), order(1), order(2));
  await (await world.open('intake')).step();
  await redact(1, 2);
  await world.send(orders, order(3));
  const run = await world.open('intake');
  expect(await run.step()).toBe(true);
  expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([0, 1, 2, 3]);
  await world.transport.close();
});

test('a replay does not meet them, and its event time is what it was', async () => {
  const world = await opened();
  await world.send(orders, order(0), order(1), order(2));
  const run = await world.open('intake');
  await run.step();
  const { watermark } = run.task.eventTime;
  const newest = run.task.inputs.get(orders.name)?.positions[0]?.newest;
  await redact(1, 2);
  const again = await World.of([intake], { transport: () => world.transport });
  const { journal } = again.documents;
  await journal.reset('intake/0', (await journal.takeFence('intake/0')).fence); // a life of its own
  const replay = await again.open('intake');
  await replay.step();
  expect(replay.task.inputs.get(orders.name)?.positions[0]?.newest).toBe(newest);
  expect(replay.task.eventTime.watermark).toBe(watermark);
  expect(replay.task.counts.records).toBe(1);
  await world.transport.close();
});
