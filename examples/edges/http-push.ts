/** A source that is pushed to: a server that takes readings over HTTP, and says 202 once they are in the log. */
import { once } from 'node:events';
import fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Stream, Unavailable } from '../../src/index.ts';
import type { Client } from '../../src/log.ts';
import { type Reading, readings } from '../hot-sensors.ts';

const Readings = z
  .array(z.strictObject({ sensor: z.string().min(1).max(64), celsius: z.number(), at: z.int() }))
  .min(1)
  .max(500);

export interface PushOptions {
  /** Where values go; `openClient` of millrace/log answers one. */
  readonly log: Pick<Client, 'send'>;
  /** Requests that are being written; more are told to come again. 64 where absent. */
  readonly mostAtOnce?: number;
  /** Bytes of a request; 64 KiB where absent. */
  readonly mostBytes?: number;
}

/**
 * `POST /readings` with a list of readings: 202 when they are durable, 400 for what is no such list, 413 for too much of
 * it, 429 while too many are being written, 503 while the log is away. What was not answered with 202 is the sender's to
 * send again; it may be there already, so readers drop repetitions.
 */
export function pushServer({ log, mostAtOnce = 64, mostBytes = 65_536 }: PushOptions): FastifyInstance {
  const server = fastify({ bodyLimit: mostBytes, requestTimeout: 30_000, return503OnClosing: true });
  let writing = 0;
  server.post('/readings', async (request, reply) => {
    const parsed = Readings.safeParse(request.body);
    if (!parsed.success) return reply.code(400).send({ problem: z.prettifyError(parsed.error) });
    if (writing >= mostAtOnce) return reply.code(429).header('retry-after', '1').send({ problem: 'Too many at once' });
    writing++;
    try {
      await log.send(readings satisfies Stream<Reading>, parsed.data);
      return await reply.code(202).send({ taken: parsed.data.length });
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      return await reply.code(503).header('retry-after', '5').send({ problem: 'The log does not answer' });
    } finally {
      writing--;
    }
  });
  return server;
}

/** Listens on loopback until the signal aborts; requests under way are finished. Answers its address. */
export async function serve(server: FastifyInstance, signal: AbortSignal, port = 0): Promise<string> {
  const address = await server.listen({ host: '127.0.0.1', port });
  void once(signal, 'abort').then(() => server.close());
  return address;
}
