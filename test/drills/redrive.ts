/** Records that could not be processed are sent again, once the cause is mended. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Rating } from '../../schemas/types.ts';
import { root } from '../../scripts/results.ts';
import type { Ports } from '../../src/app/compose.ts';
import { orderPartition } from '../../src/recommender/orders/order.ts';
import { parseDefinition } from '../../src/stream/avro.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { appendFromOutside, recordOfBytes } from '../../src/stream/outside.ts';
import { schema } from '../../src/stream/schema.ts';
import { ratings, ratingsByItem } from '../../topologies/streams.ts';
import { consumed } from '../support/consumer.ts';
import type { Drill } from './drills.ts';
import { portsOf } from './judge.ts';
import type { Stage } from './stage.ts';

const orders = 3;
const early = 4;
const hopeless = 2;

export const redrive: Drill = {
  name: 'redrive',
  about: 'dead letters are sent again once their cause is mended; each comes out once, the hopeless ones stay',
  on: { transport: ['kafka'] },
  run,
};

async function run(stage: Stage): Promise<void> {
  stage.set({ MILLRACE_TENANTS_ALLOWED: 'north' });
  await stage.prepare('a shop of the tenant north', async () => {
    await stage.millrace('generate', '--count', '200', '--rate', '0', '--tenant', 'north', '--partitions', '2');
    await stage.millrace('run', '--until-caught-up');
  });
  const next = nextRatingSchema();
  await stage.damage(
    'orders of a tenant that nobody allowed; ratings of a schema that nobody registered; nonsense',
    async () => {
      await using ports = await portsOf(stage);
      await placeOrders(ports);
      await append(
        ports,
        Array.from({ length: early }, (_, n) => next.encoded({ ...rating(n), channel: 'app' })),
      );
      await append(
        ports,
        Array.from({ length: hopeless }, (_, n) => Buffer.from(`nonsense ${n}`)),
      );
      await stage.millrace('run', '--until-caught-up');
      stage.same('records in the dead letters', await lettersIn(ports), { orders, ratings: early + hopeless });
      stage.same('what has come out of them', await comeOut(ports), []);
    },
  );
  await stage.recover('the letters say why', async () => {
    const { deadLetters: letters } = await stage.millrace('dead-letters', 'list');
    const reasons = z.array(z.object({ reason: z.string() })).parse(letters);
    for (const reason of new Set(reasons.map(one => one.reason))) stage.saw(reason);
  });
  await stage.recover('the causes are mended: the tenant is allowed, the schema is registered', async () => {
    stage.set({ MILLRACE_TENANTS_ALLOWED: 'north,south' });
    await using ports = await portsOf(stage);
    await ports.registry.register(next.definition);
  });
  await stage.recover('everything is sent again', async () => {
    const counts = await stage.millrace('dead-letters', 'redrive');
    stage.same('records that were sent again', counts['redriven'], orders + early + hopeless);
    await stage.millrace('run', '--until-caught-up');
  });
  const all = [
    ...Array.from({ length: early }, (_, n) => rating(n).eventId),
    ...orderIds.map(id => `order ${id}`),
  ].sort();
  await stage.check('each has come out once; what is hopeless is a letter again', async () => {
    await using ports = await portsOf(stage);
    stage.same('what has come out', await comeOut(ports), all);
    stage.same('records in the dead letters', await lettersIn(ports), { orders, ratings: early + 2 * hopeless });
  });
  await stage.check('sent again a second time nothing comes out twice', async () => {
    const counts = await stage.millrace('dead-letters', 'redrive');
    stage.same('sent by the first time', counts['before'], orders + early + hopeless);
    await stage.millrace('run', '--until-caught-up');
    await using ports = await portsOf(stage);
    stage.same('what has come out', await comeOut(ports), all);
  });
}

/** As the next release of a producer has it: one field more. */
function nextRatingSchema() {
  const Fields = z.looseObject({ fields: z.array(z.unknown()) });
  const today = Fields.parse(JSON.parse(readFileSync(join(root, 'schemas/rating.avsc'), 'utf8')));
  const fields = [...today.fields, { name: 'channel', type: 'string', default: '', doc: 'Where it was rated.' }];
  const definition = parseDefinition(JSON.stringify({ ...today, fields }));
  const next = schema<Rating & { readonly channel: string }>(definition);
  const encoded = (value: Rating & { readonly channel: string }): Buffer => {
    const buffer = Buffer.alloc(1_000);
    return buffer.subarray(0, next.encode(value, buffer, 0));
  };
  return { definition, encoded };
}

const rating = (n: number): Rating => ({
  eventId: `early-${n}`,
  tenant: 'north',
  userId: `u${n}`,
  sessionId: '',
  itemId: String(1 + n),
  kind: 'rating',
  value: 4,
  time: Date.now(),
});

const append = ({ transport }: Ports, values: readonly Buffer[]): Promise<unknown> =>
  appendFromOutside(
    transport,
    ratings.name,
    values.map((bytes, n) => recordOfBytes(`u${n}`, bytes)),
    Date.now(),
  );

const orderIds = Array.from({ length: orders }, (_, n) => `o-${n}`);

/** As a shop does that writes its orders into the documents itself. */
async function placeOrders({ documents }: Ports): Promise<void> {
  for (const [n, orderId] of orderIds.entries()) {
    const key = { collection: 'orders', partition: orderPartition('south', 'ann'), id: orderId };
    const lines = [{ itemId: String(1 + n), quantity: 1 }];
    await documents.put(key, { orderId, userId: 'ann', tenant: 'south', lines, placedAt: Date.now() }, 'always');
  }
}

/** Records that stand in the dead letters; what several tasks could not read counts once. */
async function lettersIn({ transport }: Ports): Promise<Readonly<Record<string, number>>> {
  const letters = await consumed(transport, deadLetters);
  const count = (topic: string): number => {
    const places = letters
      .filter(letter => letter.topic === topic)
      .map(({ partition, offset, key }) => [partition, offset, key]);
    return new Set(places.map(place => place.join(' '))).size;
  };
  return { orders: count('orders'), ratings: count(ratings.name) };
}

/** What stands in `ratings-by-item` of what had been refused: the ratings by their ids, the orders by their one item. */
async function comeOut({ transport }: Ports): Promise<string[]> {
  const events = await consumed(transport, ratingsByItem);
  const found = events.flatMap(({ eventId, kind, tenant, itemId }) => {
    if (kind === 'order' && tenant === 'south') return [`order ${orderIds[Number(itemId) - 1]}`];
    return eventId.startsWith('early-') ? [eventId] : [];
  });
  return found.sort();
}
