/** `npm run demo:crash`, smaller: what it promises on the terminal and to scripts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';

const script = resolve(import.meta.dirname, '../../scripts/demo-crash.ts');
const deadline_ms = 8 * 60_000;
const Result = z.object({
  same: z.boolean(),
  wrong: z.array(z.string()),
  undisturbed: z.object({ modelHash: z.string(), lost: z.number(), doubled: z.number(), learnt: z.number() }),
  killed: z.object({ modelHash: z.string(), sent: z.number() }),
  deaths: z.array(z.object({ kill: z.number() })),
});

async function demo(...flags: string[]) {
  const child = spawn(process.execPath, [script, ...flags], { timeout: deadline_ms, killSignal: 'SIGTERM' });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}

test('three kills change nothing: the table says so, and the exit code is 0', async () => {
  const { code, stdout, stderr } = await demo('--kills', '3', '--ratings', '90', '--seed', '7');
  expect(stderr).toContain('seed 7');
  expect(stderr.match(/^killed \d\/3: /gm)).toEqual(['killed 1/3: ', 'killed 2/3: ', 'killed 3/3: ']);
  expect(stdout).not.toContain('WRONG');
  expect(stdout).toMatch(/undisturbed +killed 3 times/);
  expect(stdout).toMatch(/events lost +0 +0 +ok/);
  expect(stdout).toMatch(/events doubled +0 +0 +ok/);
  expect(stdout).toMatch(/model hash +([0-9a-f]+) +\1 +ok/);
  expect(stdout).toMatch(/3 kills, \d of them in the middle of an epoch, changed nothing/);
  expect(code).toBe(0);
  const [, folder = ''] = /^in (\S+)$/m.exec(stderr) ?? [];
  expect(folder).toContain('millrace-demo-');
  expect(existsSync(folder)).toBe(false);
});

test('for scripts there is one object on standard output', async () => {
  const { code, stdout } = await demo('--kills', '1', '--ratings', '30', '--json');
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  const result = Result.parse(JSON.parse(stdout));
  expect(result).toMatchObject({ same: true, wrong: [], deaths: [{ kill: 1 }], undisturbed: { lost: 0, doubled: 0 } });
  expect(result.killed.modelHash).toBe(result.undisturbed.modelHash);
  expect(result.killed.sent).toBe(result.undisturbed.learnt);
  expect(code).toBe(0);
});

test.each([
  [['--kills', 'many'], /--kills is 'many': give a whole number from 0/],
  [['--kills', '9', '--ratings', '8'], /every kill has a round of its own/],
  [['--kill', '9'], /--kill/],
])('%j is a misuse', async (flags, says) => {
  const { code, stdout, stderr } = await demo(...flags);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(says);
});
