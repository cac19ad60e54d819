/** Hands out the pages that `npm run build` makes. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import files from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { PagesMissing } from './errors.ts';

/** Under dist, which is beside src in a checkout and around it in a package. */
const built = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../dist/web' : '../../../web', import.meta.url),
);

const year_s = 365 * 24 * 3_600;

/**
 * Registers the pages before the server listens: `/` is the dashboard, `/shop` the shop, every other file goes by its own name.
 * @throws {PagesMissing} where nothing has been built
 */
export async function addPages(app: FastifyInstance, folder = built): Promise<void> {
  if (!hasPage(folder)) throw new PagesMissing(folder);
  // Only what is there becomes a route: everything else stays the problem that the API answers with.
  await app.register(files, { root: folder, wildcard: false, cacheControl: false, setHeaders });
  // Without the slash that a folder is asked for with.
  if (hasPage(join(folder, 'shop'))) app.get('/shop', (_, reply) => reply.sendFile('shop/index.html'));
}

/** How a page gets credentials: whether it needs any, and who signs in for a demonstration, if somebody does. */
export interface SignIn {
  readonly required: boolean;
  /** Where `POST {userId}` or `{role}` gets a token; null where people bring their own. */
  readonly tokenEndpoint: string | null;
  /** What an admin's role is called. */
  readonly adminRole: string;
  /** Some users that the model knows, to try a page with; none where people have to prove who they are. */
  readonly suggested: () => Promise<readonly string[]>;
}

/** `/sign-in.json`, for pages alone: no part of the API. */
export function addSignIn(app: FastifyInstance, { suggested, ...signIn }: SignIn): void {
  app.get('/sign-in.json', async (_, reply) =>
    reply.header('cache-control', 'no-store').send({ ...signIn, suggested: await suggested() }),
  );
}

/** A file in assets has a hash in its name, so one name never stands for two contents. */
const setHeaders: NonNullable<files.FastifyStaticOptions['setHeaders']> = (reply, path) => {
  const hashed = /[/\\]assets[/\\][^/\\]+$/.test(path);
  void reply.header('cache-control', hashed ? `public, max-age=${year_s}, immutable` : 'no-cache');
};

function hasPage(folder: string): boolean {
  try {
    return readdirSync(folder).includes('index.html');
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') return false;
    throw error;
  }
}
