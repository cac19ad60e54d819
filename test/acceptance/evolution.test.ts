/** Somebody's application from release to release: told beforehand, taken up exactly, refused where it has to be, and computed anew over other partitions. */
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPorts } from '../../src/app/compose.ts';
import { recordOf, appendFromOutside } from '../../src/stream/outside.ts';
import type { Stream } from '../../src/stream/stream.ts';
import { json, millrace } from '../support/cli.ts';
import { installSources } from '../support/installed.ts';

interface Paid {
  readonly id: string;
  readonly what: string;
  readonly at: number;
}

const streams = `
import { schema, stream } from 'millrace';
export interface Paid { readonly id: string; readonly what: string; readonly at: number }
const fields = [{ name: 'id', type: 'string' }, { name: 'what', type: 'string' }, { name: 'at', type: 'double' }];
const of = (name: string, key: (value: Paid) => string) =>
  stream<Paid>(name, { schema: schema<Paid>({ type: 'record', name: 'Paid', fields }), key, time: ({ at }) => at });
export const orders = of('orders', ({ what }) => what);
export const payments = of('payments', ({ what }) => what);
export const ordersById = of('orders-by-id', ({ id }) => id);
export const paymentsById = of('payments-by-id', ({ id }) => id);
`;

/** Orders and payments are re-keyed, joined, and counted by a general step, whose name and key a release may change. */
const app = (step: string, by: string, evolution: string): string => `
import { json, minutes, topology, valueState } from 'millrace';
import { orders, ordersById, type Paid, payments, paymentsById } from './streams.ts';
export const topologies = [
  topology('rekey', task => {
    task.read(orders).subscribe(task.write(ordersById));
    task.read(payments).subscribe(task.write(paymentsById));
  }),
  topology('settle', task => {
    const settled = task.join('meet', task.read(paymentsById), {
      kind: 'inner', within: minutes(10), result: (order: Paid, payment: Paid) => ({ id: order.id, text: order.what + ' by ' + payment.what }),
    });
    task.read(ordersById).pipe(settled).subscribe(task.replace('settled', { id: ({ id }) => id, body: ({ text }) => ({ text }) }));
  }),
  topology('count', task => {
    const counted = task.process('${step}', {
      by: ${by},
      state: { n: valueState(json<number>()) },
      on: (value: Paid, { key, state }) => {
        const n = (state.n.get() ?? 0) + 1;
        state.n.set(n);
        return [{ key, n }];
      },
    });
    task.read(ordersById).pipe(counted).subscribe(task.replace('counts', { id: ({ key }) => key, body: ({ n }) => ({ n }) }));
  }, ${evolution}),
];
`;

let project: string;
let data: string;
let apps: Readonly<Record<'first' | 'renamed' | 'undeclared' | 'rekeyed', string>>;

beforeAll(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'millrace-evolution-')));
  data = join(project, 'data');
  await installSources(project);
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  await writeFile(join(project, 'streams.ts'), streams);
  const byId = '({ id }: Paid) => id';
  apps = {
    first: await file('first.ts', app('orders', byId, '{}')),
    undeclared: await file('undeclared.ts', app('sales', byId, '{}')),
    renamed: await file('renamed.ts', app('sales', byId, "{ renamed: { orders: 'sales' } }")),
    rekeyed: await file(
      'rekeyed.ts',
      app('sales', '({ id }: Paid) => id[0] ?? id', "{ renamed: { orders: 'sales' }, rekeyed: { sales: 'letter' } }"),
    ),
  };
  await run('first', '--until-caught-up');
  await send(1_000);
  await run('first', '--until-caught-up');
}, 10 * 60_000);
afterAll(() => rm(project, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(project, name);
  await writeFile(path, text);
  return path;
}

const run = (release: keyof typeof apps, ...flags: string[]) =>
  json('run', ...flags, '--app', apps[release], '--data', data, '--partitions', '2');

const ids = Array.from({ length: 40 }, (_, n) => `${'abc'[n % 3]}${n}`);

/** An order of each id, and a payment of every other one. */
async function send(at: number): Promise<void> {
  const module: Record<'orders' | 'payments', Stream<Paid>> = await import(
    pathToFileURL(join(project, 'streams.ts')).href
  );
  await using ports = await openPorts({ data, transport: 'embedded', documents: 'sqlite' });
  const append = (stream: Stream<Paid>, values: readonly Paid[]) =>
    appendFromOutside(
      ports.transport,
      stream.name,
      values.map(value => recordOf(stream, value)),
      at,
    );
  await append(
    module.orders,
    ids.map((id, n) => ({ id, what: `thing ${n % 7}`, at: at + n })),
  );
  await append(
    module.payments,
    ids.filter((_, n) => n % 2 === 0).map((id, n) => ({ id, what: `card ${n}`, at: at + n })),
  );
}

async function documents(collection: string, namespace: string): Promise<Record<string, unknown>> {
  await using ports = await openPorts({ data, transport: 'embedded', documents: 'sqlite', namespace });
  const found = await ports.documents.list({ collection, after: undefined, limit: 1_000 });
  return Object.fromEntries(found.map(({ id, body }) => [id, body]));
}

const each = (n: number) => Object.fromEntries(ids.map(id => [id, { n }]));

test('for the same release a dry run has nothing to say, and nothing where nothing ran', async () => {
  expect(await documents('counts', 'main')).toEqual(each(1));
  const { tasks } = await run('first', '--dry-run');
  expect(tasks).toHaveLength(6);
  expect(tasks).toContainEqual(expect.objectContaining({ task: 'count/1', evolves: false, refused: null }));
  const nowhere = await millrace('run', '--dry-run', '--app', apps.first, '--data', join(project, 'nowhere'));
  expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('NO_DATA') });
});

