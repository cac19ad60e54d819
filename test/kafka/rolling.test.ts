/** Worker processes on a broker that are replaced one by one by those of the next release, and back, under load. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { siteCounts } from '../../examples/sensor-counts.ts';
import type { Ports } from '../../src/app/compose.ts';
import { kafkaSection } from '../../src/app/kafka-config.ts';
import { eventually } from '../support/kafka/eventually.ts';
import { brokers, noBroker, unique } from '../support/kafka/suite.ts';
import { witnessedValues } from '../support/kafka/witnessed-stream.ts';
import { killed, orderly, WorkerProcess } from '../support/kill-child.ts';
import { createTopics, demanded, writtenAs } from '../support/kill-outcome.ts';
import { soundReadings, Traffic } from '../support/kill-traffic.ts';
import { openPlace, type Place } from '../support/place.ts';
import { Random } from '../support/random.ts';

const deadline_ms = 300_000;
const seed = Number(process.env['MILLRACE_SEED'] ?? 17);
const releases = {
  former: fileURLToPath(new URL('../../examples/sensor-counts.ts', import.meta.url)),
  next: fileURLToPath(new URL('../support/sensor-counts-next.ts', import.meta.url)),
};
type Release = keyof typeof releases;

describe.skipIf(noBroker)(`workers of two releases (MILLRACE_SEED=${seed})`, () => {
  let data: string;
  let prefix: string;
  let ports: Ports;
  let traffic: Traffic;
  let deadline: AbortSignal;
  let workers: WorkerProcess[];
  /** Ends what is sent all the time. */
  let over: AbortController;
  let sending: Promise<void>;

  const place = (name: string): Place => ({
    data,
    state: join(data, name),
    shared: true,
    transport: 'kafka',
    documents: 'sqlite',
    kafka: kafkaSection.parse({ brokers, tls: {}, sasl: {}, sessionTimeout_ms: 30_000, heartbeatInterval_ms: 300 }),
    prefix,
  });

  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), 'millrace-rolling-'));
    prefix = `${unique('rolling')}-`;
    ports = await openPlace(place('test'));
    await createTopics(ports);
    traffic = new Traffic(ports.transport, new Random(seed));
    deadline = AbortSignal.timeout(deadline_ms);
    workers = [];
    over = new AbortController();
    sending = sendUntil(over.signal);
  });
  afterEach(async () => {
    over.abort();
    for (const worker of workers) worker.kill();
    await Promise.all([sending, ...workers.map(({ ended }) => ended)]);
    await ports[Symbol.asyncDispose]();
    rmSync(data, { recursive: true });
  });

  async function sendUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await traffic.send(10);
      await ports.clock.sleep(40, signal);
    }
  }

  function start(name: string, release: Release): WorkerProcess {
    const worker = new WorkerProcess(place(name), 'live', deadline, '', releases[release]);
    worker.lines.resume();
    workers.push(worker);
    return worker;
  }

  /** One after the other, each once the one before it is ready: as a StatefulSet does it. */
  async function roll(running: Map<string, WorkerProcess>, names: readonly string[], release: Release): Promise<void> {
    for (const name of names) {
      const former = running.get(name);
      former?.stop();
      expect((await former?.ended) ?? orderly).toEqual(orderly);
      const worker = start(name, release);
      await worker.said('restored');
      running.set(name, worker);
    }
  }

  /** Sends no more; everything that was sent has gone through once, as kafkajs counts it. */
  async function counted(): Promise<object> {
    over.abort();
    await sending;
    const sound = soundReadings(traffic.sent).length;
    const topic = prefix + siteCounts.name;
    await eventually(
      async () => (await witnessedValues(brokers, topic, siteCounts)).length >= sound,
      `${sound} readings counted`,
      deadline_ms,
    );
    return writtenAs(stream => witnessedValues(brokers, prefix + stream.name, stream), ports.documents);
  }

  async function stopped(running: ReadonlyMap<string, WorkerProcess>): Promise<void> {
    for (const worker of running.values()) worker.stop();
    for (const { ended } of running.values()) expect(await ended).toEqual(orderly);
  }

  test('are replaced one by one, one of them killed, and nothing is lost or doubled; there is no way back then', async () => {
    const running = new Map<string, WorkerProcess>();
    await roll(running, ['a', 'b', 'c'], 'former');
    await roll(running, ['c'], 'next');
    running.get('b')?.kill();
    expect(await running.get('b')?.ended).toEqual(killed);
    running.delete('b');
    await roll(running, ['b'], 'next');
    await roll(running, ['a'], 'next');
    const from = traffic.sent.length;
    await eventually(
      async () => (await counts()) > soundReadings(traffic.sent.slice(0, from)).length,
      'the next to count',
    );
    const { code, complaint } = await start('d', 'former').ended;
    expect({ code, complaint }).toEqual({
      code: 1,
      complaint: expect.stringMatching(/could not take over from it: .*has state of a step 'per-site'/),
    });
    expect(await counted()).toEqual(demanded(traffic.sent));
    await stopped(running);
  });

  const counts = async (): Promise<number> =>
    (await witnessedValues(brokers, prefix + siteCounts.name, siteCounts)).length;

  test('go back in the middle, while one of the former release is left, as if nothing had been', async () => {
    const running = new Map<string, WorkerProcess>();
    await roll(running, ['a', 'b', 'c'], 'former');
    await roll(running, ['c', 'b'], 'next');
    await roll(running, ['b', 'c', 'a'], 'former');
    expect(await counted()).toEqual(demanded(traffic.sent));
    await stopped(running);
  });
});
