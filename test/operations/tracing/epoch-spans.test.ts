/** One trace from a posted rating to the list that changed because of it, through the tasks of the recommender. */
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { describe, expect, test } from 'vitest';
import type { Observer } from '../../../src/engine/runner-options.ts';
import { EpochSpans } from '../../../src/operations/tracing/epochs/epoch-spans.ts';
import type { Tracing } from '../../../src/operations/tracing/tracing.ts';
import { appendFromOutside, recordOf } from '../../../src/stream/outside.ts';
import type { Transport } from '../../../src/transport/port.ts';
import { ratings, recommendations } from '../../../topologies/streams.ts';
import { dataflow } from '../../recommender/api/dataflow.ts';
import { begunElsewhere, openSpans, type Spans } from '../../support/spans.ts';
import { Crash, settle } from '../../support/settle.ts';
import { rating } from '../../topologies/events.ts';

const { traceId, header } = begunElsewhere();

/** A shop where a few have rated, and nobody was traced. */
async function shopWith(spans: Spans, change: Partial<Tracing> = {}) {
  const tracing = { ...spans.tracing, ...change };
  const { world, server } = await dataflow({ tracing }, { lists: { candidates: 5, everyVersions: 1_000 } });
  const others = ['bob', 'cem', 'dora', 'eva'].flatMap((userId, u) =>
    Array.from({ length: 6 }, (_, n) =>
      rating({ eventId: `${userId}${n}`, userId, itemId: `i${(u + n) % 8}`, value: n % 2 === 0 ? 5 : 2 }),
    ),
  );
  await world.send(ratings, ...others);
  await world.drain();
  const post = (user: string, itemId: string, traceparent = header) =>
    server.app.inject({
      method: 'POST',
      url: '/v2/ratings',
      headers: { traceparent },
      payload: { userId: user, itemId, value: 5, at: new Date(world.clock.time).toISOString(), eventId: user + itemId },
    });
  let now = 1_000_000;
  const watch = (isReplay = false) => new EpochSpans({ tracing, now: () => (now += 1), isReplay });
  return { world, post, watch };
}

const idOf = (span: ReadableSpan): string => span.spanContext().spanId;

/** From the outermost span to this one, by name. */
function wayTo(span: ReadableSpan, all: readonly ReadableSpan[]): string {
  const parent = all.find(one => idOf(one) === span.parentSpanContext?.spanId);
  return parent === undefined ? span.name : `${wayTo(parent, all)} > ${span.name}`;
}

describe('a rating that is posted within a trace', () => {
  test('is one trace, from the request over each task that read it to the list that changed', async () => {
    await using spans = openSpans({ keys: true });
    const { world, post, watch } = await shopWith(spans);
    await post('ann', 'i1');
    await world.drain({ observer: watch() });
    const told = await spans.told();
    const own = told.filter(span => span.spanContext().traceId === traceId);
    const ways = new Set(own.map(span => wayTo(span, own)));
    const sent = 'POST /v2/ratings > append ratings';
    const trained = `${sent} > train process ratings`;
    const listed = `${trained} > recommend process item-vectors`;
    for (const way of [
      `${sent} > intake process ratings > append ratings-by-item`,
      `${sent} > intake process ratings > trends process ratings-by-item`,
      `${trained} > append user-vectors`,
      `${trained} > append model-versions`,
      `${listed} > append recommendations`,
      `${listed} > replace recommendations`,
    ])
      expect(ways).toContain(way);
    const list = own.filter(({ name }) => name === 'replace recommendations');
    expect(list.map(({ attributes }) => attributes['millrace.document.id'])).toEqual(['ann']);
    expect((await world.output(recommendations)).at(-1)?.userId).toBe('ann');
    const [intake] = own.filter(({ name }) => name === 'intake process ratings');
    expect(intake?.attributes).toMatchObject({
      'messaging.system': 'millrace',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'ratings',
      'messaging.consumer.group.name': 'intake',
      'messaging.kafka.offset': expect.any(Number),
      'millrace.epoch': expect.any(Number),
    });
  });

  test('is linked with the epoch that did it, which tells how long its steps took', async () => {
    await using spans = openSpans();
    const { world, post, watch } = await shopWith(spans);
    await post('ann', 'i1');
    await post('bob', 'i2', header.replace(/^00-4/, '00-5'));
    await world.drain({ observer: watch() });
    const told = await spans.told();
    const train = told.filter(({ name }) => name === 'epoch train');
    expect(train).toHaveLength(1);
    const [epoch] = train;
    expect(epoch?.parentSpanContext).toBeUndefined();
    expect(epoch?.links.map(({ context }) => context.traceId).sort()).toEqual([traceId, `5${traceId.slice(1)}`].sort());
    const steps = ['pull', 'plan', 'prepare', 'push', 'drain', 'flush', 'checkpoint'];
    expect(epoch?.events.map(({ name }) => name)).toEqual(steps);
    const because = told.filter(({ name }) => name === 'train process ratings');
    expect(because).toHaveLength(2);
    for (const span of because) expect(span.links.map(({ context }) => context.spanId)).toEqual([epoch && idOf(epoch)]);
  });

  test('changes lists of others, which are no part of its trace', async () => {
    await using spans = openSpans({ keys: true });
    const { world, post, watch } = await shopWith(spans);
    for (const [user, item] of [
      ['ann', 'i1'],
      ['bob', 'i6'],
    ] as const)
      await post(user, item, user === 'ann' ? header : '');
    await world.drain({ observer: watch() });
    const told = (await spans.told()).filter(({ name }) => name === 'replace recommendations');
    const byTrace = Map.groupBy(told, span => span.spanContext().traceId);
    expect(byTrace.size).toBe(2);
    expect(byTrace.get(traceId)?.map(({ attributes }) => attributes['millrace.document.id'])).toEqual(['ann']);
  });

  test('is told nowhere where its caller says so', async () => {
    await using spans = openSpans();
    const { world, post, watch } = await shopWith(spans);
    await post('ann', 'i1', begunElsewhere('00').header);
    await world.drain({ observer: watch() });
    expect(await spans.told()).toEqual([]);
  });

  test('hangs from the header alone where another SDK draws the ids', async () => {
    await using spans = openSpans();
    const { choose: _, ...theirs } = spans.tracing;
    const { world, post } = await shopWith(spans);
    await post('ann', 'i1');
    const watching = new EpochSpans({ tracing: theirs, now: () => world.clock.time });
    await world.drain({ observer: watching });
    const own = (await spans.told()).filter(span => span.spanContext().traceId === traceId);
    const ways = new Set(own.map(span => wayTo(span, own)));
    expect(ways).toContain(
      'POST /v2/ratings > append ratings > recommend process item-vectors > append recommendations',
    );
    expect(own.filter(span => wayTo(span, own) === span.name).map(({ name }) => name)).toEqual(['POST /v2/ratings']);
  });
});

