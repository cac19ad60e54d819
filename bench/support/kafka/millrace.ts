/**
 * Millrace as its command runs it: limits by default, journal, checkpoints and snapshots on the disk, a task a partition.
 * With STATE its checkpoints have a folder of their own, and it goes on when all records are through, until it is killed.
 * `node bench/support/kafka/millrace.ts GIVEN WORKLOAD [STATE]`
 */
import { z } from 'zod';
import { configure } from '../../../src/app/configure.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { given } from './given.ts';
import { mark, Progress } from './marks.ts';
import { kafkaPorts } from './ports.ts';
import { topologyOf, workloads } from './topologies.ts';

const { brokers, folder, run, input, output, ...counts } = given();
const workload = z.enum(workloads).parse(process.argv[3]);
const state = process.argv[4];
const progress = new Progress(counts);
const all = new AbortController();

await using ports = await kafkaPorts(brokers, folder, state);
const { snapshots, ...others } = ports;
const engine = await Engine.open({
  ...others,
  ...configure({ environment: {} }).config.limits,
  topologies: [topologyOf(workload, { run, input, output })],
  store: ports.openStore(),
  snapshots: { to: snapshots, everyEpochs: 2_000, keep: 2 },
  observer: {
    committed({ counts: { records } }, { muted }) {
      if (muted || !progress.add(records)) return;
      if (state === undefined) all.abort();
      else if (!all.signal.aborted) mark('done', progress.seen);
    },
  },
});
await engine.run(all.signal);
mark('done', progress.seen);
