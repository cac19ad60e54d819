/**
 * Takes orders, and what the log was told of them, to other documents: for who moves. There a connector goes on, and
 * tells nothing a second time.
 */
import { isDeepStrictEqual } from 'node:util';
import { ConditionFailed, type DocumentKey, type Documents, type JsonObject } from '../../documents/port.ts';
import { MillraceError } from '../../errors.ts';
import type { Transport } from '../../transport/port.ts';
import { carriedOutIn } from './carried-out.ts';
import { allOf } from './elsewhere.ts';
import { type LagPorts, ordersLag } from './lag.ts';
import { checkLog } from './log-behind.ts';
import { ordersCollection } from './order.ts';
import { toldCollection, toldOrder, type ToldOrder } from './told.ts';

/** Documents that are written together. */
const atOnce = 16;
/** Documents that an error names. */
const mostNamed = 3;

export interface OrdersCopy {
  readonly from: LagPorts & {
    readonly transport: Pick<Transport, 'topics' | 'bounds' | 'read'>;
  };
  readonly to: {
    readonly documents: Pick<Documents, 'get' | 'put' | 'list'>;
    /** Of the log that goes with them: a copy, or the same one. */
    readonly transport: Pick<Transport, 'topics' | 'bounds'>;
  };
  /** Ends it after what is written by then. */
  readonly signal: AbortSignal;
}

/** Counts of documents. */
export interface OrdersCopied {
  readonly orders: number;
  readonly told: number;
  /** Erasures that have taken orders along, by partition of the log. */
  readonly erasures: number;
  /** Of all of these, those that an earlier copy had brought. */
  readonly before: number;
}

/** The log has not been told of all orders yet. */
export class OrdersUntold extends MillraceError {
  readonly code = 'ORDERS_UNTOLD';
}

/** A document is there already that is another one, or none at all in the former place. */
export class OrderDiffers extends MillraceError {
  readonly code = 'ORDER_DIFFERS';
}

/**
 * What was told goes first: an order that a connector there finds is never one of which it knows nothing.
 * @throws {OrdersUntold} {LogBehind} before anything is written; {OrderDiffers}, before that where documents are gone
 */
export async function copyOrders({ from, to, signal }: OrdersCopy): Promise<OrdersCopied> {
  const behind = (await ordersLag(from, 1)).filter(range => range.behind > 0 || range.isMore);
  if (behind.length > 0)
    throw new OrdersUntold(
      `The log has not been told yet of all orders in ${behind.map(({ range }) => range).join(', ')}`,
      'Let nobody write orders there any more, run `millrace run --until-caught-up` with the settings of --from, then `millrace topics copy` again where the log is another one, then `millrace documents copy`',
    );
  if ((await from.documents.list({ collection: toldCollection, limit: 1 })).length > 0)
    await checkLog(from.transport, to.transport);
  await checkGone(from.documents, to.documents);
  const writer = new Writer(to.documents, signal);
  const told = await writer.all(allOf(from.documents, toldCollection), ({ body }) => settled(toldOrder.parse(body)));
  const { collection, partition } = carriedOutIn;
  const erasures = await writer.all(allOf(from.documents, collection, partition), ({ body }) => body);
  const orders = await writer.all(allOf(from.documents, ordersCollection), ({ body }) => body);
  return { orders, told, erasures, before: writer.before };
}

/** What was erased or removed after an earlier copy would live on there. @throws {OrderDiffers} */
async function checkGone(from: Pick<Documents, 'get'>, to: OrdersCopy['to']['documents']): Promise<void> {
  const gone: DocumentKey[] = [];
  const check = async (some: readonly DocumentKey[]) => {
    const found = await Promise.all(some.map(key => from.get(key)));
    gone.push(...some.filter((_, n) => found[n] === undefined));
  };
  for (const collection of [ordersCollection, toldCollection]) {
    let some: DocumentKey[] = [];
    for await (const { partition, id } of allOf(to, collection)) {
      some.push({ collection, partition, id });
      if (some.length < atOnce) continue;
      await check(some);
      some = [];
    }
    await check(some);
  }
  if (gone.length > 0) throw goneFrom(gone);
}

/** All of it is in the log. Fences and pages were those of the feed that is left behind: whoever reads there is newer. */
const settled = (told: ToldOrder): JsonObject => ({
  ...told,
  fence: 0,
  page: -1,
  standing: told.standing.map(([item, standing]) => [item, standing]),
  events: [],
});

interface Copied extends DocumentKey {
  readonly body: JsonObject;
}

class Writer {
  before = 0;
  readonly #to: OrdersCopy['to']['documents'];
  readonly #signal: AbortSignal;

  constructor(to: OrdersCopy['to']['documents'], signal: AbortSignal) {
    this.#to = to;
    this.#signal = signal;
  }

  /** Answers how many are there then. */
  async all(documents: AsyncIterable<Copied>, bodyOf: (document: Copied) => JsonObject): Promise<number> {
    let [count, some]: [number, Copied[]] = [0, []];
    const put = () => Promise.all(some.map(document => this.#put(document, bodyOf(document))));
    for await (const document of documents) {
      if (this.#signal.aborted) break;
      some.push(document);
      count++;
      if (some.length < atOnce) continue;
      await put();
      some = [];
    }
    await put();
    return count;
  }

  async #put({ collection, partition, id }: DocumentKey, body: JsonObject): Promise<void> {
    const key = { collection, partition, id };
    try {
      await this.#to.put(key, body, 'absent');
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      if (!isDeepStrictEqual((await this.#to.get(key))?.body, body)) throw differs(key);
      this.before++;
    }
  }
}

const nameOf = ({ collection, partition, id }: DocumentKey): string => `${collection}/${partition}/${id}`;

/** Nothing that is there is overwritten or removed: it might be the shop's. */
const emptied = `Where nothing has run there yet, empty its collections ${ordersCollection}, ${toldCollection} and ${carriedOutIn.collection}, and copy again; where something has, it is the shop's place now, and nothing can be copied there`;

const differs = (key: DocumentKey): OrderDiffers =>
  new OrderDiffers(
    `${nameOf(key)} is there already, and is not what would be copied there: it has changed since, in either place`,
    emptied,
  );

const goneFrom = (gone: readonly DocumentKey[]): OrderDiffers =>
  new OrderDiffers(
    `${gone.length} documents are where they would be copied to, and not where they come from: ${gone.slice(0, mostNamed).map(nameOf).join(', ')}${gone.length > mostNamed ? ', …' : ''}`,
    emptied,
  );