describe('an epoch that is executed again', () => {
  test('tells the same span again, and says so; what was flushed before is silent', async () => {
    await using spans = openSpans();
    const { world, post, watch } = await shopWith(spans);
    await post('ann', 'i1');
    let crashes = 0;
    await settle(world, ({ topology }) => {
      const watching = watch();
      const observer: Observer = {
        committed: (task, epoch) => watching.committed(task, epoch),
        step: (task, step, moment, epoch) => {
          watching.step(task, step, moment, epoch);
          if (
            topology === 'intake' &&
            task.counts.records > 0 &&
            step === 'checkpoint' &&
            moment === 'before' &&
            crashes++ === 0
          )
            throw new Crash('as it is about to commit');
        },
      };
      return { observer };
    });
    expect(crashes).toBeGreaterThan(1);
    const told = await spans.told();
    const intake = told.filter(({ name }) => name === 'intake process ratings');
    expect(intake.map(({ attributes }) => attributes['millrace.epoch.again'])).toEqual([true]);
    const own = told.filter(span => span.spanContext().traceId === traceId);
    // Whoever read what the first life wrote found its parent all the same.
    const trends = own.find(({ name }) => name === 'trends process ratings-by-item');
    expect(trends && wayTo(trends, own)).toMatch(/> intake process ratings > trends process/);
  });

  test('writes the same bytes, watched or not', async () => {
    const bytes = async (isWatched: boolean): Promise<string> => {
      await using spans = openSpans();
      const { world, watch } = await shopWith(spans);
      const traced = { ...recordOf(ratings, rating({ itemId: 'i1', eventId: 'traced' })), trace: header };
      await appendFromOutside(world.transport, ratings.name, [traced], world.clock.time);
      await world.drain(isWatched ? { observer: watch() } : {});
      return await bytesOf(world.transport);
    };
    const watched = await bytes(true);
    expect(watched === (await bytes(false))).toBe(true);
    expect(watched.includes(Buffer.from(header).toString('hex'))).toBe(true);
  });
});

/** All records of all topics, as they lie in the log. */
async function bytesOf(transport: Transport): Promise<string> {
  const all: string[] = [];
  for (const { topic, partitions } of await transport.topics())
    for (let partition = 0; partition < partitions; partition++)
      for (const { bytes } of await transport.read({
        topic,
        partition,
        from: 0,
        maxRecords: 10_000,
        maxBytes: 1 << 24,
      }))
        all.push(`${topic}/${partition} ${bytes.toString('hex')}`);
  return all.toSorted().join('\n');
}

test('a replay belongs to no trace of then, and links to them', async () => {
  await using spans = openSpans();
  const { world, post, watch } = await shopWith(spans);
  await post('ann', 'i1');
  await world.drain({ observer: watch(true) });
  const own = (await spans.told()).filter(span => span.spanContext().traceId === traceId);
  expect(own.map(({ name }) => name)).toEqual(['append ratings', 'POST /v2/ratings']);
  const epochs = (await spans.told()).filter(({ name }) => name === 'epoch intake');
  expect(epochs.map(({ attributes }) => attributes['millrace.replay'])).toEqual([true]);
  expect(epochs.flatMap(({ links }) => links.map(({ context }) => context.traceId))).toEqual([traceId]);
});
