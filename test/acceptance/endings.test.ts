/** How a command ends before it has done everything: stopped by a signal, or by what fails beside its engine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { readings } from '../../examples/sensor-counts.ts';
import { openEmbedded } from '../../src/app/compose.ts';
import { appendFromOutside, type OutsideRecord, recordOf, recordOfBytes } from '../../src/stream/outside.ts';
import { modelVersions, ratings } from '../../topologies/streams.ts';
import { json, millrace, started } from '../support/cli.ts';
import { listening } from '../support/listening.ts';
import { rating } from '../topologies/events.ts';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'millrace-endings-'));
});
afterEach(() => rmSync(data, { recursive: true }));

const app = resolve(import.meta.dirname, '../../examples/sensor-counts.ts');
const run = (...flags: string[]): string[] => ['run', '--app', app, '--data', data, ...flags];

/** What is known of a run without reading the log. */
const figures = { epochs: expect.any(Number), seconds: expect.any(Number), recordsPerSecond: expect.any(Number) };

async function append(topic: string, records: readonly OutsideRecord[]): Promise<void> {
  await using ports = await openEmbedded(data);
  if (!(await ports.transport.topics()).some(there => there.topic === topic))
    await ports.transport.createTopic(topic, { partitions: 1 });
  await appendFromOutside(ports.transport, topic, records, Date.now());
}

const sent = Array.from({ length: 10 }, (_, id) => recordOf(readings, { id, sensor: 'roof/1', celsius: id, at: id }));

/** A process, and what it said, once it has ended: one that goes on is no reason to wait for longer than this. */
const ended_ms = 60_000;
async function ends({ child, ended }: ReturnType<typeof started>) {
  await expect.poll(() => child.exitCode, { timeout: ended_ms }).not.toBeNull();
  return ended;
}

/** How one ends that is told to stop once it has said so. */
async function stoppedAfter(event: string, ...flags: string[]) {
  const process = started(...flags);
  onTestFinished(() => void process.child.kill('SIGKILL'));
  await expect.poll(process.stderrSoFar).toContain(`"event":"${event}"`);
  process.child.kill('SIGTERM');
  return ends(process);
}

/** No task gets further: documents take nothing until the test is over. */
function withholdDocuments(): void {
  const documents = new DatabaseSync(join(data, 'documents.db'), { timeout: 20_000 });
  onTestFinished(() => documents.close());
  documents.exec('BEGIN IMMEDIATE');
}

test('a run that is stopped answers what it has done, and reads nothing of the log for it', async () => {
  await json(...run('--until-caught-up'));
  await append(readings.name, sent);
  // Nobody can read it; the application of the test does not try to.
  await append(modelVersions.name, [recordOfBytes('', Buffer.from('no version'))]);
  const { child, stop } = started(...run('--json'));
  onTestFinished(() => void child.kill('SIGKILL'));
  await expect.poll(async () => (await json('lag', '--app', app, '--data', data))['behind']).toBe(0);
  const { code, stdout } = await stop('SIGTERM');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ stopped: true, records: 10, orders: 0, ...figures });
  // Who waits for the end is told what stands in the log, which has to be read for it.
  expect(await millrace(...run('--until-caught-up'))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('UNREADABLE_RECORD'),
  });
});

test('a run until it has caught up says that it was stopped before, and ends as one that has failed', async () => {
  expect(await json(...run('--until-caught-up'))).toMatchObject({ stopped: false, records: 0, deadLetters: 0 });
  await append(readings.name, sent);
  withholdDocuments();
  const { code, stdout } = await stoppedAfter('task.waits', ...run('--until-caught-up', '--json'));
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual({ stopped: true, records: 0, orders: 0, ...figures });
});

test('a run whose port is taken ends in order, with that error', async () => {
  const port = String(await listening(createServer()));
  const process = started(...run('--port', port, '--json'));
  onTestFinished(() => void process.child.kill('SIGKILL'));
  const { code, stdout, stderr } = await ends(process);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'PORT_TAKEN' } });
  expect(stderr).not.toContain('engine.failed');
});

test('`start` that is stopped while it restores its tasks ends in order', async () => {
  await append(ratings.name, [recordOf(ratings, rating())]);
  await json('run', '--until-caught-up', '--data', data);
  withholdDocuments();
  const { code, stdout } = await stoppedAfter('task.waits', 'start', '--data', data, '--generate', '0');
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
});

test('a replay that follows and may not be switched in ends in order, with that error', async () => {
  await append(readings.name, sent);
  await json(...run('--until-caught-up'));
  const flags = ['--follow', '--switch', '--topology', 'by-site', '--app', app, '--data', data, '--json'];
  const process = started('replay', '--into', 'sites', ...flags);
  onTestFinished(() => void process.child.kill('SIGKILL'));
  const { code, stdout } = await ends(process);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'NOT_READY' } });
});
