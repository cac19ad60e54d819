import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { topologies } from '../../../examples/sensor-counts.ts';
import { openEmbedded } from '../../../src/app/compose.ts';
import { steps } from '../../../src/engine/epoch.ts';
import { killed, orderly, WorkerProcess } from '../../support/kill-child.ts';
import { createTopics, expectUndisturbed } from '../../support/kill-outcome.ts';
import { dying } from '../../support/kill-switch.ts';
import { type SentEvent, Traffic } from '../../support/kill-traffic.ts';
import { Random } from '../../support/random.ts';

const deadline_ms = 20_000;
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

describe.each(topologies.map(({ name }) => name))('a process killed in an epoch of %s', topology => {
  test.each(steps.flatMap(step => moments.map(moment => [moment, step.name])))('%s the step %s', (moment, step) =>
    expectHarmless(`${topology}.${step}:${moment}`),
  );
});

describe('a process killed inside of a step', () => {
  test.each([
    ['between the documents of two keys', 'nextDocument:before'],
    ['between the documents and the records', 'append:before'],
    ['between the records of two partitions', 'nextAppend:before'],
    ['in the transaction of a checkpoint', 'stateChange:after'],
    ['before it has taken over all of its tasks', 'takeFence:before'],
    ['before it replaces the plan of a record that fails', 'journalAmend:before'],
    ['once it has replaced the plan of a record that fails', 'journalAmend:after'],
    ['before it commits offsets for lag tools', 'commit:before'],
  ])('%s', (_, point) => expectHarmless(point));
});

/** Killed in the middle of the work, killed again by its successor at the same point, and then let go on. */
async function expectHarmless(point: string): Promise<void> {
  const data = join(folder, point.replace(':', '-'));
  cpSync(join(folder, 'backlog'), data, { recursive: true });
  await expectDeath(data, `${point}:3`);
  await expectDeath(data, `${point}:1`);
  await expectDrained(data);
  await using ports = await openEmbedded(data);
  await expectUndisturbed(ports, sent);
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
