/** Worker processes that share tasks: killed, frozen, and coming and going under load. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { siteCounts } from '../../examples/sensor-counts.ts';
import type { Ports } from '../../src/app/compose.ts';
import { kafkaSection } from '../../src/app/kafka-config.ts';
import { eventually } from '../support/kafka/eventually.ts';
import { brokers, noBroker, unique } from '../support/kafka/suite.ts';
import { administer } from '../support/kafka/witness.ts';
import { witnessedValues } from '../support/kafka/witnessed-stream.ts';
import { type Ending, killed, orderly, WorkerProcess } from '../support/kill-child.ts';
import { createTopics, demanded, writtenAs } from '../support/kill-outcome.ts';
import { soundReadings, Traffic } from '../support/kill-traffic.ts';
import { openPlace, type Place } from '../support/place.ts';
import { Random } from '../support/random.ts';

const storm_ms = Number(process.env['MILLRACE_STORM_SECONDS'] ?? 20) * 1_000;
const deadline_ms = 300_000;
const seed = Number(process.env['MILLRACE_SEED'] ?? 11);
/** Of the application: both share the tasks, each in its own group. */
const groups = ['by-site', 'count-sites'];

describe.skipIf(noBroker)('worker processes', () => {
  let data: string;
  let prefix: string;
  let ports: Ports;
  let traffic: Traffic;
  let deadline: AbortSignal;
  let workers: WorkerProcess[];

  /** The shortest session that brokers take, unless a test says otherwise. */
  const place = (name: string, session_ms = 6_000): Place => ({
    data,
    state: join(data, name),
    shared: true,
    transport: 'kafka',
    documents: 'sqlite',
    kafka: kafkaSection.parse({ brokers, tls: {}, sasl: {}, sessionTimeout_ms: session_ms, heartbeatInterval_ms: 300 }),
    prefix,
  });

  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), 'millrace-workers-'));
    prefix = `${unique('workers')}-`;
    ports = await openPlace(place('test'));
    await createTopics(ports);
    traffic = new Traffic(ports.transport, new Random(seed));
    deadline = AbortSignal.timeout(deadline_ms);
    workers = [];
  });
  afterEach(async () => {
    for (const worker of workers) worker.kill();
    await Promise.all(workers.map(({ ended }) => ended));
    await ports[Symbol.asyncDispose]();
    rmSync(data, { recursive: true });
  });

  function start(name: string, session_ms?: number): WorkerProcess {
    const worker = new WorkerProcess(place(name, session_ms), 'live', deadline);
    worker.lines.resume();
    workers.push(worker);
    return worker;
  }

  /** How many members each group has, once it stands; as Kafka's own tools see it. */
  const members = async (): Promise<number[]> => {
    const described = await administer(brokers, admin => admin.describeGroups(groups.map(name => prefix + name)));
    return described.groups.map(({ state, members: all }) => (state === 'Stable' ? all.length : -1));
  };
  const membersAre = (count: number): Promise<void> =>
    eventually(async () => (await members()).every(found => found === count), `${count} members`);

  /** Everything that was sent has gone through, and nothing is lost or doubled: as kafkajs counts it. */
  async function counted(): Promise<void> {
    const sound = soundReadings(traffic.sent).length;
    const topic = prefix + siteCounts.name;
    await eventually(
      async () => (await witnessedValues(brokers, topic, siteCounts)).length >= sound,
      `${sound} readings counted`,
      deadline_ms,
    );
    const outcome = writtenAs(stream => witnessedValues(brokers, prefix + stream.name, stream), ports.documents);
    expect(await outcome).toEqual(demanded(traffic.sent));
  }

  function stopped(...all: readonly WorkerProcess[]): Promise<Ending[]> {
    for (const worker of all) worker.stop();
    return Promise.all(all.map(({ ended }) => ended));
  }

  test('one that is killed is followed by the other, once its session has ended', async () => {
    const [first, second] = [start('a'), start('b')];
    await membersAre(2);
    await traffic.send(200);
    await counted();
    first.kill();
    await traffic.send(200);
    await counted();
    await membersAre(1);
    expect(await stopped(second)).toEqual([orderly]);
  });

  test('one that is killed and started again has its tasks at once: nobody waits for its former life', async () => {
    const beyondTheTest_ms = 1_000_000;
    const first = start('a', beyondTheTest_ms);
    await membersAre(1);
    await traffic.send(100);
    await counted();
    first.kill();
    await first.ended;
    const again = start('a', beyondTheTest_ms);
    await again.said('restored');
    await traffic.send(100);
    await counted();
    expect(await stopped(again)).toEqual([orderly]);
  });

  test('one that is frozen past its session and goes on changes nothing, and takes its part again', async () => {
    const [zombie, other] = [start('a'), start('b')];
    await membersAre(2);
    await traffic.send(200);
    await counted();
    process.kill(zombie.pid, 'SIGSTOP');
    await membersAre(1);
    await traffic.send(200);
    await counted();
    zombie.thaw();
    await traffic.send(200);
    await counted();
    await membersAre(2);
    await traffic.send(200);
    await counted();
    expect(await stopped(zombie, other)).toEqual([orderly, orderly]);
  });

  test(`while workers come and go for ${storm_ms / 1_000} s under load nothing is lost or doubled (MILLRACE_SEED=${seed})`, async () => {
    const random = new Random(seed);
    const running = new Map([['w0', start('w0')]]);
    const until = performance.now() + storm_ms;
    const toll = { started: 1, stopped: 0, killed: 0 };
    while (performance.now() < until || Math.min(toll.stopped, toll.killed) === 0) {
      await traffic.send(random.between(20, 200));
      const name = `w${random.below(4)}`;
      const worker = running.get(name);
      if (worker === undefined) {
        running.set(name, start(name));
        toll.started++;
        continue;
      }
      const dies = toll.killed <= toll.stopped / 3;
      if (running.size === 1 || random.chance(0.5)) continue;
      running.delete(name);
      if (dies) worker.kill();
      else worker.stop();
      toll[dies ? 'killed' : 'stopped']++;
      const ending = await worker.ended;
      expect(ending).toEqual(dies ? killed : orderly);
    }
    await counted();
    process.stdout.write(`storm: ${JSON.stringify({ ...toll, sent: traffic.sent.length })}\n`);
    expect(Math.min(toll.stopped, toll.killed)).toBeGreaterThan(0);
    expect(await stopped(...running.values())).toEqual([...running].map(() => orderly));
  });
});
