/**
 * The API in a process: `api.ts PLACE`, in JSON. Prints `listening URL`, and serves until its standard input ends.
 * MILLRACE_KILL names the point at which it kills itself, see `KillSwitch`.
 */
import { randomUUID } from 'node:crypto';
import { flushCompileCache } from 'node:module';
import { Registry } from 'prom-client';
import { systemClock } from '../../../src/engine/clock.ts';
import { createServer } from '../../../src/recommender/api/server.ts';
import { KillSwitch, say } from '../kill-switch.ts';
import { tellMemoryUntilTold } from '../told-memory.ts';
import { type LoopPlace, openLoop } from './place.ts';

flushCompileCache(); // a killed process would never write it, and all its successors compile again
const [place = ''] = process.argv.slice(2);
// oxlint-disable-next-line typescript/consistent-type-assertions -- the test writes it
const where = JSON.parse(place) as LoopPlace;
await using ports = await openLoop(where);
const healthy = () => ({ ok: true }) as const;
const server = await createServer({
  documents: new KillSwitch(process.env['MILLRACE_KILL'] ?? '').documents(ports.documents),
  transport: ports.transport,
  registry: ports.registry,
  // What is taken back bears the time of the API: the same in every run, so that all runs come to the same model.
  clock: { ...systemClock, now: () => where.now ?? systemClock.now() },
  newEventId: randomUUID,
  listKey: 'of the loop',
  health: { startup: healthy, live: healthy, ready: healthy },
  metrics: new Registry(),
  live: { sample: () => Promise.reject(new Error('nobody looks at the live figures here')) },
  report: error => say(`reported: ${String(error)}`),
});
say(`listening ${await server.listen({ port: 0 })}`);
await tellMemoryUntilTold();
await server.close();
process.stdin.destroy();
