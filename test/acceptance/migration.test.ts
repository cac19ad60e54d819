/** What moves elsewhere beside a log that stays: what is served is computed anew, orders are copied, state goes on. */
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPorts } from '../../src/app/compose.ts';
import { ratings } from '../../topologies/streams.ts';
import { equip } from '../drills/equipment.ts';
import { json, millrace, millraceWith } from '../support/cli.ts';
import { consumed } from '../support/consumer.ts';
import { inPorts, made, ordered, returned, said } from '../support/moves.ts';

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

test(
  'documents with orders move to Cosmos DB over the same log: nothing is told twice, and orders go on there',
  { timeout: limit_ms },
  async () => {
    await using equipment = await equip({ transport: 'embedded', documents: 'cosmos', snapshots: 'directory' });
    const data = join(folder, 'same-log');
    const before = { MILLRACE_DATA: data };
    const after = { ...before, MILLRACE_STATE: join(folder, 'same-log-state'), ...equipment.environmentOf(data) };
    await said(before, 'generate', '--seed', '8', '--count', String(sent), '--rate', '0');
    await inPorts(before, ({ documents }) => ordered(documents, 0, 30));
    await said(before, 'run', '--until-caught-up');
    const events = await inPorts(before, ({ transport }) => consumed(transport, ratings));
    expect(events).toHaveLength(sent + 30);

    const settings = join(folder, 'same-log.yaml');
    writeFileSync(settings, `data: ${data}\n`);
    await said(after, 'documents', 'create');
    expect(await said(after, 'documents', 'copy', '--from', settings)).toMatchObject({ orders: 30, told: 30 });
    await said(after, 'replay', '--into', 'moved');
    expect(await millraceWith(after, 'replay', 'switch', 'moved')).toMatchObject({ code: 0 });
    expect(await said(after, 'run', '--until-caught-up')).toMatchObject({ accepted: sent + 30, deadLetters: 0 });
    expect(await inPorts(after, ({ transport }) => consumed(transport, ratings))).toEqual(events);

    const back = await inPorts(after, ({ documents }) => returned(documents, 0, 30));
    expect(await said(after, 'run', '--until-caught-up')).toMatchObject({ accepted: sent + 30 + back, deadLetters: 0 });
  },
);

test(
  'snapshots move from a folder to Blob Storage on the same disks; the next loss of a disk is restored from there',
  { timeout: limit_ms },
  async () => {
    await using equipment = await equip({ transport: 'embedded', documents: 'sqlite', snapshots: 'blob' });
    const data = join(folder, 'snapshots');
    const before = { MILLRACE_DATA: data };
    const after = { ...before, ...equipment.environmentOf(data) };
    await said(before, 'generate', '--seed', '9', '--count', String(sent), '--rate', '0');
    const first = await said(before, 'run', '--until-caught-up');
    renameSync(join(data, 'snapshots'), join(folder, 'left-behind'));

    expect(made(await said(after, 'run', '--until-caught-up'))).toEqual(made(first));
    await said(after, 'generate', '--seed', '10', '--count', '50', '--rate', '0');
    const second = await said(after, 'run', '--until-caught-up');
    expect(second).toMatchObject({ accepted: sent + 50 });
    equipment.loseState(data);
    const { stdout, stderr } = await millraceWith(after, 'run', '--until-caught-up', '--json');
    const restored: Record<string, unknown> = JSON.parse(stdout);
    expect(made(restored)).toEqual(made(second));
    expect(stderr).toMatch(/"event":"task.restored".*"task":"train\/0"/);
  },
);
