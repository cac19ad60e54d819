/** What the description says of who may ask, read back and held against the server's own answers. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Caller, roles } from '../../../src/recommender/api/auth/caller.ts';
import { shop } from './shop.ts';

const operation = z.object({
  security: z.array(z.record(z.string(), z.array(z.enum(roles)))),
  responses: z.record(z.string(), z.looseObject({})),
});
const description = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ securitySchemes: z.record(z.string(), z.object({ type: z.string(), scheme: z.string() })) }),
});

const callers: { readonly [role: string]: Caller } = {
  shopper: { role: 'shopper', tenant: '', userId: 'x' },
  service: { role: 'service', tenant: '' },
  monitor: { role: 'monitor', tenant: '' },
  admin: { role: 'admin', tenant: '' },
};

async function guarded() {
  const identify = async ({ authorization = '' }) => {
    const caller = callers[authorization];
    return caller && { caller, credential: authorization };
  };
  const { server, get } = await shop({ access: { gate: { identify } } });
  const { paths, components } = description.parse((await get('/openapi.json')).json());
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, of]) => ({ what: `${method.toUpperCase()} ${path}`, method, path, ...of })),
  );
  const statusOf = async (method: string, path: string, authorization?: string) => {
    const url = path.replaceAll(/\{\w+\}/g, 'x');
    const headers = authorization === undefined ? {} : { authorization };
    const verb = method === 'post' ? 'POST' : method === 'delete' ? 'DELETE' : 'GET';
    const payload = verb === 'POST' ? { payload: {} } : {};
    return (await server.app.inject({ method: verb, url, headers, ...payload })).statusCode;
  };
  return { operations, components, statusOf };
}

/** The role that is named, once. */
const leastOf = (security: z.infer<typeof operation>['security']) => [
  ...new Set(security.flatMap(one => Object.values(one).flat())),
];

/** A stream has no end that `inject` could wait for: asked only by who is refused. */
const isEndless = (path: string): boolean => path.endsWith('/live') && path !== '/healthz/live';

test('each operation names both credentials and the least role that may, or nobody', async () => {
  const { operations, components } = await guarded();
  expect(components.securitySchemes).toMatchObject({
    token: { type: 'http', scheme: 'bearer' },
    key: { type: 'http', scheme: 'bearer' },
  });
  expect(operations.length).toBeGreaterThan(30);
  for (const { what, security } of operations) {
    const [least] = leastOf(security);
    const both = least === undefined ? [] : [{ token: [least] }, { key: [least] }];
    expect({ what, security }).toEqual({ what, security: both });
  }
});

test('nobody gets without credentials what asks for some, and everybody gets what does not', async () => {
  const { operations, statusOf } = await guarded();
  for (const { what, method, path, security } of operations)
    expect([what, (await statusOf(method, path)) === 401]).toEqual([what, security.length > 0]);
});

const lesser = {
  shopper: ['monitor'],
  service: ['monitor', 'shopper'],
  monitor: ['shopper', 'service'],
  admin: ['shopper', 'service', 'monitor'],
} as const;

test('the role that is named may, and each lesser one may not', async () => {
  const { operations, statusOf } = await guarded();
  for (const { what, method, path, security } of operations)
    for (const least of leastOf(security)) {
      for (const role of lesser[least])
        expect([what, role, await statusOf(method, path, role)]).toEqual([what, role, 403]);
      // A shopper may be refused for whom the request is about, and a stream has no end that could be waited for.
      const own = isEndless(path) || least === 'shopper' ? 200 : await statusOf(method, path, least);
      expect([what, own]).not.toEqual([what, 403]);
    }
});

test('each operation tells of the refusals that its credentials can meet', async () => {
  const { operations } = await guarded();
  for (const { what, security, responses } of operations) {
    const told = ['401', '403', '429'].filter(status => status in responses);
    expect([what, told]).toEqual([what, security.length > 0 ? ['401', '403', '429'] : ['401', '429']]);
  }
});
