/**
 * What does a tenant cost, in bytes: in the model, its checkpoint, the state of all tasks, the documents and the log?
 * The same people, items and ratings as one shop and as many tenants, each learnt by itself; what the tenants take more,
 * divided among them, is what a tenant costs beside its data. `node bench/tenants.ts [TENANTS] [RATINGS]`, ratings a tenant.
 */
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect } from './support/collect.ts';
import type { Item, Rating } from '../schemas/types.ts';
import { Model, trainGeneration } from '../src/als/index.ts';
import { openEmbedded } from '../src/app/compose.ts';
import { Graph } from '../src/engine/graph.ts';
import { asInteraction } from '../src/recommender/domain/interaction.ts';
import { tenantOf } from '../src/recommender/domain/tenant.ts';
import { appendFromOutside, recordOf } from '../src/stream/outside.ts';
import { topologies } from '../topologies/index.ts';
import { items, ratings } from '../topologies/streams.ts';
import { shapes, synthetic } from './support/als/synthetic.ts';
import { kernelOf } from './support/als/kernel.ts';
import { machine, repeat, write } from './support/write.ts';

const [count = 20, ratingsEach = 2_000] = process.argv.slice(2).map(Number);
const [usersEach, itemsEach] = [100, 200];
const partitions = 4;
const began = Date.UTC(2020, 0, 1);
const main = join(import.meta.dirname, '../src/cli/main.ts');
const names = Array.from({ length: count }, (_, n) => `t${String(n).padStart(3, '0')}`);

/** Of heap and array buffers, after a collection; the kernel's memory is among the latter. */
function held(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** As one shop their ids bear what is the tenant's name otherwise, so that they are as long. */
interface Side {
  readonly of: (name: string, id: string) => { readonly tenant: string; readonly id: string };
  readonly tenants: readonly string[];
}
const asOneShop: Side = { of: (name, id) => ({ tenant: '', id: `${name}-${id}` }), tenants: [''] };
const asTenants: Side = { of: (name, id) => ({ tenant: name, id }), tenants: names };

function ratingsOf({ of }: Side): Rating[] {
  const all: Rating[] = [];
  const shape = { ...shapes['100k'], users: usersEach, items: itemsEach, ratings: ratingsEach };
  for (const [at, name] of names.entries()) {
    let n = 0;
    for (const { user, item, stars, time } of synthetic(shape, at + 1)) {
      const { tenant, id: userId } = of(name, `u${user}`);
      const { id: itemId } = of(name, `i${item}`);
      all.push({
        eventId: `${name}-${n++}`,
        tenant,
        userId,
        sessionId: '',
        itemId,
        kind: 'rating',
        value: stars,
        time,
      });
    }
  }
  return all.sort((a, b) => a.time - b.time);
}

const itemsOf = ({ of }: Side): Item[] =>
  names.flatMap(name =>
    Array.from({ length: itemsEach }, (_, n): Item => {
      const { tenant, id: itemId } = of(name, `i${n}`);
      return {
        itemId,
        tenant,
        title: `A title ${n}`,
        genres: [`Genre ${n % 8}`],
        tags: [],
        available: true,
        time: began,
      };
    }),
  );

/** The model with its vectors, and what a checkpoint of all of it holds. */
function inModel(side: Side): { readonly memory: number; readonly checkpoint: number } {
  using kernel = kernelOf(1);
  const before = held();
  const model = new Model({}, { kernel, partOf: tenantOf });
  model.note(ratingsOf(side).flatMap(event => asInteraction(event) ?? []));
  model.beginBase();
  model.adopt(trainGeneration(model.freeze(), { kernel }), { generation: 1 });
  const memory = held() - before;
  let checkpoint = 0;
  for (const { key, write: bytesOf } of model.rows())
    checkpoint += Buffer.byteLength(key) + Buffer.byteLength(bytesOf());
  return { memory, checkpoint };
}

/** The files of a folder once all is learnt and listed. */
async function inFolder(side: Side) {
  const data = mkdtempSync(join(tmpdir(), 'millrace-tenants-'));
  try {
    await fill(data, side);
    const words = [main, 'run', '--until-caught-up', '--data', data, '--json'];
    const { status } = spawnSync(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`millrace run ended with ${status}`);
    const bytes = (pattern: string): number =>
      globSync(pattern, { cwd: data }).reduce((sum, path) => sum + statSync(join(data, path)).size, 0);
    return { log: bytes('log.db*'), documents: bytes('documents.db*'), state: bytes('state.db*') };
  } finally {
    rmSync(data, { recursive: true });
  }
}

async function fill(data: string, side: Side): Promise<void> {
  await using ports = await openEmbedded(data);
  for (const topic of Graph.streamsOf(topologies)) await ports.transport.createTopic(topic, { partitions });
  const append = async <T>(stream: Parameters<typeof recordOf<T>>[0], values: readonly T[]) => {
    for (let at = 0; at < values.length; at += 1_000) {
      const records = values.slice(at, at + 1_000).map(value => recordOf(stream, value));
      await appendFromOutside(ports.transport, stream.name, records, Date.now());
    }
  };
  await append(items, itemsOf(side));
  await append(ratings, ratingsOf(side));
}

const runs = 5;
/** After one that does not count: code is compiled meanwhile, and a kernel's memory is reserved. The median of what follows. */
function inModels(side: Side): ReturnType<typeof inModel> {
  const all = Array.from({ length: runs + 1 }, () => inModel(side)).slice(1);
  const [middle] = all.toSorted((a, b) => a.memory - b.memory).slice(Math.floor(runs / 2));
  if (middle === undefined) throw new RangeError('There were no runs');
  return middle;
}
const measured = async (side: Side) => ({ ...inModels(side), ...(await inFolder(side)) });
const [one, many] = [await measured(asOneShop), await measured(asTenants)];
const places = {
  memory: 'the model in memory, histories and vectors',
  checkpoint: 'its checkpoint, keys and values',
  state: 'state of all tasks, state.db',
  documents: 'documents and journals, documents.db',
  log: 'the log, log.db',
} as const;
const keys = ['memory', 'checkpoint', 'state', 'documents', 'log'] as const;
const rows = keys.map(key => ({
  where: places[key],
  'as one shop, bytes': one[key],
  [`as ${count} tenants`]: many[key],
  'more a tenant': Math.round((many[key] - one[key]) / count),
  'a tenant in all': Math.round(many[key] / count),
}));
console.table(rows);
write({
  kind: 'table',
  name: 'tenants',
  question: `What does a tenant cost in bytes: ${count} of ${usersEach} users, ${itemsEach} items and ${ratingsEach.toLocaleString('en')} ratings each, beside one shop of all of them?`,
  repeat: repeat(),
  machine: machine(),
  notes: [
    'The same people, items and ratings, by ids of the same length. Heap and array buffers after a collection, less those before.',
    `In memory the median of ${runs} models, after one that does not count.`,
    'Files as they are once all is learnt, trained and listed, and the process has ended.',
  ],
  settings: { tenants: count, usersEach, itemsEach, ratingsEach, partitions },
  columns: [
    { name: 'where' },
    { name: 'as one shop, bytes' },
    { name: `as ${count} tenants` },
    { name: 'more a tenant', better: 'less' },
    { name: 'a tenant in all', better: 'less' },
  ],
  rows,
});
