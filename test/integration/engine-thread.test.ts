import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readings, readingsBySite, siteCounts } from '../../examples/sensor-counts.ts';
import { openEmbedded, type Ports } from '../../src/app/compose.ts';
import { applicationSettings } from '../../src/app/config.ts';
import { configure } from '../../src/app/configure.ts';
import type { EngineThreadOptions } from '../../src/app/engine-messages.ts';
import { EngineFailed, EngineThread } from '../../src/app/engine-thread.ts';
import { toldError } from '../../src/operations/logging/told-error.ts';
import { appendFromOutside, recordOfBytes } from '../../src/stream/outside.ts';
import { consumed } from '../support/consumer.ts';
import { createTopics, demanded, written } from '../support/kill-outcome.ts';
import { soundReadings, Traffic } from '../support/kill-traffic.ts';
import { Random } from '../support/random.ts';

const app = new URL('../../examples/sensor-counts.ts', import.meta.url).href;
const dyingApp = new URL('./dying-app.ts', import.meta.url).href;
const spinningApp = new URL('./spinning-app.ts', import.meta.url).href;
const failingApp = new URL('./failing-app.ts', import.meta.url).href;
const settings = applicationSettings(configure({ environment: {} }).config);
const limit = { lines: 10, window_s: 1 };
const deadline_ms = 180_000;
let data: string;
let ports: Ports;
let traffic: Traffic;

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'millrace-thread-'));
  ports = await openEmbedded(data);
  await createTopics(ports);
  traffic = new Traffic(ports.transport, new Random(3));
});
afterEach(async () => {
  await ports[Symbol.asyncDispose]();
  rmSync(data, { recursive: true });
});

const started = (more: Partial<EngineThreadOptions> = {}, now?: () => number): EngineThread =>
  new EngineThread(
    {
      ports: { data, transport: 'embedded', documents: 'sqlite' },
      app,
      settings,
      untilCaughtUp: false,
      maxRecords: 50,
      budgetBytes: 1 << 24,
      ...more,
    },
    undefined,
    now,
  );

/** Waits until the engine has counted every sound reading that was sent. */
async function everythingCounted(): Promise<void> {
  const partitions = await ports.transport.partitions(siteCounts.name);
  const signal = AbortSignal.timeout(deadline_ms);
  for (;;) {
    const ends = await Promise.all(
      Array.from({ length: partitions }, async (_, partition) => {
        const at = { topic: siteCounts.name, partition };
        return { ...at, offset: (await ports.transport.bounds(at)).end };
      }),
    );
    if ((await consumed(ports.transport, siteCounts)).length >= soundReadings(traffic.sent).length) return;
    await ports.transport.grown(ends, signal);
    signal.throwIfAborted();
  }
}

