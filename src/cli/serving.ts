/** The API and the pages of this process: what `start` and `serve` share. */
import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import type { Ports } from '../app/compose.ts';
import type { Health, Verdict } from '../operations/health.ts';
import { registerTaskMetrics } from '../operations/metrics.ts';
import type { TaskStats } from '../operations/task-stats.ts';
import { createServer, type Server } from '../recommender/api/server.ts';

export interface Serving {
  readonly ports: Pick<Ports, 'documents' | 'transport' | 'clock'>;
  /** Port on loopback; 0 takes any that is free. */
  readonly port: number;
  /** What the tasks of this process have done; none where it only serves. */
  readonly tasks: () => readonly TaskStats[];
  /** Ends it: what has been asked by then is answered. */
  readonly signal: AbortSignal;
}

/**
 * Prints `listening on …`, does `meanwhile`, and goes on serving until the signal aborts. Whatever can delay a request
 * (restoring, catching up) has to be over before: it is ready as soon as it listens. Throws `PortTaken`.
 */
export async function serveUntilStopped(
  serving: Serving,
  meanwhile: (signal: AbortSignal) => Promise<void> = async () => {},
): Promise<void> {
  const { signal, port } = serving;
  if (signal.aborted) return;
  const done = new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
  const server = await serverOf(serving);
  try {
    process.stdout.write(`listening on ${await server.listen({ port })}\n`);
    process.stderr.write('no credentials are configured: serving on loopback only, without tokens\n');
    await meanwhile(signal);
    await done;
  } finally {
    await server.close();
  }
}

async function serverOf({ ports: { documents, transport, clock }, tasks, signal }: Serving): Promise<Server> {
  const metrics = new Registry();
  registerTaskMetrics(metrics, tasks);
  const server = await createServer({
    documents,
    transport,
    clock,
    newEventId: randomUUID,
    health: healthOf(signal),
    metrics,
    report,
  });
  return server;
}

function healthOf(signal: AbortSignal): Health {
  const fine: Verdict = { ok: true };
  const unlessStopped = (): Verdict => (signal.aborted ? { ok: false, why: 'it is stopping' } : fine);
  return { startup: () => fine, live: unlessStopped, ready: unlessStopped };
}

const report = (error: unknown): void => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
};

/** Aborts at the first SIGINT or SIGTERM until it is disposed; the second one kills. */
export function untilSignalled(): Disposable & { readonly signal: AbortSignal; readonly stop: () => void } {
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return {
    signal: stopped.signal,
    stop,
    [Symbol.dispose]: () => void process.off('SIGINT', stop).off('SIGTERM', stop),
  };
}
