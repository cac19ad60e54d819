import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEmbedded } from '../../../src/app/compose.ts';
import { killed, orderly, WorkerProcess } from '../../support/kill-child.ts';
import { createTopics, demanded, written } from '../../support/kill-outcome.ts';
import { Traffic } from '../../support/kill-traffic.ts';
import { Random } from '../../support/random.ts';

const kills = 20;
const deadline_ms = 240_000;
const seed = Number(process.env['MILLRACE_SEED'] ?? 1);
let data: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'millrace-kill-'));
});
afterEach(() => rmSync(data, { recursive: true }));

test(`a process killed ${kills} times at random moments loses nothing and doubles nothing (MILLRACE_SEED=${seed})`, async () => {
  const random = new Random(seed);
  const deadline = AbortSignal.timeout(deadline_ms);
  await using ports = await openEmbedded(data);
  await createTopics(ports);
  const traffic = new Traffic(ports.transport, random);
  for (let kill = 0; kill < kills; kill++) {
    await traffic.send(random.between(1, 40));
    const child = new WorkerProcess(data, 'live', deadline);
    await liveUntil(child, random.between(1, 120), () => traffic.send(random.between(1, 40)));
    child.kill();
    expect(await child.ended).toEqual(killed);
    if (random.chance(0.2)) loseState();
  }
  await expectDrained(deadline);
  expect(await written(ports)).toEqual(demanded(traffic.sent));
});

test(`a process stopped in the middle of a backlog goes on where it was (MILLRACE_SEED=${seed})`, async () => {
  const deadline = AbortSignal.timeout(deadline_ms);
  await using ports = await openEmbedded(data);
  await createTopics(ports);
  const traffic = new Traffic(ports.transport, new Random(seed));
  for (let start = 0; start < 3; start++) {
    await traffic.send(300);
    const child = new WorkerProcess(data, 'live', deadline);
    await liveUntil(child, 50, () => Promise.resolve());
    child.stop();
    expect(await child.ended).toEqual(orderly);
  }
  await expectDrained(deadline);
  expect(await written(ports)).toEqual(demanded(traffic.sent));
});

/** Lets the child say so many lines; each epoch that it commits is answered with more events, so that it goes on. */
async function liveUntil(child: WorkerProcess, lines: number, more: () => Promise<void>): Promise<void> {
  let said = 0;
  for await (const line of child.lines) {
    if (++said >= lines) return;
    if (line.endsWith('checkpoint after')) await more();
  }
}

/** The next process is on another machine: it has snapshots and journal, but no local checkpoint. */
function loseState(): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(data, `state.db${suffix}`), { force: true });
}

async function expectDrained(deadline: AbortSignal): Promise<void> {
  const last = new WorkerProcess(data, 'drain', deadline);
  last.lines.resume();
  expect(await last.ended).toEqual(orderly);
}
