import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { topologies } from '../../../examples/sensor-counts.ts';
import { openEmbedded } from '../../../src/app/compose.ts';
import { steps } from '../../../src/engine/epoch.ts';
import { killed, orderly, WorkerProcess } from '../../support/kill-child.ts';
import { createTopics, demanded, written } from '../../support/kill-outcome.ts';
import { dying } from '../../support/kill-switch.ts';
import { type SentEvent, Traffic } from '../../support/kill-traffic.ts';
import { Random } from '../../support/random.ts';

const deadline_ms = 180_000;
const moments = ['before', 'after'] as const;
let folder: string;
let sent: readonly SentEvent[];

/** A log with a backlog of many epochs, and nothing done yet: every test begins with a copy of it. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-points-'));
  await using ports = await openEmbedded(join(folder, 'backlog'));
  await createTopics(ports);
  const traffic = new Traffic(ports.transport, new Random(5));
  await traffic.send(300);
  sent = traffic.sent;
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.concurrent.each(topologies.map(({ name }) => name))('a process killed in an epoch of %s', topology => {
  test.each(steps.flatMap(step => moments.map(moment => [moment, step.name])))(
    '%s the step %s',
    async (moment, step) => {
      expect(await afterDeathsAt(`${topology}.${step}:${moment}`, 4)).toEqual(demanded(sent));
    },
  );
});

/** How often a point is passed in about two epochs of each task: before that there is no checkpoint to fall back to. */
describe.concurrent('a process killed inside of a step', () => {
  test.each([
    ['between the documents of two keys', 'nextDocument:before', 20],
    ['between the documents and the records', 'append:before', 8],
    ['between the records of two partitions', 'nextAppend:before', 12],
    ['in the transaction of a checkpoint', 'stateChange:after', 20],
    ['before it has taken over all of its tasks', 'takeFence:before', 3],
    ['before it replaces the plan of a record that fails', 'journalAmend:before', 2],
    ['once it has replaced the plan of a record that fails', 'journalAmend:after', 2],
    ['before it commits offsets for lag tools', 'commit:before', 2],
  ])('%s', async (_, point, passes) => {
    expect(await afterDeathsAt(point, passes)).toEqual(demanded(sent));
  });
});

/** What is there after a process was killed, its successor too at the same point, and a third one went on. */
async function afterDeathsAt(point: string, passes: number): Promise<object> {
  const data = join(folder, point.replace(':', '-'));
  cpSync(join(folder, 'backlog'), data, { recursive: true });
  await expectDeath(data, `${point}:${passes}`);
  await expectDeath(data, `${point}:1`);
  await expectDrained(data);
  await using ports = await openEmbedded(data);
  return await written(ports);
}

async function expectDeath(data: string, kill: string): Promise<void> {
  const child = new WorkerProcess(data, 'live', AbortSignal.timeout(deadline_ms), kill);
  let last = '';
  for await (const line of child.lines) last = line;
  expect(await child.ended).toEqual(killed);
  expect(last).toBe(dying);
}

async function expectDrained(data: string): Promise<void> {
  const child = new WorkerProcess(data, 'drain', AbortSignal.timeout(deadline_ms));
  child.lines.resume();
  expect(await child.ended).toEqual(orderly);
}
