/** Where the processor time of contestants goes, by whose code it is: from the profiles that Node takes of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Table } from '../shape.ts';
import { type Command, Contestant } from './contestant.ts';
import { totalOf } from './input.ts';
import type { Site } from './site.ts';
import type { Workload } from './topologies.ts';

const Profile = z.object({
  nodes: z.array(z.object({ id: z.int(), callFrame: z.object({ functionName: z.string(), url: z.string() }) })),
  samples: z.array(z.int()),
  /** Microseconds since the sample before. */
  timeDeltas: z.array(z.number()),
});
export type Profile = z.infer<typeof Profile>;

/** Whose code it is; the first that fits. What has no file is Node's own: it reads sockets and files, and copies. */
const owners: readonly (readonly [name: string, owns: (name: string, url: string) => boolean])[] = [
  ['waiting', name => name === '(idle)'],
  ['garbage collection', name => name === '(garbage collector)'],
  ['kafkajs', (_, url) => /node_modules\/(?:kafkajs|long)\//.test(url) || url.includes('kafkajs/src/utils/long')],
  ["Millrace's adapter", (_, url) => url.includes('/src/transport/')],
  ["Millrace's engine", (_, url) => /\/src\/(?:engine|stream)\//.test(url)],
  ['Avro', (_, url) => url.includes('node_modules/avsc/')],
  ['journal and checkpoint', (_, url) => /\/src\/(?:documents|sqlite)/.test(url)],
  ['Node and the start', () => true],
];

const parts = owners.map(([name]) => name).filter(name => name !== 'waiting');

/** Seconds by whose code they were spent in; waiting is left out. */
export function spentIn({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const ownerOf = new Map(
    nodes.map(({ id, callFrame: { functionName, url } }) => [
      id,
      owners.find(([, owns]) => owns(functionName, url))?.[0] ?? '',
    ]),
  );
  const spent = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const owner = ownerOf.get(id) ?? '';
    spent.set(owner, (spent.get(owner) ?? 0) + (timeDeltas[index] ?? 0) / 1e6);
  }
  spent.delete('waiting');
  return spent;
}

const profiled: readonly (readonly [name: string, script: string, workload: Workload, writes: boolean])[] = [
  ['kafkajs eachBatch, a commit a batch', 'kafkajs.ts', 'consume', false],
  ['Millrace, consume', 'millrace.ts', 'consume', false],
  ['kafkajs eachBatch and send', 'kafkajs.ts', 'copy', true],
  ['Millrace, copy', 'millrace.ts', 'copy', true],
  ['Millrace, windows', 'millrace.ts', 'windows', true],
];

/** A row a contestant, over one partition, from the start of the process. */
export async function profiles(site: Site): Promise<Pick<Table, 'question' | 'settings' | 'columns' | 'rows'>> {
  const rows: Table['rows'] = [];
  for (const [contestant, script, workload, writes] of profiled) {
    const spent = await profileOf(site, script, workload, writes);
    const millions = totalOf(site.input) / 1e6;
    rows.push({ contestant, ...Object.fromEntries(parts.map(part => [part, (spent.get(part) ?? 0) / millions])) });
  }
  return {
    question: 'Seconds for a million records of 40 bytes, by whose code they were spent in, one partition',
    settings: {},
    columns: [{ name: 'contestant' }, ...parts.map(name => ({ name, better: 'less' as const }))],
    rows,
  };
}

async function profileOf(
  site: Site,
  script: string,
  workload: Workload,
  writes: boolean,
): Promise<Map<string, number>> {
  const input = await site.loaded(1);
  await using run = site.run('profile');
  const output = writes ? await run.topic('output', 1) : '';
  const counts = { records: totalOf(site.input), warmUp: site.input.warmUp };
  const given = { brokers: site.brokers, run: run.name, folder: run.folder, input, other: '', output, ...counts };
  const asked = ['--cpu-prof', `--cpu-prof-dir=${run.folder}`, '--cpu-prof-name=run.cpuprofile'];
  const path = join(import.meta.dirname, script);
  const command: Command = [process.execPath, ...asked, path, JSON.stringify(given), workload];
  await using contestant = new Contestant(command);
  await contestant.ended();
  return spentIn(Profile.parse(JSON.parse(readFileSync(join(run.folder, 'run.cpuprofile'), 'utf8'))));
}
