/**
 * A process that runs the topologies of a module: `worker-process.ts PLACE live|drain APP`, the place in JSON. `live` goes
 * on until its standard input ends, `drain` until there is nothing more to do. MILLRACE_KILL names the point at which
 * it kills itself, see `KillSwitch`. Says `restored` when it has restored its tasks, and each step of each epoch.
 */
import { flushCompileCache } from 'node:module';
import { Engine } from '../../src/engine/engine.ts';
import type { Topology } from '../../src/engine/topology.ts';
import { KillSwitch, say } from './kill-switch.ts';
import { openPlace, type Place } from './place.ts';

const [place = '', mode = '', app = ''] = process.argv.slice(2);
// oxlint-disable-next-line typescript/consistent-type-assertions -- the test names a module that exports them
const { topologies } = (await import(app)) as { topologies: readonly Topology[] };

async function work(stop: AbortSignal): Promise<void> {
  const kill = new KillSwitch(process.env['MILLRACE_KILL'] ?? '');
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the test writes it
  await using ports = await openPlace(JSON.parse(place) as Place);
  const engine = await Engine.open({
    topologies,
    transport: kill.transport(ports.transport),
    documents: kill.documents(ports.documents),
    store: kill.store(ports.openStore()),
    registry: ports.registry,
    ...(ports.membership === undefined
      ? {}
      : { membership: ports.membership, worker: ports.openWorker(), standbys: 1 }),
    clock: ports.clock,
    maxRecords: 20,
    budgetBytes: 1 << 24,
    observer: kill,
    snapshots: { to: ports.snapshots, everyEpochs: 7, keep: 2 },
  });
  say('restored');
  await (mode === 'drain' ? engine.runUntilCaughtUp(stop) : engine.run(stop));
}

flushCompileCache(); // a killed process would never write it, and all its successors compile again
const stop = new AbortController();
process.stdin.once('end', () => stop.abort()).resume();
await work(stop.signal);
process.stdin.destroy();
