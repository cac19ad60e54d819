/** Orders over HTTP: placed, taken back, listed, and followed into the model. */
import type { z } from 'zod';
import type { DocumentKey } from '../../../documents/port.ts';
import { orderEventId } from '../../orders/told.ts';
import type { Caller } from '../auth/caller.ts';
import { type Endpoint, endpoint, ok } from '../endpoint.ts';
import { RequestRefused } from '../errors.ts';
import type { Stored } from '../stored.ts';
import { checkKey } from '../idempotency.ts';
import { InvalidOrder } from './errors.ts';
import { findOrder, orderKey, type OrderPorts, placeOrder } from './place.ts';
import { requestKey } from './request-keys.ts';
import { cancelOrder, returnLines } from './take-back.ts';
import { endFor, type Learning, OrderProgress, type ProgressParts } from './progress.ts';
import { ordersOf, shownOrder, type StoredOrder } from './stored-order.ts';
import * as wire from './wire.ts';
import { byId, nothing } from '../wire.ts';

export interface OrderParts {
  readonly orders: OrderPorts & ProgressParts & { readonly newOrderId: () => string };
  readonly stored: Stored;
}

const one = '/v2/orders/{userId}/{orderId}';
const post = { method: 'POST', status: 202, query: wire.waitQuery, answer: wire.orderAccepted } as const;
const get = { method: 'GET', status: 200, params: wire.byOrder } as const;

export function orderEndpoints(parts: OrderParts): Endpoint[] {
  return [...placingEndpoints(parts), ...takingBackEndpoints(parts), ...readingEndpoints(parts)];
}

function placingEndpoints(parts: OrderParts): Endpoint[] {
  return [
    endpoint(
      {
        ...post,
        path: '/v2/orders',
        summary: 'Takes an order; with an Idempotency-Key, which becomes its id, sent twice it is one',
        access: ({ body }) => body.userId,
        params: nothing,
        body: wire.orderBody,
        problems: [400, 409, 413, 415, 422],
        takesIdempotencyKey: true,
      },
      async ({ body, query, caller, idempotencyKey }) => {
        const orderId = idFrom(body.orderId, idempotencyKey) ?? parts.orders.newOrderId();
        return { status: 202, body: await place(parts, caller, { ...body, orderId }, query.wait) };
      },
    ),
    endpoint(
      {
        ...post,
        path: '/v2/orders/batch',
        summary: 'Takes orders, each by itself: where one is refused, the others are not',
        access: ({ body }) =>
          new Set(body.orders.map(order => order.userId)).size === 1 ? body.orders[0]?.userId : undefined,
        params: nothing,
        body: wire.ordersBody,
        answer: wire.ordersAccepted,
        isIdempotent: true,
        problems: [400, 413, 415],
      },
      async ({ body, query, caller }) => {
        const orders = await Promise.all(
          body.orders.map(order => place(parts, caller, order, query.wait).catch(refusalOf(order.orderId))),
        );
        return { status: 202, body: { orders } };
      },
    ),
  ];
}

function takingBackEndpoints(parts: OrderParts): Endpoint[] {
  const { orders } = parts;
  const problems = [400, 404, 413, 415, 422];
  const taken = { ...post, access: ({ params }: Named) => params.userId, params: wire.byOrder } as const;
  return [
    endpoint(
      {
        ...taken,
        path: `${one}/returns`,
        summary: 'Takes lines of an order back; with an Idempotency-Key, sent twice it takes them once',
        body: wire.returnBody,
        problems,
        takesIdempotencyKey: true,
      },
      async ({ params: { userId, orderId }, body, query, caller, idempotencyKey }) => {
        const key = orderKey({ tenant: caller.tenant, userId }, orderId);
        const path = `/v2/orders/${userId}/${orderId}/returns`;
        const request = requestKey({ key: idempotencyKey, caller, path, body });
        const order = await returnLines(orders, key, { lines: body.lines, request });
        return { status: 202, body: await accepted(parts, key, order, query.wait) };
      },
    ),
    endpoint(
      {
        ...taken,
        path: `${one}/cancel`,
        summary: 'Takes an order back as a whole',
        isIdempotent: true,
        problems: [400, 404],
      },
      async ({ params, query, caller }) => {
        const key = orderKey({ tenant: caller.tenant, userId: params.userId }, params.orderId);
        return { status: 202, body: await accepted(parts, key, await cancelOrder(orders, key), query.wait) };
      },
    ),
  ];
}

