/** Two processes of the API change the same orders at the same time, on every store: what either was told is done, is done once. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { containers } from '../../../src/documents/cosmos/containers.ts';
import { makeContainers } from '../../support/cosmos/place.ts';
import { startFixtureProcess } from '../../support/cosmos/process.ts';
import { orderly } from '../../support/kill-child.ts';
import { LiveProcess } from '../../support/loop/live-process.ts';
import { type LoopPlace, openLoop } from '../../support/loop/place.ts';
import { makeTopics, run } from '../../support/loop/run.ts';
import { toldEvents, wanted } from '../../support/orders.ts';

const returnsEach = 15;
const shown = z.object({ lines: z.array(z.object({ itemId: z.string(), returned: z.int() })) });

async function placeIn(store: 'sqlite' | 'cosmos'): Promise<LoopPlace> {
  const data = mkdtempSync(join(tmpdir(), 'millrace-rivals-'));
  onTestFinished(() => rmSync(data, { recursive: true }));
  const place = { data: join(data, 'loop') };
  mkdirSync(place.data);
  if (store === 'sqlite') return place;
  const fixture = await startFixtureProcess();
  onTestFinished(() => fixture[Symbol.asyncDispose]());
  await makeContainers(
    fixture,
    containers.map(({ name }) => name),
  );
  return { ...place, cosmos: { endpoint: fixture.endpoint, key: fixture.key } };
}

test.each(['sqlite', 'cosmos'] as const)('returns and orders that two of them take at once, in %s', async store => {
  const place = await placeIn(store);
  await makeTopics(place);
  const apis = [new LiveProcess('api', place), new LiveProcess('api', place)];
  for (const api of apis) onTestFinished(() => api.kill());
  const urls = await Promise.all(apis.map(api => api.says('listening ')));
  const post = async (url: string, path: string, body: object): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    await answer.arrayBuffer();
    return answer.status;
  };
  const both = (path: string, bodies: readonly object[]) =>
    Promise.all(urls.map((url, n) => post(url, path, bodies[n] ?? {})));
  const order = (orderId: string, itemId: string, quantity: number) => ({
    orderId,
    userId: 'ann',
    lines: [{ itemId, quantity }],
  });

  // The same order at both is one; of two different ones of an id the first is taken.
  const same = order('same', 'heat', 2 * returnsEach);
  expect(await both('/v2/orders', [same, same])).toEqual([202, 202]);
  const either = await both('/v2/orders', [order('two', 'solaris', 1), order('two', 'stalker', 1)]);
  expect(either.toSorted((a, b) => a - b)).toEqual([202, 409]);

  const back = { lines: [{ itemId: 'heat', quantity: 1 }] };
  const taken = await Promise.all(
    urls.map(async url => {
      const statuses = [];
      for (let n = 0; n < returnsEach; n++) statuses.push(await post(url, '/v2/orders/ann/same/returns', back));
      return statuses;
    }),
  );
  expect(taken.flat()).toEqual(Array.from({ length: 2 * returnsEach }, () => 202));
  expect(await both('/v2/orders/ann/same/returns', [back, back]), 'nothing is left to return').toEqual([422, 422]);
  expect(shown.parse(await (await fetch(`${urls[0]}/v2/orders/ann/same`)).json()).lines).toEqual([
    { itemId: 'heat', returned: 2 * returnsEach },
  ]);
  for (const api of apis) expect(await api.stop()).toEqual(orderly);

  expect(await run(place)).toEqual(orderly);
  await using ports = await openLoop(place);
  const pairs = wanted(await toldEvents(ports.transport));
  expect(pairs).toHaveLength(1);
  expect(['ann solaris', 'ann stalker']).toContain(pairs[0]);
});
