/** What the table of scenarios says of Kafka Streams is what Kafka Streams does. */
import { cp, glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/results.ts';
import { run } from '../../scripts/run.ts';
import { answer } from '../support/kafka/programs.ts';

const scenarios = join(root, 'test/streams');
const missing = (await answer('mvn', '--version')) === undefined;

test.skipIf(missing)('the scenarios say of Kafka Streams what it does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-streams-'));
  try {
    for await (const file of glob('*.json', { cwd: scenarios })) await cp(join(scenarios, file), join(folder, file));
    const given = [join(root, 'scripts/streams.ts'), folder];
    const { status, output } = await run({ command: process.execPath, given, folder: root, limit_ms: 5 * 60_000 });
    expect(output).toBe('');
    expect(status).toBe(0);
    for await (const file of glob('*.json', { cwd: scenarios })) {
      expect(await readFile(join(folder, file), 'utf8')).toBe(await readFile(join(scenarios, file), 'utf8'));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
