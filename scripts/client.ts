// The typed client of the API: node scripts/client.ts generate|check
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { openSqliteDocuments } from '../src/documents/sqlite/documents.ts';
import { systemClock } from '../src/engine/clock.ts';
import { createServer } from '../src/recommender/api/server.ts';
import { memoryRegistry } from '../src/stream/registry.ts';
import { openEmbeddedLog } from '../src/transport/embedded/open.ts';
import { root } from './results.ts';
import { run } from './run.ts';

const folder = join(root, 'src/recommender/api/client');
const description = join(folder, 'openapi.json');
const types = join(folder, 'schema.ts');
const repeatable = join(folder, 'repeatable.ts');
const minute_ms = 60_000;

/** What a server over empty ports answers at /openapi.json, laid out to be read and compared. */
async function described(): Promise<string> {
  const now = (): number => 0;
  const transport = openEmbeddedLog({ path: ':memory:', clock: now });
  const documents = openSqliteDocuments({ path: ':memory:', clock: now });
  const fine = () => ({ ok: true }) as const;
  const server = await createServer({
    transport,
    documents,
    registry: memoryRegistry(),
    clock: systemClock,
    live: { sample: () => Promise.reject(new Error('nobody is to watch')) },
    newEventId: () => '',
    listKey: '',
    health: { startup: fine, live: fine, ready: fine },
    metrics: new Registry(),
    report: error => console.error(error),
  });
  const answer = await server.app.inject({ method: 'GET', url: '/openapi.json' });
  await server.close();
  await documents.close();
  await transport.close();
  return `${JSON.stringify(answer.json(), undefined, 2)}\n`;
}

/** Names the description that the types were made of, so that one cannot be committed without the other. */
const marked = (text: string): string =>
  `// Generated from openapi.json by scripts/client.ts; sha256 ${createHash('sha256').update(text).digest('hex')}\n`;

const Described = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        'x-idempotent': z.boolean().optional(),
        parameters: z.array(z.object({ name: z.string() })).default([]),
      }),
    ),
  ),
});

/** What the client may send again: the part of the description that it needs while it runs. */
function repeatableIn(text: string): string {
  const operations = Object.entries(Described.parse(JSON.parse(text)).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, of]) => ({ name: `${method.toUpperCase()} ${path}`, of })),
  );
  const set = (of: typeof operations): string => `new Set([${of.map(({ name }) => `\n  '${name}',`).join('')}\n])`;
  const byKey = operations.filter(({ of }) => of.parameters.some(({ name }) => name === 'Idempotency-Key'));
  const idempotent = operations.filter(({ of }) => of['x-idempotent'] === true);
  return `// Generated from openapi.json by scripts/client.ts

/** Operations that a key makes one, however often they are sent. */
export const byKey: ReadonlySet<string> = ${set(byKey)};

/** Operations of POST that bring nothing more when they are sent again. */
export const idempotent: ReadonlySet<string> = ${set(idempotent)};
`;
}

/** TypeScript 7 has no API for generators, so this one brings the TypeScript it needs; nobody else sees it. */
async function generate(): Promise<readonly string[]> {
  const text = await described();
  await writeFile(description, text);
  await writeFile(repeatable, repeatableIn(text));
  const given = ['-y', '-p', 'typescript@5.9', '-p', 'openapi-typescript@7', 'openapi-typescript', description];
  const { status, output } = await run({
    command: 'npx',
    given: [...given, '--output', types, '--root-types'],
    folder: root,
    limit_ms: 5 * minute_ms,
  });
  if (status !== 0) return [output];
  await writeFile(types, marked(text) + (await readFile(types, 'utf8')));
  const formatted = await run({
    command: 'prettier',
    given: ['--write', description, types, repeatable],
    folder: root,
    limit_ms: minute_ms,
  });
  return formatted.status === 0 ? [] : [formatted.output];
}

/** Needs no network: what is committed is compared with what the server says. */
async function check(): Promise<readonly string[]> {
  const text = await described();
  const committed: unknown = JSON.parse(await readFile(description, 'utf8'));
  const stale = `${JSON.stringify(committed, undefined, 2)}\n` !== text;
  const foreign = !(await readFile(types, 'utf8')).startsWith(marked(text));
  const remedy = 'Run `node scripts/client.ts generate` and commit what it writes';
  return [
    ...(stale ? [`openapi.json is not what the server answers. ${remedy}`] : []),
    ...((await readFile(repeatable, 'utf8')) === repeatableIn(text) ? [] : [`repeatable.ts is stale. ${remedy}`]),
    ...(foreign ? [`schema.ts is not made of this openapi.json. ${remedy}`] : []),
  ];
}

const [name = ''] = process.argv.slice(2);
const command = { generate, check }[name];
if (command === undefined) console.error(`'${name}' is no command. Use generate or check`);
const found = command === undefined ? [] : await command();
for (const finding of found) console.error(finding);
process.exitCode = command === undefined ? 2 : Math.min(found.length, 1);
