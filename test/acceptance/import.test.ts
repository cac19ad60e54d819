/** A data set of one's own: imported, run, and asked about, as the README tells it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const main = resolve(import.meta.dirname, '../../src/cli/main.ts');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-import-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function millrace(...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise(done => {
    execFile(process.execPath, [main, ...flags], (error, stdout, stderr) =>
      done({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr }),
    );
  });
}

function resultOf({ stdout }: { stdout: string }): Record<string, unknown> {
  const result: Record<string, unknown> = JSON.parse(stdout);
  return result;
}

function ratingsFile(): string {
  const lines = Array.from(
    { length: 120 },
    (_, n) => `u${n % 10},i${(n * 7) % 30},${1 + (n % 5)},${1_500_000_000 + n}`,
  );
  const file = join(folder, 'ratings.csv');
  writeFileSync(file, ['userId,itemId,rating,timestamp', ...lines, 'u1,i1,nonsense,1500000000', ''].join('\n'));
  return file;
}

test('a CSV is imported, its bad line is named and counted, and a run learns the rest', async () => {
  const data = join(folder, 'data');
  const imported = await millrace('import', 'csv', ratingsFile(), '--data', data, '--json');
  expect(imported).toMatchObject({ code: 0, stderr: expect.stringContaining('ratings.csv:122') });
  expect(JSON.parse(imported.stdout)).toMatchObject({ ratings: 120, rejected: 1 });
  const ran = await millrace('run', '--until-caught-up', '--data', data, '--json');
  expect(JSON.parse(ran.stdout)).toMatchObject({ accepted: 120, deadLetters: 0, modelVersion: '1.0' });
});

test('the same import again changes nothing that counts: its events have the same ids', async () => {
  const [once, twice] = [join(folder, 'once'), join(folder, 'twice')];
  const file = ratingsFile();
  for (const data of [once, twice, twice]) await millrace('import', 'csv', file, '--data', data, '--json');
  const [first = {}, second] = await Promise.all(
    [once, twice].map(async data => resultOf(await millrace('run', '--until-caught-up', '--data', data, '--json'))),
  );
  expect(second).toMatchObject({
    accepted: 120,
    modelHash: first['modelHash'],
    recommendationsHash: first['recommendationsHash'],
  });
});

test('a file that is not there is a failure in one line, a data set of no kind is misuse', async () => {
  const missing = await millrace('import', 'csv', join(folder, 'nowhere.csv'), '--data', join(folder, 'data'));
  expect(missing).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^millrace: [A-Z_]+: .*nowhere\.csv.*\n$/),
  });
  expect(await millrace('import', 'xml', 'x')).toMatchObject({ code: 2 });
});
