import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEmbedded } from '../../../src/app/compose.ts';
import { WorkerProcess } from '../../support/kill-child.ts';
import { createTopics, expectUndisturbed } from '../../support/kill-outcome.ts';
import { Traffic } from '../../support/kill-traffic.ts';
import { Random } from '../../support/random.ts';

const kills = 20;
const deadline_ms = 90_000;
let data: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'millrace-kill-'));
});
afterEach(() => rmSync(data, { recursive: true }));

const seed = Number(process.env['MILLRACE_SEED'] ?? Date.now() % 1_000_000);

test(`a process killed ${kills} times at random moments loses nothing and doubles nothing (MILLRACE_SEED=${seed})`, async () => {
  const random = new Random(seed);
  const deadline = AbortSignal.timeout(deadline_ms);
  await using ports = await openEmbedded(data);
  await createTopics(ports);
  const traffic = new Traffic(ports.transport, random);
  for (let kill = 0; kill < kills; kill++) {
    await traffic.send(random.between(1, 40));
    const child = new WorkerProcess(data, 'live', deadline);
    await liveUntil(child, random.between(1, 300), () => traffic.send(random.between(1, 40)));
    child.kill();
    expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL', complaint: '' });
  }
  const last = new WorkerProcess(data, 'drain', deadline);
  expect(await last.ended).toEqual({ code: 0, signal: null, complaint: '' });
  await expectUndisturbed(ports, traffic.sent);
});

/** Lets the child say so many lines; each epoch that it commits is answered with more events, so that it goes on. */
async function liveUntil(child: WorkerProcess, lines: number, more: () => Promise<void>): Promise<void> {
  let said = 0;
  for await (const line of child.lines) {
    if (++said >= lines) return;
    if (line.endsWith('checkpoint after')) await more();
  }
}
