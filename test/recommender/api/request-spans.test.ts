/** One trace from a request to the record that it left in the log. */
import { context, SpanKind, trace } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { Unavailable } from '../../../src/errors.ts';
import { activeTraceId, contextIn } from '../../../src/operations/tracing/context.ts';
import { type Caller, everybody } from '../../../src/recommender/api/auth/caller.ts';
import type { Gate } from '../../../src/recommender/api/auth/gate.ts';
import { BatchCursor } from '../../../src/transport/record.ts';
import type { Transport } from '../../../src/transport/port.ts';
import { partitionOf } from '../../../src/transport/partitioner.ts';
import { begunElsewhere, openSpans } from '../../support/spans.ts';
import { shop } from './shop.ts';

const sound = { userId: 'ann', itemId: 'heat', value: 4.5 };
const { traceId, spanId, header } = begunElsewhere();
const json = (traceparent = header) => ({ 'content-type': 'application/json', traceparent });

/** Headers of the records of the user. */
async function tracesOf(transport: Pick<Transport, 'read'>, user = 'ann'): Promise<string[]> {
  const at = { topic: 'ratings', partition: partitionOf(user, 4), from: 0, maxRecords: 100, maxBytes: 1 << 20 };
  const found: string[] = [];
  for (const batch of await transport.read(at)) {
    const record = new BatchCursor(batch);
    while (record.next()) found.push(record.trace());
  }
  return found;
}

describe('a rating that is posted', () => {
  test('goes on with the trace of a service, and its record carries it', async () => {
    await using spans = openSpans();
    const { postTo, transport } = await shop({ tracing: spans.tracing });
    expect((await postTo('/v2/ratings', sound, json())).statusCode).toBe(202);
    const [append, request] = await spans.told();
    expect(request).toMatchObject({ name: 'POST /v2/ratings', kind: SpanKind.SERVER });
    expect(request?.spanContext().traceId).toBe(traceId);
    expect(request?.parentSpanContext?.spanId).toBe(spanId);
    expect(request?.attributes).toMatchObject({ 'http.route': '/v2/ratings', 'http.response.status_code': 202 });
    expect(append).toMatchObject({ name: 'append ratings', kind: SpanKind.PRODUCER });
    expect(append?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
    expect(append?.attributes).toMatchObject({
      'messaging.system': 'millrace',
      'messaging.destination.name': 'ratings',
      'messaging.destination.partition.id': String(partitionOf('ann', 4)),
      'messaging.kafka.offset': 0,
    });
    const [carried = ''] = await tracesOf(transport);
    expect(contextIn(carried)).toMatchObject({ traceId, spanId: append?.spanContext().spanId, traceFlags: 1 });
  });

  test('leaves no name of a user in spans unless it is asked for', async () => {
    for (const keys of [false, true]) {
      await using spans = openSpans({ keys });
      const { postTo, get } = await shop({ tracing: spans.tracing });
      await postTo('/v2/ratings', sound, json());
      await get('/v2/users/ann/recommendations');
      const told = JSON.stringify((await spans.told()).map(({ name, attributes }) => [name, attributes]));
      expect(told.includes('ann')).toBe(keys);
    }
  });

  test('is not told where the caller says so, and the record says so too', async () => {
    await using spans = openSpans();
    const { postTo, transport } = await shop({ tracing: spans.tracing });
    await postTo('/v2/ratings', sound, json(begunElsewhere('00').header));
    expect(await spans.told()).toEqual([]);
    expect((await tracesOf(transport)).map(text => contextIn(text)?.traceFlags)).toEqual([0]);
  });

  test('carries nothing where nothing is traced', async () => {
    const { postTo, transport } = await shop();
    await postTo('/v2/ratings', sound, json());
    expect(await tracesOf(transport)).toEqual(['']);
  });

  test('that the log does not take is an error of both spans', async () => {
    await using spans = openSpans();
    const away = () => Promise.reject(new Unavailable('The log is away', 'Wait'));
    const none = { topics: away, bounds: away, read: away, grown: away, committed: away };
    const refusing = { ...none, partitions: async () => 4, append: away };
    const { postTo } = await shop({ tracing: spans.tracing, transport: refusing });
    expect((await postTo('/v2/ratings', sound, json())).statusCode).toBe(503);
    const told = await spans.told();
    expect(told.map(({ attributes }) => attributes['error.type'])).toEqual(['Unavailable', '503']);
  });
});

describe('whose trace it is', () => {
  const gateOf = (caller: Caller): Gate => ({ identify: async () => ({ caller, credential: caller.role }) });
  const shopper = gateOf({ role: 'shopper', tenant: '', userId: 'ann' });
  const anybody = gateOf(everybody);

  test.each([
    ['a shopper', 'services', shopper, false],
    ['an admin', 'services', anybody, true],
    ['a shopper, where everybody is trusted', 'all', shopper, true],
    ['an admin, where nobody is', 'none', anybody, false],
  ] as const)('%s', async (_who, continues, gate, isTheirs) => {
    await using spans = openSpans({ continues });
    const { postTo } = await shop({ tracing: spans.tracing, access: { gate } });
    await postTo('/v2/ratings', sound, json());
    const request = (await spans.told()).find(({ kind }) => kind === SpanKind.SERVER);
    expect(request?.spanContext().traceId === traceId).toBe(isTheirs);
    // Somebody else's is linked to: who looks at it there finds the way on.
    expect(request?.links.map(link => link.context.traceId)).toEqual(isTheirs ? [] : [traceId]);
  });

  test('who is refused at the door leaves no span, and neither do probes and figures', async () => {
    await using spans = openSpans();
    const { get } = await shop({ tracing: spans.tracing });
    for (const url of ['/healthz/ready', '/metrics', '/v2/nothing', '/openapi.json']) await get(url);
    expect(await spans.told()).toEqual([]);
  });

  test('what is logged for a request knows its trace', async () => {
    await using spans = openSpans();
    const span = spans.tracing.tracer.startSpan('request');
    context.with(trace.setSpan(context.active(), span), () => {
      expect(activeTraceId()).toBe(span.spanContext().traceId);
    });
    expect(activeTraceId()).toBeUndefined();
  });
});
