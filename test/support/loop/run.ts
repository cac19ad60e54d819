/** Runs the loop of a place in a process, and tells how it ended and what it has come to. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { outcomeOf } from '../../../src/cli/outcome.ts';
import { Graph } from '../../../src/engine/graph.ts';
import { topologies } from '../../../topologies/index.ts';
import type { Ending } from '../kill-child.ts';
import { isOfOrder, toldEvents, wanted } from '../orders.ts';
import { type LoopPlace, openLoop } from './place.ts';

const program = fileURLToPath(new URL('./worker.ts', import.meta.url));
const compileCache = fileURLToPath(new URL('../../../node_modules/.cache/node-compile', import.meta.url));
/** Of a machine that is slow and has other things to do: what it does in ten seconds here. */
const deadline_ms = 180_000;

export async function makeTopics(place: LoopPlace): Promise<void> {
  await using ports = await openLoop(place);
  for (const topic of Graph.streamsOf(topologies)) await ports.transport.createTopic(topic, { partitions: 2 });
}

/** Connector and engine until there is nothing more to do; `kill` is for the `KillSwitch`. */
export async function run(place: LoopPlace, kill = ''): Promise<Ending> {
  const env = { ...process.env, MILLRACE_KILL: kill, NODE_COMPILE_CACHE: compileCache };
  const child = spawn(process.execPath, [program, JSON.stringify(place), 'drain'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: deadline_ms,
    killSignal: 'SIGTERM',
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  await once(child, 'close');
  return { code: child.exitCode, signal: child.signalCode, complaint };
}

/** What the loop has come to: free of clocks, offsets and epochs. */
export async function outcome(place: LoopPlace) {
  await using ports = await openLoop(place);
  const { modelVersion, modelHash, recommendationsHash } = await outcomeOf(ports);
  const found = await ports.documents.list({ collection: 'recommendations', limit: 100 });
  return {
    modelVersion,
    modelHash,
    recommendationsHash,
    wanted: wanted((await toldEvents(ports.transport)).filter(isOfOrder)),
    lists: found.map(({ id, body }) => [id, body['items']] as const),
  };
}