function readingEndpoints(parts: OrderParts): Endpoint[] {
  const { orders, stored } = parts;
  const access = ({ params }: Named): string => params.userId;
  return [
    endpoint(
      {
        ...get,
        path: '/v2/users/{id}/orders',
        summary: 'The orders of a user, by id',
        access: ({ params }) => params.id,
        params: byId,
        query: wire.ordersQuery,
        answer: wire.ordersAnswer,
        problems: [400],
      },
      async ({ params, query, caller }) =>
        ok(await ordersOf(orders.documents, { tenant: caller.tenant, userId: params.id }, query)),
    ),
    endpoint(
      { ...get, path: one, summary: 'An order', access, query: nothing, answer: wire.order, problems: [400, 404] },
      async ({ params, caller }) => {
        const key = orderKey({ tenant: caller.tenant, userId: params.userId }, params.orderId);
        return ok(shownOrder((await findOrder(orders.documents, key)).order));
      },
    ),
    endpoint(
      {
        ...get,
        path: `${one}/progress`,
        summary: 'How far an order has come on its way into the model and the user’s list',
        access,
        query: nothing,
        answer: wire.progress,
        problems: [400, 404],
      },
      async ({ params: { userId, orderId }, caller }) => {
        const key = orderKey({ tenant: caller.tenant, userId }, orderId);
        const { order } = await findOrder(orders.documents, key);
        const learning = await new OrderProgress(orders, key, order).now();
        const [vector, list] = await Promise.all([stored.userVector(userId), stored.listOf(userId)]);
        return ok({ stored: order.updatedAt, ...learning, vectorOf: versionOf(vector), listOf: versionOf(list) });
      },
    ),
  ];
}

interface Named {
  readonly params: { readonly userId: string };
}

const versionOf = (of: { readonly generation: number; readonly number: number } | undefined): string | null =>
  of === undefined ? null : `${of.generation}.${of.number}`;

async function place(
  parts: OrderParts,
  { tenant }: Caller,
  { at, ...posted }: z.infer<typeof wire.ordersBody>['orders'][number],
  wait: number,
) {
  const time = at === undefined ? undefined : Date.parse(at);
  const order = await placeOrder(parts.orders, { ...posted, tenant, at: time });
  return accepted(parts, orderKey({ tenant, userId: posted.userId }, posted.orderId), order, wait);
}

async function accepted({ orders }: OrderParts, key: DocumentKey, order: StoredOrder, wait: number) {
  const { orderId, userId, status } = order;
  const { topic, partition } = await endFor(orders, key.partition);
  const learning = wait === 0 ? notYet : await new OrderProgress(orders, key, order).within(wait);
  const document = { collection: key.collection, partition: key.partition, id: key.id };
  return { orderId, userId, status, document, topic, partition, events: eventsOf(key, order), ...learning };
}

/** Nobody has looked. */
const notYet: Learning = { offset: null, learnt: false, modelVersion: null };

/** The events that a new order is told by: their ids are known before the connector has seen it. */
const eventsOf = (key: DocumentKey, { lines }: StoredOrder) =>
  [...new Set(lines.map(({ itemId }) => itemId))].map(itemId => ({
    itemId,
    eventId: orderEventId(key, 1, { itemId, kind: 'order' }),
  }));

/** An order that names itself needs no key: whatever the key, the same order once more is the one that is there. */
function idFrom(orderId: string | undefined, idempotencyKey: string | undefined): string | undefined {
  if (idempotencyKey === undefined) return orderId;
  if (orderId !== undefined) {
    checkKey(idempotencyKey);
    return orderId;
  }
  const parsed = wire.orderId.safeParse(idempotencyKey);
  if (!parsed.success) throw new InvalidOrder('The Idempotency-Key is no id of an order', 'See /openapi.json');
  return parsed.data;
}

/** One order of several that is refused: told beside the others. */
const refusalOf = (orderId: string) => (error: unknown) => {
  if (!(error instanceof RequestRefused)) throw error;
  return { orderId, status: error.status, code: error.code, detail: error.message };
};
