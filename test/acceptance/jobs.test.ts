/** Daily jobs, started twice: real processes on one folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openEmbedded } from '../../src/app/compose.ts';
import { json, millrace, started } from '../support/cli.ts';
import { importedFilms } from '../browser/films.ts';

const deadline_ms = 30_000;
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

/** One that has taken its turn, and is frozen in the middle of it. */
async function frozen(out: string) {
  const first = started('score', '--data', films.data, '--to-documents', '--out', join(folder, out));
  await using ports = await openEmbedded(films.data);
  await vi.waitUntil(
    async () => {
      const lease = await ports.documents.get({ collection: 'leases', partition: 'jobs', id: 'score' });
      return typeof lease?.body['owner'] === 'string';
    },
    { timeout: deadline_ms, interval: 1 },
  );
  first.child.kill('SIGSTOP');
  return first;
}

test('a second `score` is refused while the first is at work, and names it; the first ends as if alone', async () => {
  const first = await frozen('first.csv');
  const second = await millrace('score', '--data', films.data, '--to-documents');
  expect(second).toMatchObject({ code: 1, stdout: '' });
  expect(second.stderr).toContain('JOB_RUNNING');
  expect(second.stderr).toContain(`:${first.child.pid}`);
  first.child.kill('SIGCONT');
  expect(await first.ended).toMatchObject({ code: 0 });
  expect(await json('score', '--data', films.data, '--to-documents')).toMatchObject({ lists: 30 });
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
