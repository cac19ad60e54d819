/**
 * v0.1.0, as it was published, replaced process by process by this release, on one folder and under load. It knew no
 * groups: what its processes divide among them are topologies, each in one.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPorts, type Ports } from '../../src/app/compose.ts';
import type { StoredDocument } from '../../src/documents/port.ts';
import { json } from '../support/cli.ts';
import { eventually } from '../support/kafka/eventually.ts';
import { newFolder, ours, Running, unpacked } from '../support/released.ts';

const limit_ms = 12 * 60_000;
const waits_ms = 3 * 60_000;
/** Who reads comes before who writes: see docs/OPERATIONS.md. */
const parts = [['recommend'], ['trends', 'leaders'], ['intake', 'catalogue'], ['train']] as const;
/** Is killed and does not end its epoch: the next release ends it. */
const killed = 'intake';
const atFirst = 600;
const orderly = { code: 0 };

let folder: string;
let data: string;
let former: string;
const running: Running[] = [];
const flags = () => ['--data', data, '--seed', '7', '--cut-every', '200'];

beforeAll(async () => {
  folder = newFolder();
  data = join(folder, 'data');
  former = await unpacked('0.1.0', folder);
}, limit_ms);
afterAll(async () => {
  await Promise.all(running.map(process => process.stop('SIGKILL')));
  rmSync(folder, { recursive: true });
});

function start(command: string, ...given: readonly string[]): Running {
  const process = new Running(command, ...given);
  running.push(process);
  return process;
}

/** How far a topology has read what it reads, by what it has told the log. */
async function read({ transport }: Ports, topology: string): Promise<number> {
  return (await transport.committed(topology)).reduce((sum, { offset }) => sum + offset, 0);
}

const readsOn = (ports: Ports, topology: string, from: number): Promise<void> =>
  eventually(async () => (await read(ports, topology)) > from, `${topology} to read on from ${from}`, waits_ms);

async function documents(collection: string, namespace: string): Promise<Map<string, StoredDocument>> {
  await using ports = await openPorts({ data, transport: 'embedded', documents: 'sqlite', namespace });
  const found = await ports.documents.list({ collection, after: undefined, limit: 10_000 });
  return new Map(found.map(document => [`${document.partition} ${document.id}`, document]));
}

/** What the documents of a collection say, of both namespaces, but for what depends on where the model was cut. */
async function sameIn(collection: string, fields?: readonly string[]): Promise<number> {
  const [main, anew] = [await documents(collection, 'main'), await documents(collection, 'anew')];
  const bodies = (all: ReadonlyMap<string, StoredDocument>) =>
    Object.fromEntries(
      [...all].map(([id, { body }]) => [
        id,
        fields === undefined
          ? body
          : Object.fromEntries(Object.entries(body).filter(([name]) => fields.includes(name))),
      ]),
    );
  expect({ collection, ...bodies(main) }).toEqual({ collection, ...bodies(anew) });
  return main.size;
}

test(
  'each topology of v0.1.0 goes on in this release while the others still run there: nothing is lost or learnt twice',
  { timeout: limit_ms },
  async () => {
    const first = await start(
      former,
      'generate',
      '--data',
      data,
      '--seed',
      '7',
      '--count',
      String(atFirst),
      '--rate',
      '0',
    ).ended;
    expect(first).toMatchObject(orderly);
    await using ports = await openPorts({ data, transport: 'embedded', documents: 'sqlite' });
    const processes = new Map(parts.map(names => [names, start(former, 'run', ...names, ...flags())]));
    for (const [name] of parts) await readsOn(ports, name, 0);
    // Both releases write, too, until the last process is replaced.
    const writers = [former, ours].map((command, n) =>
      start(command, 'generate', '--data', data, '--seed', String(8 + n), '--rate', '20'),
    );
    for (const names of parts) {
      const [name] = names;
      const told = await processes.get(names)?.stop(name === killed ? 'SIGKILL' : 'SIGTERM');
      expect(told).toMatchObject(name === killed ? { code: null } : orderly);
      const at = await read(ports, name);
      processes.set(names, start(ours, 'run', ...names, ...flags()));
      await readsOn(ports, name, at);
    }
    let sent = atFirst;
    for (const writer of writers) {
      const ended = await writer.stop();
      expect(ended).toMatchObject(orderly);
      const [, written = '0'] = /^(\d+) ratings in /m.exec(ended.stdout) ?? [];
      expect(Number(written)).toBeGreaterThan(0);
      sent += Number(written);
    }
    for (const process of processes.values()) expect(await process.stop()).toMatchObject(orderly);
    const outcome = await json('run', '--until-caught-up', ...flags());
    expect(outcome).toMatchObject({ accepted: sent, deadLetters: 0 });

    // An undisturbed run of this release over the same log.
    await json('replay', '--into', 'anew', ...flags());
    expect(await sameIn('aggregates')).toBeGreaterThan(100);
    expect(await sameIn('profiles', ['userId', 'count', 'items'])).toBeGreaterThan(20);
    expect(await sameIn('userVectors', ['id', 'events'])).toBeGreaterThan(20);
    expect(await sameIn('itemVectors', ['id', 'events'])).toBeGreaterThan(100);
  },
);

test(
  'after an epoch of this release v0.1.0 refuses the state and changes nothing: this one goes on',
  { timeout: limit_ms },
  async () => {
    const before = await json('run', '--until-caught-up', ...flags());
    const { code, stderr } = await start(former, 'run', '--until-caught-up', ...flags()).ended;
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Run the release that wrote it'),
    });
    // What is no state of a task it reads and writes all the same.
    const written = await start(former, 'generate', '--data', data, '--seed', '10', '--count', '20', '--rate', '0')
      .ended;
    expect(written).toMatchObject(orderly);
    const after = await json('run', '--until-caught-up', ...flags());
    expect(after).toMatchObject({ records: 20, accepted: Number(before['accepted']) + 20, deadLetters: 0 });
  },
);
