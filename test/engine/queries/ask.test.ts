import { expect, test } from 'vitest';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { askState, type StateParts } from '../../../src/engine/queries/ask.ts';
import { NotTheOwner, UnknownState } from '../../../src/engine/queries/errors.ts';
import { Owners } from '../../../src/engine/queries/owners.ts';
import { partitionOf } from '../../../src/transport/partitioner.ts';
import { countSites } from '../../../examples/sensor-counts.ts';
import { World } from '../../support/world.ts';

const tasks = 4;
const question = { topology: 'count-sites', step: 'counts', key: 'roof', forwarded: false };
const task = `count-sites/${partitionOf('roof', tasks)}`;

async function setting(own: Partial<StateParts> = {}) {
  const world = await World.of([countSites], { partitions: tasks });
  const documents = openSqliteDocuments({ path: ':memory:', clock: () => 0 });
  const owners = new Owners(documents, 'main');
  const committed = { read: () => ({ task, epoch: 3, watermark: 9, value: 1 }) };
  const parts: StateParts = {
    graph: world.graph,
    journal: documents.journal,
    owners,
    held: () => new Map(),
    committed,
    ...own,
  };
  return { documents, owners, parts };
}

test('who owns the task answers, with its fence', async () => {
  const { documents, parts } = await setting();
  const { fence } = await documents.journal.takeFence(task);
  const mine = { ...parts, held: () => new Map([[task, fence]]) };
  expect(await askState(mine, question)).toEqual({ answer: { task, epoch: 3, watermark: 9, value: 1, fence } });
});

test('who has been taken over, and has not noticed, asks the new owner on, once, and never answers itself', async () => {
  const { documents, owners, parts } = await setting();
  const { fence } = await documents.journal.takeFence(task);
  await owners.tell({ task, fence, address: 'http://old' });
  const { fence: newer } = await documents.journal.takeFence(task);
  const stale = { ...parts, held: () => new Map([[task, fence]]) };
  await expect(askState(stale, question), 'the new one has not said where it is').rejects.toThrow(NotTheOwner);
  await owners.tell({ task, fence: newer, address: 'http://new' });
  expect(await askState(stale, question)).toEqual({ task, address: 'http://new' });
  await expect(askState(stale, { ...question, forwarded: true })).rejects.toThrow(NotTheOwner);
});

test('who owns nothing of it asks the owner on, and nobody further who was asked on', async () => {
  const { documents, owners, parts } = await setting();
  await expect(askState(parts, question)).rejects.toThrow(NotTheOwner);
  const { fence } = await documents.journal.takeFence(task);
  await owners.tell({ task, fence, address: 'http://there' });
  expect(await askState(parts, question)).toEqual({ task, address: 'http://there' });
  await expect(askState(parts, { ...question, forwarded: true })).rejects.toThrow(NotTheOwner);
});

test('a task can be named whose number is not that of the key', async () => {
  const { documents, owners, parts } = await setting();
  const other = (partitionOf('roof', tasks) + 1) % tasks;
  const { fence } = await documents.journal.takeFence(`count-sites/${other}`);
  await owners.tell({ task: `count-sites/${other}`, fence, address: 'http://other' });
  expect(await askState(parts, { ...question, partition: other })).toMatchObject({ address: 'http://other' });
  await expect(askState(parts, { ...question, partition: tasks })).rejects.toThrow(UnknownState);
  await expect(askState(parts, { ...question, topology: 'no-such' })).rejects.toThrow(UnknownState);
});

test('an older fence cannot take back what a newer one has said', async () => {
  const { owners } = await setting();
  expect(await owners.tell({ task, fence: 7, address: 'http://new' })).toBe(true);
  expect(await owners.tell({ task, fence: 6, address: 'http://old' })).toBe(false);
  expect(await owners.find(task)).toEqual({ task, fence: 7, address: 'http://new' });
  expect(await owners.tell({ task, fence: 7, address: 'http://moved' }), 'the same owner at another address').toBe(
    true,
  );
  expect(await owners.find(task)).toMatchObject({ address: 'http://moved' });
});
