/** The headers that browsers are told to be careful by: the same on every answer, so helmet is asked for them once. */
import helmet from '@fastify/helmet';
import fastify from 'fastify';
import { z } from 'zod';

export interface Security {
  /** Origins besides our own that our pages may ask. */
  readonly pagesMayAsk?: readonly string[] | undefined;
}

const byName = z.record(z.string(), z.string());

/** By name in lower case. */
export async function securityHeaders({ pagesMayAsk = [] }: Security): Promise<Readonly<Record<string, string>>> {
  const app = fastify();
  await app.register(helmet, { contentSecurityPolicy: { directives: directivesOf(pagesMayAsk) } });
  // Before anything is sent, there is nothing on an answer but what helmet has put there.
  app.get('/', (_request, reply) => reply.send(reply.raw.getHeaders()));
  const answer = await app.inject('/');
  await app.close();
  return byName.parse(answer.json());
}

/** Pages load nothing from elsewhere, and nothing that is written into them runs or styles them. */
const directivesOf = (pagesMayAsk: readonly string[]) => ({
  upgradeInsecureRequests: null,
  styleSrc: ["'self'"],
  fontSrc: ["'self'"],
  imgSrc: ["'self'"],
  connectSrc: ["'self'", ...pagesMayAsk],
});