test('what is not declared is refused, by a dry run, by doctor and by the run', async () => {
  const flags = ['--app', apps.undeclared, '--data', data];
  const dry = await millrace('run', '--dry-run', ...flags);
  expect(dry).toMatchObject({ code: 1, stdout: expect.stringContaining("`{ renamed: { 'orders': 'NEW' } }`") });
  const doctor = await millrace('doctor', ...flags);
  expect(doctor).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('WRONG  state: 2 of 6 tasks would not start'),
  });
  const { code, stderr } = await millrace('run', '--until-caught-up', ...flags);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("has state of a step 'orders'") });
});

test('what is declared is told beforehand, and taken up exactly', async () => {
  const { tasks } = await run('renamed', '--dry-run');
  expect(tasks).toContainEqual(
    expect.objectContaining({ task: 'count/0', evolves: true, renamed: { orders: 'sales' }, dropped: [], added: [] }),
  );
  const doctor = await millrace('doctor', '--app', apps.renamed, '--data', data);
  expect(doctor.stdout).toContain(
    "ok     state: count/0: 'orders' becomes 'sales'; count/1: 'orders' becomes 'sales'; 4 of 6",
  );
  await send(1_000_000);
  await run('renamed', '--until-caught-up');
  expect(await documents('counts', 'main')).toEqual(each(2));
  // There is no way back but through what was before, and that is said.
  const back = await millrace('run', '--until-caught-up', '--app', apps.first, '--data', data);
  expect(back).toMatchObject({ code: 1, stderr: expect.stringContaining("has state of a step 'sales'") });
});

test('with other partitions all of it is computed anew beside, joins and steps by key too, and switched in', async () => {
  const settled = await documents('settled', 'main');
  expect(Object.keys(settled)).toHaveLength(20);
  await json('replay', '--into', 'wide', '--partitions', '5', '--app', apps.renamed, '--data', data);
  expect(await documents('settled', 'wide')).toEqual(settled);
  expect(await documents('counts', 'wide')).toEqual(each(2));
  await json('replay', 'switch', 'wide', '--app', apps.renamed, '--data', data);
  await send(2_000_000);
  await json('run', '--until-caught-up', '--app', apps.renamed, '--data', data);
  expect(await documents('counts', 'wide')).toEqual(each(3));
});

test('a step that has another key begins anew; with its history it is computed beside', async () => {
  const { tasks } = await json('run', '--dry-run', '--app', apps.rekeyed, '--data', data);
  expect(tasks).toContainEqual(expect.objectContaining({ task: 'count/4', dropped: ['sales'], added: [] }));
  await json('replay', '--into', 'letters', '--app', apps.rekeyed, '--data', data);
  const counts = Object.values(await documents('counts', 'letters'));
  expect(counts.length).toBeGreaterThan(0);
  expect(Object.keys(await documents('counts', 'letters')).sort()).toEqual(['a', 'b', 'c']);
});
