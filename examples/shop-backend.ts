/**
 * A shop's backend: it posts an order and asks what is recommended once that has been learnt.
 * `MILLRACE_KEY=mrk_… node examples/shop-backend.ts http://127.0.0.1:8080 USER ITEM`
 */
import { type Client, createClient, Refused } from '../src/client.ts';

export interface Sale {
  readonly userId: string;
  readonly itemId: string;
  /** Of the shop: the same order once more is one order. */
  readonly orderId: string;
}

/** Titles of what is recommended after the sale, without what was sold. */
export async function sell(millrace: Client, { userId, itemId, orderId }: Sale): Promise<readonly string[]> {
  const lines = [{ itemId, quantity: 1 }];
  const order = await millrace.post('/v2/orders', { body: { userId, orderId, lines } });
  // The order is durable from here on; whether it has been learnt within the limit makes no difference to that.
  const { list } = await millrace.waitUntilLearnt(order, { n: 5, limit_ms: 30_000 });
  return list.items.map(({ title }) => title);
}

const [baseUrl, userId, itemId] = process.argv.slice(2);
if (import.meta.main && baseUrl !== undefined && userId !== undefined && itemId !== undefined) {
  const token = process.env['MILLRACE_KEY'];
  const millrace = createClient({ baseUrl, ...(token !== undefined && { token }) });
  try {
    console.log((await sell(millrace, { userId, itemId, orderId: crypto.randomUUID() })).join('\n'));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(`${error.code}: ${error.detail}`);
    process.exitCode = 1;
  }
}
