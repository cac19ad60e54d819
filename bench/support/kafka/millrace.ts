/**
 * Millrace as its command runs it: limits by default, journal, checkpoints and snapshots on the disk, a member of the group
 * of its topology, a task a partition. With STATE its checkpoints have that folder, and it goes on when all records are
 * through, until it is killed. In a folder of another's it is another worker, which would wait for the session of the dead
 * to end: there it has its tasks without a group.
 * `node bench/support/kafka/millrace.ts GIVEN WORKLOAD [STATE]`
 */
import { z } from 'zod';
import { configure } from '../../../src/app/configure.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { TaskRuntime } from '../../../src/engine/runtime.ts';
import { placesOf } from '../../../src/engine/spans.ts';
import { given } from './given.ts';
import { mark, Progress } from './marks.ts';
import { kafkaPorts } from './ports.ts';
import { topologyOf, workloads } from './topologies.ts';

const { brokers, folder, run, input, other, output, ...counts } = given();
const workload = z.enum(workloads).parse(process.argv[3]);
const state = process.argv[4];
const progress = new Progress(counts);
const reached = new Map<string, number>();
const all = new AbortController();
let isDone = false;

await using ports = await kafkaPorts(brokers, folder, state);
const { snapshots, membership, ...others } = ports;
const isOther = state !== undefined && state !== folder;
const shared = membership === undefined || isOther ? {} : { membership, worker: ports.openWorker(), standbys: 1 };
const engine = await Engine.open({
  ...others,
  ...shared,
  ...configure({ environment: {} }).config.limits,
  topologies: [topologyOf(workload, { run, input, other, output })],
  store: ports.openStore(),
  snapshots: { to: snapshots, everyEpochs: 2_000, keep: 2 },
  observer: { committed },
});
await engine.run(all.signal);
mark('done', progress.seen);

/** Offsets are numbers of records: whoever filled the topic did it without transactions. */
function committed(task: TaskRuntime): void {
  reached.set(
    task.id,
    placesOf(task).reduce((sum, { position: { offset } }) => sum + offset, 0),
  );
  if (isDone || !progress.reach([...reached.values()].reduce((sum, offset) => sum + offset, 0))) return;
  isDone = true;
  if (state === undefined) all.abort();
  else mark('done', progress.seen);
}
