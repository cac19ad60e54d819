/** docs/OPERATIONS.md, followed to the letter: its commands are run, and say what the page shows. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../scripts/results.ts';
import { run } from '../../scripts/run.ts';
import { main } from '../support/cli.ts';
import { blocksOf, patternOf } from '../support/markdown.ts';

const minute_ms = 60_000;
const blocks = blocksOf(await readFile(join(root, 'docs/OPERATIONS.md'), 'utf8'));
const steps = blocks.flatMap(({ language, text }, at) => {
  const next = blocks[at + 1];
  return language === 'sh' ? [{ commands: text, says: next?.language === 'text' ? next.text : '' }] : [];
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-operations-'));
  const command = join(folder, 'millrace');
  await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  await chmod(command, 0o755);
});
afterAll(() => rm(folder, { recursive: true }));

test('the page shows commands, and what they say', () => {
  expect(steps.length).toBeGreaterThan(5);
  expect(steps.every(({ says }) => says !== '')).toBe(true);
});

test.each(steps.map(step => [step.commands.trim().replaceAll('\n', '; '), step] as const))(
  '%s',
  async (_, { commands, says }) => {
    const script = `exec 2> errors.txt\nPATH="$PWD:$PATH"\n${commands}`;
    const what = { command: 'sh', given: ['-e', '-c', script], folder, limit_ms: minute_ms };
    const { status, output } = await run(what);
    expect([status, await readFile(join(folder, 'errors.txt'), 'utf8')]).toMatchObject([0, expect.anything()]);
    expect(output).toMatch(patternOf(says));
  },
);
