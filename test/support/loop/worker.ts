/**
 * The whole loop in a process: orders become ratings, then all topologies run, until there is nothing more to do:
 * `worker.ts PLACE`, in JSON. MILLRACE_KILL names the point at which it kills itself, see `KillSwitch`.
 */
import { flushCompileCache } from 'node:module';
import { Engine } from '../../../src/engine/engine.ts';
import { OrdersConnector } from '../../../src/recommender/orders/connector.ts';
import { topologies } from '../../../topologies/index.ts';
import { KillSwitch, say } from '../kill-switch.ts';
import { openLoop, type LoopPlace } from './place.ts';

flushCompileCache(); // a killed process would never write it, and all its successors compile again
const [place = ''] = process.argv.slice(2);
const kill = new KillSwitch(process.env['MILLRACE_KILL'] ?? '');
// oxlint-disable-next-line typescript/consistent-type-assertions -- the test writes it
await using ports = await openLoop(JSON.parse(place) as LoopPlace);
const never = new AbortController().signal;
const connector = new OrdersConnector({
  documents: ports.documents,
  transport: ports.transport,
  clock: ports.clock,
  owner: String(process.pid),
  pollEvery: 5,
  leaseFor: 1_000,
  onWait: (what, { message }) => say(`${what} waits: ${message}`),
  onStep: (step, moment) => kill.ordersStep(step, moment),
  warn: say,
});
await connector.runUntilCaughtUp(never);
const engine = await Engine.open({
  topologies,
  transport: ports.transport,
  documents: ports.documents,
  store: ports.openStore(),
  registry: ports.registry,
  clock: ports.clock,
  maxRecords: 10_000,
  budgetBytes: 1 << 26,
  observer: kill,
  snapshots: { to: ports.snapshots, everyEpochs: 100, keep: 2 },
});
await engine.runUntilCaughtUp(never);
