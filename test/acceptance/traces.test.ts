/** Traces as a collector gets them: from a request to a process of ours, to the list that changed because of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { json, startedWith } from '../support/cli.ts';
import { openReceiver, type Receiver, wayTo } from '../support/otlp/receiver.ts';
import { begunElsewhere } from '../support/spans.ts';

const deadline_ms = 180_000;
let data: string;

// A few ratings, so that no data set is loaded.
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'millrace-traces-'));
  await json('generate', '--data', data, '--rate', '0', '--count', '200');
}, 120_000);
afterEach(() => rmSync(data, { recursive: true }));

/** A whole process that tells its traces there. */
const start = (endpoint: string, more: Record<string, string> = {}) =>
  startedWith(
    {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
      MILLRACE_TELEMETRY_TRACES_EVERY_MS: '20',
      MILLRACE_TELEMETRY_TRACES_TIMEOUT_MS: '2000',
      MILLRACE_GENERATE_RATE: '0',
      MILLRACE_MODEL_FACTORS: '8',
      ...more,
    },
    'start',
    '--data',
    data,
  );

const post = async (url: string, path: string, body: object, traceparent: string): Promise<void> => {
  const headers = { 'content-type': 'application/json', traceparent };
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(202);
};

/** Waits until the trace has come to the list of the user; answers the ways of all its spans. */
async function waysOf(receiver: Receiver, traceId: string, user: string): Promise<ReadonlySet<string>> {
  const own = () => receiver.spans.filter(span => span.traceId === traceId);
  const isOfUser = ({ name, attributes }: ReturnType<typeof own>[number]): boolean =>
    name === 'replace recommendations' && attributes['millrace.document.id'] === user;
  await vi.waitUntil(
    () => own().some(isOfUser) && own().some(({ parentSpanId }) => parentSpanId === elsewhere.spanId),
    {
      timeout: deadline_ms,
    },
  );
  return new Set(own().map(span => wayTo(span, own())));
}

const elsewhere = begunElsewhere();
const orderTrace = elsewhere.traceId.replace(/^4/, '5');

test('a rating and an order are one trace each, from the request to the list that changed', async () => {
  await using receiver = await openReceiver();
  const process = start(receiver.endpoint, { MILLRACE_TELEMETRY_TRACES_KEYS: 'true', OTEL_SERVICE_NAME: 'shop-lists' });
  const url = await process.address();
  await post(url, '/v2/ratings', { userId: 'ann', itemId: '1', value: 5 }, elsewhere.header);
  const rated = await waysOf(receiver, elsewhere.traceId, 'ann');
  const sent = 'POST /v2/ratings > append ratings';
  const listed = `${sent} > train process ratings > recommend process item-vectors`;
  for (const way of [
    `${sent} > intake process ratings > append ratings-by-item`,
    `${sent} > train process ratings > append user-vectors`,
    `${listed} > append recommendations`,
    `${listed} > replace recommendations`,
  ])
    expect(rated).toContain(way);
  const order = { userId: 'ben', orderId: 'o-1', lines: [{ itemId: '2', quantity: 1 }] };
  await post(url, '/v2/orders', order, elsewhere.header.replace(elsewhere.traceId, orderTrace));
  const ordered = await waysOf(receiver, orderTrace, 'ben');
  expect(ordered).toContain(
    'POST /v2/orders > put orders > append ratings > train process ratings > recommend process item-vectors > replace recommendations',
  );
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/millrace_spans_total\{outcome="exported"\} [1-9]/);
  expect(metrics).toMatch(/millrace_spans_total\{outcome="failed"\} 0\n/);
  expect(new Set(receiver.spans.map(({ service }) => service))).toEqual(new Set(['shop-lists']));
  const [train] = receiver.spans.filter(
    ({ name, traceId }) => name === 'train process ratings' && traceId === orderTrace,
  );
  expect(receiver.spans.find(({ spanId }) => train?.links.includes(spanId))).toMatchObject({ name: 'epoch train' });
  // What ended just before the process did is told too: nothing is left in a queue.
  await post(url, '/v2/ratings', { userId: 'cem', itemId: '3', value: 4 }, elsewhere.header);
  expect(await process.stop('SIGTERM')).toMatchObject({ code: 0 });
  const last = receiver.spans.filter(
    ({ name, traceId }) => name === 'POST /v2/ratings' && traceId === elsewhere.traceId,
  );
  expect(last).toHaveLength(2);
}, 300_000);

test('a collector that is away holds up nobody, and is counted; where nothing is to be told it is not asked', async () => {
  await using receiver = await openReceiver();
  receiver.status = 400;
  const process = start(receiver.endpoint);
  const url = await process.address();
  const unsampled = begunElsewhere('00').header;
  await post(url, '/v2/ratings?wait=10000', { userId: 'ann', itemId: '1', value: 5 }, unsampled);
  expect(receiver.requests).toBe(0);
  await post(url, '/v2/ratings?wait=10000', { userId: 'ben', itemId: '1', value: 5 }, elsewhere.header);
  await vi.waitUntil(
    async () => /millrace_spans_total\{outcome="failed"\} [1-9]/.test(await (await fetch(`${url}/metrics`)).text()),
    { timeout: deadline_ms },
  );
  const list = await fetch(`${url}/v2/users/ben/recommendations`);
  expect(list.status).toBe(200);
  const { code, stderr } = await process.stop('SIGTERM');
  expect(code).toBe(0);
  expect(stderr).toMatch(/spans were not taken/);
}, 300_000);
