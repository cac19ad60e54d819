/** What somebody writes who has just installed Millrace: type-checked in strict mode, then run. */
export const consumer = `
import { map } from 'rxjs';
import { schema, stream, topology, type Millis } from 'millrace';
import { openClient } from 'millrace/log';
import { at, testTopology } from 'millrace/testing';

type Rating = { readonly itemId: string; readonly stars: number; readonly ratedAt: Millis };

const fields = [
  { name: 'itemId', type: 'string' },
  { name: 'stars', type: 'double' },
  { name: 'ratedAt', type: 'double' },
];
const rating = schema<Rating>({ type: 'record', name: 'Rating', fields });
const ratings = stream('ratings', { schema: rating, key: r => r.itemId, time: r => r.ratedAt });
const doubled = stream('doubled', { ...ratings, key: r => r.itemId });

export const doubling = topology('doubling', task => {
  task.read(ratings).pipe(map(r => ({ ...r, stars: 2 * r.stars }))).subscribe(task.write(doubled));
});

await using run = await testTopology(doubling, { seed: 7 });
await run.send(ratings, { itemId: 'heat', stars: 5, ratedAt: at('10:00') });
await run.crash();
console.log(doubling.name, run.output(doubled).last('heat', '10:00')?.stars);

async function send(data: string): Promise<void> {
  await using client = await openClient({ data });
  await client.send(ratings, [{ itemId: 'heat', stars: 5, ratedAt: Date.now() }]);
}
await send('nowhere').catch((error: Error) => console.log(error.name));
`;

/** What a page of a shop writes, bundled for browsers. */
export const inAPage = `
import { createClient, Refused, type ItemList } from 'millrace/client';

const millrace = createClient({ baseUrl: location.origin, getToken: () => sessionStorage.getItem('token') ?? undefined });

export async function follow(userId: string, show: (items: ItemList['items']) => void, signal: AbortSignal): Promise<void> {
  try {
    for await (const { items } of millrace.lists(userId, { n: 5, signal })) show(items);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.log(error.status, error.code, error.remedy);
  }
}

// @ts-expect-error -- there is no such operation
void millrace.get('/v2/no/such');
// @ts-expect-error -- and no such parameter
void millrace.get('/v2/popular', { params: { query: { n: 'three' } } });
`;

/** What the consumer prints. */
export const printed = 'doubling 10\nNothingThere\n';

/** The values that `import 'millrace/client'` gives. */
export const clientNames = ['InvalidClient', 'Refused', 'TimedOut', 'Unreachable', 'UnreadableEvent', 'createClient'];

/** The values that `import 'millrace/log'` gives. */
export const logNames = ['NothingThere', 'openClient'];

/** The values that `import 'millrace/testing'` gives. */
export const testingNames = ['TopologyTestError', 'at', 'checkFold', 'testTopology'];

/** The values that `import 'millrace'` gives. */
export const publicNames = [
  'InvalidWindow',
  'MillraceError',
  'Unavailable',
  'boundedLateness',
  'calendar',
  'days',
  'hopping',
  'hours',
  'json',
  'listState',
  'mapState',
  'milliseconds',
  'minutes',
  'monotonic',
  'punctuated',
  'schema',
  'seconds',
  'session',
  'sliding',
  'sortedMapState',
  'stream',
  'topology',
  'tumbling',
  'untimed',
  'valueState',
];
