import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyCheckout } from '../../scripts/checkout.ts';
import { root } from '../../scripts/results.ts';
import { run } from '../../scripts/run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-npm-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function must(command: string, given: readonly string[], where: string): Promise<string> {
  const { status, output } = await run({ command, given, folder: where, limit_ms: 4 * 60_000 });
  if (status !== 0) throw new Error(`${command} ${given.join(' ')} ended with ${status}:\n${output}`);
  return output;
}

// The older runs install scripts of dependencies unless told not to, the newer one only those that package.json allows.
test.for(['11', '12'])(
  'npm %s installs the repository from its lock file, Node 24 included, and builds it',
  async version => {
    const tool = join(folder, 'tool');
    const checkout = join(folder, 'checkout');
    for (const path of [tool, checkout]) await mkdir(path);
    const quietly = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
    await must('npm', ['install', '--prefix', tool, ...quietly, `npm@${version}`], tool);
    await copyCheckout(root, checkout);

    const npm = join(tool, 'node_modules/npm/bin/npm-cli.js');
    expect(await must('node', [npm, '--version'], checkout)).toMatch(new RegExp(`^${version}\\.`));
    await must('node', [npm, 'ci', ...quietly], checkout);

    expect(await must(join(checkout, 'node_modules/.bin/node'), ['--version'], checkout)).toMatch(/^v24\./);
    const help = await must('node', [npm, 'run', '--silent', 'millrace', '--', '--help'], checkout);
    expect(help).toContain('Usage: millrace');
    expect(await must('node', ['bin/millrace.cjs', '--help'], checkout)).toContain('Usage: millrace');
  },
);
