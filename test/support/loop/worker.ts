/**
 * The whole loop in a process: orders become ratings, and all topologies run. `worker.ts PLACE drain`, the place in JSON,
 * goes on until there is nothing more to do; `live` until its standard input ends; `orders` likewise, without topologies:
 * a second process cannot have the checkpoints of the first. MILLRACE_KILL names the point at which it kills itself, see
 * `KillSwitch`.
 */
import { flushCompileCache } from 'node:module';
import { Engine } from '../../../src/engine/engine.ts';
import type { Ports } from '../../../src/app/compose.ts';
import { OrdersConnector } from '../../../src/recommender/orders/connector.ts';
import { topologies } from '../../../topologies/index.ts';
import { KillSwitch, say } from '../kill-switch.ts';
import { tellMemoryUntilTold } from '../told-memory.ts';
import { openLoop, type LoopPlace } from './place.ts';

flushCompileCache(); // a killed process would never write it, and all its successors compile again
const [place = '', mode = 'drain'] = process.argv.slice(2);
const kill = new KillSwitch(process.env['MILLRACE_KILL'] ?? '');
// oxlint-disable-next-line typescript/consistent-type-assertions -- the test writes it
const where = JSON.parse(place) as LoopPlace;
await using ports = await openLoop(where);
const connector = connectorOf(ports, mode === 'drain' ? 5 : 20);
if (mode === 'drain') await drain();
else await live(mode === 'live');

async function drain(): Promise<void> {
  const never = new AbortController().signal;
  await connector.runUntilCaughtUp(never);
  await (await engineOf(ports)).runUntilCaughtUp(never);
}

async function live(hasTopologies: boolean): Promise<void> {
  const stop = new AbortController();
  const engine = hasTopologies ? await engineOf(ports, stop.signal) : undefined;
  const works = [connector.run(stop.signal), ...(engine === undefined ? [] : [engine.run(stop.signal)])];
  say('running');
  await Promise.race([tellMemoryUntilTold(), Promise.all(works)]); // whatever cannot go on ends the process
  stop.abort();
  await Promise.all(works);
  process.stdin.destroy();
}

function connectorOf({ documents, transport, clock }: Ports, pollEvery: number): OrdersConnector {
  return new OrdersConnector({
    documents: kill.documents(documents),
    transport: kill.transport(transport),
    clock,
    owner: String(process.pid),
    pollEvery,
    leaseFor: where.leaseFor ?? 1_000,
    onWait: (what, { message }) => say(`${what} waits: ${message}`),
    onStep: (step, moment) => kill.ordersStep(step, moment),
    warn: say,
  });
}

function engineOf({ transport, documents, registry, clock, snapshots, ...others }: Ports, signal?: AbortSignal) {
  return Engine.open(
    {
      topologies,
      transport,
      documents,
      store: others.openStore(),
      registry,
      clock,
      maxRecords: 10_000,
      budgetBytes: 1 << 26,
      observer: kill,
      snapshots: { to: snapshots, everyEpochs: 100, keep: 2 },
    },
    signal,
  );
}
