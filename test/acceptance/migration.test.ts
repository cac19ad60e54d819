/** Documents, journals and checkpoints that begin anew elsewhere over the same log: what is served is computed, not copied. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPorts } from '../../src/app/compose.ts';
import { json, millrace } from '../support/cli.ts';

const limit_ms = 10 * 60_000;
const sent = 400;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-migration-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function trendsIn(data: string, namespace?: string): Promise<Record<string, unknown>> {
  const settings = { data, transport: 'embedded', documents: 'sqlite' } as const;
  await using ports = await openPorts({ ...settings, ...(namespace === undefined ? {} : { namespace }) });
  const found = await ports.documents.list({ collection: 'aggregates', after: undefined, limit: 10_000 });
  return Object.fromEntries(found.map(({ partition, id, body }) => [`${partition} ${id}`, body]));
}

test(
  'a log whose documents begin anew elsewhere is replayed there, switched in, and goes on',
  { timeout: limit_ms },
  async () => {
    const [here, there] = [join(folder, 'here'), join(folder, 'there')];
    await millrace('generate', '--data', here, '--seed', '3', '--count', String(sent), '--rate', '0');
    const before = await json('run', '--until-caught-up', '--data', here);
    expect(before).toMatchObject({ accepted: sent });
    const trends = await trendsIn(here);
    expect(Object.keys(trends).length).toBeGreaterThan(50);

    mkdirSync(there);
    for (const name of ['log.db', 'schemas']) cpSync(join(here, name), join(there, name), { recursive: true });
    await json('replay', '--into', 'moved', '--data', there);
    expect(await millrace('replay', 'switch', 'moved', '--data', there)).toMatchObject({ code: 0 });
    expect(await trendsIn(there, 'moved')).toEqual(trends);

    await millrace('generate', '--data', there, '--seed', '4', '--count', '50', '--rate', '0');
    expect(await json('run', '--until-caught-up', '--data', there)).toMatchObject({
      accepted: sent + 50,
      deadLetters: 0,
    });
  },
);
