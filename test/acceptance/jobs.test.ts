/** Daily jobs, started twice: real processes on one folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { openEmbedded, type Ports } from '../../src/app/compose.ts';
import { systemClock } from '../../src/engine/clock.ts';
import { Leases } from '../../src/recommender/leases/lease.ts';
import { minutes } from '../../src/stream/time.ts';
import { json, millrace, started } from '../support/cli.ts';
import { importedFilms } from '../browser/films.ts';

const deadline_ms = 180_000;
let films: ReturnType<typeof importedFilms>;
let folder: string;

beforeEach(async () => {
  films = importedFilms();
  folder = mkdtempSync(join(tmpdir(), 'millrace-jobs-'));
  await json('run', '--until-caught-up', '--data', films.data);
});
afterEach(() => {
  films.remove();
  rmSync(folder, { recursive: true });
});

const leaseIn = async (ports: Ports) => (await ports.documents.get(jobLease('score')))?.body['owner'];
const jobLease = (id: string) => ({ collection: 'leases', partition: 'jobs', id });

/** One that has taken its turn, and is frozen in the middle of it. Where it was quicker than we are, another one. */
async function frozen(out: string) {
  await using ports = await openEmbedded(films.data);
  const signal = AbortSignal.timeout(deadline_ms);
  while (!signal.aborted) {
    const first = started('score', '--data', films.data, '--to-documents', '--out', join(folder, out));
    const isOver = first.ended.then(() => true);
    const hasBegun = async (): Promise<boolean> => typeof (await leaseIn(ports)) === 'string';
    while (!(await hasBegun())) if (await Promise.race([isOver, systemClock.turn()])) break;
    first.child.kill('SIGSTOP');
    if (await hasBegun()) return first;
    first.child.kill('SIGCONT');
    expect(await first.ended).toMatchObject({ code: 0 });
  }
  throw new Error('None could be frozen');
}

test('`score` is refused while another process is at work, and names it', async () => {
  await using ports = await openEmbedded(films.data);
  const leases = new Leases({
    documents: ports.documents,
    clock: systemClock,
    feed: 'jobs',
    owner: 'elsewhere:7',
    duration: minutes(30),
    state: z.object({}),
    first: {},
  });
  const held = await leases.take('score', undefined);
  const second = await millrace('score', '--data', films.data, '--to-documents');
  expect(second).toMatchObject({ code: 1, stdout: '' });
  expect(second.stderr).toContain('JOB_RUNNING');
  expect(second.stderr).toContain('elsewhere:7');
  await leases.release(held);
  expect(await json('score', '--data', films.data, '--to-documents')).toMatchObject({ lists: 30 });
});

test('one that sleeps in its turn, and in whose place nobody has begun, ends as if awake', async () => {
  const first = await frozen('first.csv');
  {
    await using ports = await openEmbedded(films.data);
    expect(await leaseIn(ports)).toContain(`:${first.child.pid}`);
  }
  first.child.kill('SIGCONT');
  expect(await first.ended).toMatchObject({ code: 0 });
});

test('one that died is waited for, and the next does all of it', async () => {
  const first = await frozen('first.csv');
  const second = started('score', '--data', films.data, '--to-documents', '--wait');
  first.child.kill('SIGKILL');
  await first.ended;
  expect(await second.ended).toMatchObject({ code: 0 });
  await using ports = await openEmbedded(films.data);
  expect(await ports.documents.list({ collection: 'scores', limit: 100 })).toHaveLength(30);
});

test('`score` and `retrain` beside a stream that goes on; a second `retrain` is refused while the first is open', async () => {
  const running = started('run', '--data', films.data);
  const outcomes = await Promise.all([
    millrace('retrain', '--data', films.data, '--wait'),
    millrace('retrain', '--data', films.data, '--wait'),
    millrace('score', '--data', films.data, '--to-documents'),
  ]);
  const [one, other, scored] = outcomes;
  expect(scored.code).toBe(0);
  expect([one.code, other.code]).toContain(0);
  // Asked for once the first was answered, the second is a retrain of its own.
  const refused = [one, other].filter(({ code }) => code !== 0);
  expect(refused.every(({ stderr }) => stderr.includes('COMMAND_PENDING'))).toBe(true);
  expect((await running.stop()).code).toBe(0);
});
