/**
 * What does Millrace do over a Kafka broker, beside kafkajs alone and Kafka Streams? Everything on one broker of its own,
 * each contestant in a process of its own, in turns; what it wrote is read and checked by another client.
 * `node bench/kafka.ts [PART…] [--records N] [--keys N] [--runs N]`; parts are consume, produce, windows, disk, joins, recovery,
 * freshness and profile, all of them where none is named. Needs Java 17 and Maven: without them it says so and measures nothing.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { missingForJars } from '../test/support/kafka/distribution.ts';
import { report } from './report.ts';
import { freshness } from './support/kafka/freshness.ts';
import { notes } from './support/kafka/notes.ts';
import { profiles } from './support/kafka/profile.ts';
import { recovery } from './support/kafka/recovery.ts';
import { Site } from './support/kafka/site.ts';
import { throughput, type Work } from './support/kafka/throughput.ts';
import { machine, write } from './support/write.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { records: { type: 'string' }, keys: { type: 'string' }, runs: { type: 'string' } },
});
const records = Number(flags.records ?? 1_200_000);
const manyKeys = Number(flags.keys ?? 1_000_000);
const runs = Number(flags.runs ?? 3);
const warmUp = Math.floor(records / 6);
const input = { records, keys: 1_000, warmUp };
const read = `${records - warmUp} records of 40 bytes and ${input.keys} keys, after ${warmUp} that warm up`;

const parts = {
  consume: site => compare(site, 'consume', `Reading ${read}`),
  produce: site => compare(site, 'produce', `Reading and writing to another topic ${read}`),
  windows: site => compare(site, 'windows', `Counting by key in windows of a minute of event time ${read}`),
  joins: site => compare(site, 'joins', `Pairing two streams of ${read} each, by key within 600 ms of event time`),
  disk: async () => {
    await using many = await Site.open({ records, keys: manyKeys, warmUp });
    const rivals = await throughput(many, 'disk', [1]);
    const question = `Counting by key, on disk, ${records - warmUp} records of ${manyKeys} keys and one more of each, after ${warmUp} that warm up`;
    await report({ ...about('disk'), question, unit: 'records/s', better: 'more', runs, warmUp: false, rivals });
  },
  recovery: site =>
    recovery(site, manyKeys, async rivals => {
      const question = `From the start of a process to the records that waited for it, after the kill of one with ${manyKeys} keys`;
      await report({ ...about('recovery'), question, unit: 's', better: 'less', runs, warmUp: false, rivals });
    }),
  profile: async site => {
    const measured = await profiles(site);
    write({ kind: 'table', ...about('profile'), machine: machine(), ...measured });
    console.table(measured.rows);
  },
  freshness: async () => report({ ...about('freshness'), ...freshness() }),
} satisfies Record<string, (site: Site) => Promise<void>>;
const names = z.enum(['consume', 'produce', 'windows', 'disk', 'joins', 'recovery', 'freshness', 'profile']);

const missing = await missingForJars();
if (missing === undefined) await measure(positionals.length === 0 ? names.options : z.array(names).parse(positionals));
else console.log(`bench/kafka: SKIPPED, nothing was measured: there is no ${missing}`);

async function measure(which: readonly z.infer<typeof names>[]): Promise<void> {
  await using site = await Site.open(input);
  for (const part of which) await parts[part](site);
}

async function compare(site: Site, work: Work, question: string): Promise<void> {
  const rivals = await throughput(site, work, [1, 4]);
  await report({ ...about(work), question, unit: 'records/s', better: 'more', runs, warmUp: false, rivals });
}

/** A part is measured alone as it is among the others. */
function about(part: z.infer<typeof names>): { name: string; repeat: string; notes: string[] } {
  const others = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const repeat = ['npx node bench/kafka.ts', part, ...others].join(' ');
  return { name: `kafka-${part}`, repeat, notes: [...notes[part]] };
}