describe('an engine in its thread', () => {
  test('restores, works until it has caught up, and ends by itself', async () => {
    await traffic.send(500);
    const engine = started({ untilCaughtUp: true });
    await engine.restored;
    await engine.ended;
    expect(await written(ports)).toEqual(demanded(traffic.sent));
  });

  test('tells what its tasks have done', async () => {
    await traffic.send(500);
    const engine = started({ untilCaughtUp: true });
    await engine.ended;
    expect(engine.tasks.map(({ task }) => task)).toEqual(['by-site/0', 'by-site/1', 'count-sites/0', 'count-sites/1']);
    const read = engine.tasks.filter(({ topology }) => topology === 'by-site').map(({ records }) => records);
    expect(read.reduce((sum, records) => sum + records, 0)).toBe(500);
  });

  test('picks up what another thread appends while it runs', async () => {
    const engine = started();
    await engine.restored;
    for (let round = 0; round < 5; round++) {
      await traffic.send(20);
      await everythingCounted();
    }
    await engine.stop();
    expect(await written(ports)).toEqual(demanded(traffic.sent));
  });

  test('stops in an orderly way, and a second one goes on with nothing twice', async () => {
    await traffic.send(100);
    const first = started();
    await everythingCounted();
    await first.stop();
    await traffic.send(100);
    const second = started();
    await everythingCounted();
    await second.stop();
    expect(await written(ports)).toEqual(demanded(traffic.sent));
  });

  test.each([true, false])(
    'is stopped in the middle of a backlog and loses nothing (to the end: %s)',
    async toTheEnd => {
      await traffic.send(2_000);
      const engine = started({ untilCaughtUp: toTheEnd, maxRecords: 10 });
      await engine.restored;
      await engine.stop();
      const forwarded = await consumed(ports.transport, readingsBySite);
      expect(forwarded.length).toBeLessThan(soundReadings(traffic.sent).length);
      await started({ untilCaughtUp: true, maxRecords: 1_000 }).ended;
      expect(await written(ports)).toEqual(demanded(traffic.sent));
    },
  );

  test.each([true, false])('is stopped while a port does not answer (to the end: %s)', async toTheEnd => {
    await traffic.send(2_000);
    const engine = started({ untilCaughtUp: toTheEnd, maxRecords: 10 });
    await engine.restored;
    const documents = new DatabaseSync(join(data, 'documents.db'), { timeout: 20_000 });
    documents.exec('BEGIN IMMEDIATE');
    await vi.waitUntil(() => engine.tasks.some(({ waits }) => waits > 0), { timeout: deadline_ms });
    await engine.stop();
    documents.close();
    await started({ untilCaughtUp: true, maxRecords: 1_000 }).ended;
    expect(await written(ports)).toEqual(demanded(traffic.sent));
  });

  test('that is told to stop before it has restored ends without doing anything', async () => {
    await traffic.send(100);
    const engine = started();
    await engine.stop();
    expect(await consumed(ports.transport, readingsBySite)).toEqual([]);
  });

  test('says with the code of its cause that it cannot go on', async () => {
    await traffic.send(10);
    const engine = started({ app: failingApp });
    const failure: unknown = await engine.ended.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EngineFailed);
    expect(failure).toMatchObject({ code: 'ENGINE_FAILED', engineCode: 'TASK_STOPPED' });
    expect(String(failure)).toMatch(/a batch that fails/);
  });

  test.each([true, false])(
    'that dies of an error nobody caught says of it what may be read (records: %s)',
    async quotes => {
      await traffic.send(10);
      const logging = { level: 'silent', levels: {}, userIds: 'hashed', userKey: '', secrets: [], limit } as const;
      const engine = started({ app: dyingApp, logging: { ...logging, quotes } });
      const failure: unknown = await engine.ended.catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'ENGINE_FAILED', engineCode: 'UNEXPECTED' });
      const told = JSON.stringify([String(failure), toldError(failure, { clean: text => text, quotes })]);
      expect(told).toContain('nobody catches this of ');
      expect(told).toMatch(/"stack":\["at .*dying-app\.ts/);
      const sensors = traffic.sent.flatMap(({ reading }) => reading?.sensor ?? []);
      expect(sensors.some(sensor => told.includes(sensor))).toBe(quotes);
    },
  );

  test('is silent for as long as a function of its topology goes round, and speaks again after it', async () => {
    const spin = join(data, 'spin');
    writeFileSync(spin, '');
    let time = 0;
    const engine = started({ app: spinningApp }, () => time);
    expect(engine.silentFor()).toBe(0);
    await engine.restored;
    const bytes = Buffer.alloc(1_024);
    const length = readings.schema.encode({ id: 0, sensor: spin, celsius: 20, at: 0 }, bytes, 0);
    await appendFromOutside(ports.transport, readings.name, [recordOfBytes(spin, bytes.subarray(0, length))], 0);
    // It speaks twenty times a second: where ten looks in a row have heard nothing, it goes round.
    await vi.waitUntil(() => ++time > 0 && engine.silentFor() >= 10, { timeout: 30_000 });
    time += 60_000;
    expect(engine.silentFor()).toBeGreaterThanOrEqual(60_000);
    rmSync(spin);
    await vi.waitUntil(() => engine.silentFor() === 0, { timeout: 30_000 });
    await engine.stop();
    time += 60_000;
    expect(engine.silentFor()).toBe(0);
  });

  test('that cannot even begin says so to whoever waits for it, in both ways', async () => {
    const engine = started({ run: ['no-such-topology'] });
    await expect(engine.restored).rejects.toThrow(EngineFailed);
    await expect(engine.ended).rejects.toThrow(/no-such-topology/);
  });

  test('says that its application cannot be loaded', async () => {
    const engine = started({ app: new URL('./no-such-app.ts', import.meta.url).href });
    await expect(engine.ended).rejects.toMatchObject({ engineCode: 'UNEXPECTED' });
  });
});
