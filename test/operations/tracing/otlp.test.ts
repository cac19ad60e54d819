/** What happens to spans before and when they are told, whatever the collector does. */
import { context, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { describe, expect, test } from 'vitest';
import { contextIn } from '../../../src/operations/tracing/context.ts';
import { openOtlp } from '../../../src/operations/tracing/otlp/open.ts';
import { samplerOf, UnknownTracing } from '../../../src/operations/tracing/otlp/sampler.ts';
import { begunElsewhere, openSpans, otlpSettings } from '../../support/spans.ts';

/** A collector that answers when, and what, it is told to. */
function collector() {
  const waiting: ((taken: boolean) => void)[] = [];
  const came: ReadableSpan[] = [];
  const exporter: SpanExporter = {
    export: (spans, done) => {
      came.push(...spans);
      waiting.push(taken => done(taken ? { code: 0 } : { code: 1, error: new Error('503') }));
    },
    shutdown: async () => {},
  };
  return { exporter, came, answer: (taken: boolean) => waiting.splice(0).forEach(one => one(taken)) };
}

describe('spans', () => {
  test('are held up to a bound while the collector says nothing, and counted beyond it', async () => {
    const { exporter, answer, came } = collector();
    const why: string[] = [];
    const settings = { ...otlpSettings, queue: 5, batch: 2, timeout_ms: 50 };
    await using opened = openOtlp(settings, { environment: {}, exporter, failing: text => why.push(text) });
    for (let n = 0; n < 9; n++) opened.tracer.startSpan(`span ${n}`).end();
    expect(opened.figures()).toEqual({ exported: 0, failed: 0, dropped: 4 });
    const flushed = opened.flush().catch(() => {});
    await expect.poll(() => came.length).toBe(5);
    opened.tracer.startSpan('while all are on their way').end();
    expect(opened.figures().dropped).toBe(5);
    answer(true);
    await flushed;
    expect(opened.figures()).toEqual({ exported: 5, failed: 0, dropped: 5 });
    opened.tracer.startSpan('room again').end();
    expect(opened.figures().dropped).toBe(5);
    expect(new Set(why)).toEqual(new Set([expect.stringContaining('telemetry.traces.queue')]));
  });

  test('that the collector does not take are counted, with the reason, and make room for others', async () => {
    const { exporter, answer, came } = collector();
    const why: string[] = [];
    await using opened = openOtlp(
      { ...otlpSettings, queue: 1 },
      { environment: {}, exporter, failing: text => why.push(text) },
    );
    opened.tracer.startSpan('lost').end();
    const flushed = opened.flush().catch(() => {});
    await expect.poll(() => came.length).toBe(1);
    answer(false);
    await flushed;
    expect(opened.figures()).toEqual({ exported: 0, failed: 1, dropped: 0 });
    expect(why).toEqual(['spans were not taken: 503']);
    opened.tracer.startSpan('next').end();
    expect(opened.figures().dropped).toBe(0);
    answer(true);
  });

  test('that a collector never answers for keep nobody from ending', async () => {
    const { exporter } = collector();
    const why: string[] = [];
    const settings = { ...otlpSettings, timeout_ms: 20 };
    {
      await using opened = openOtlp(settings, { environment: {}, exporter, failing: text => why.push(text) });
      opened.tracer.startSpan('the last one').end();
    }
    expect(why.join()).toMatch(/the last spans were not taken/);
  });

  test('have attributes, links and events up to a bound', async () => {
    await using spans = openSpans();
    const { header } = begunElsewhere();
    const linked = contextIn(header);
    if (linked === undefined) throw new TypeError('no context');
    const links = Array.from({ length: 500 }, () => ({ context: linked }));
    const span = spans.tracing.tracer.startSpan('large', { links, attributes: { long: 'x'.repeat(10_000) } });
    for (let n = 0; n < 500; n++) span.addLink({ context: linked }).addEvent('again').setAttribute(`a${n}`, n);
    span.end();
    const [told] = await spans.told();
    expect(String(told?.attributes['long'])).toHaveLength(256);
    expect(Object.keys(told?.attributes ?? {})).toHaveLength(64);
    expect(told?.events).toHaveLength(64);
  });

  test('of a process that ended leave nothing registered', async () => {
    {
      await using spans = openSpans();
      expect(spans.tracing.tracer.startSpan('here').isRecording()).toBe(true);
    }
    expect(trace.getTracer('later').startSpan('nowhere').isRecording()).toBe(false);
  });
});

describe('which traces are told', () => {
  const decided = (settings: { ratio?: number }, environment: Record<string, string>, header = '', links = '') => {
    const parent = contextIn(header);
    const linked = contextIn(links);
    const within = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(context.active(), parent);
    const kind = linked === undefined ? SpanKind.SERVER : SpanKind.CONSUMER;
    const given = linked === undefined ? [] : [{ context: linked }];
    return samplerOf(settings, environment).shouldSample(within, 'f'.repeat(32), 'span', kind, {}, given).decision;
  };
  const [no, yes] = [0, 2];
  const [told, untold] = [begunElsewhere('01').header, begunElsewhere('00').header];

  test.each([
    ['all where nothing is said', {}, {}, '', yes],
    ['none of a share of 0', { ratio: 0 }, {}, '', no],
    [
      'all of a share of 1, whatever the environment says',
      { ratio: 1 },
      { OTEL_TRACES_SAMPLER: 'always_off' },
      '',
      yes,
    ],
    ['one that is told, whatever the share', { ratio: 0 }, {}, told, yes],
    ['none that is not told', { ratio: 1 }, {}, untold, no],
    ['as the environment says', {}, { OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, '', no],
    ['what the environment says of a told one', {}, { OTEL_TRACES_SAMPLER: 'always_off' }, told, no],
    ['its share', {}, { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, '', no],
  ] as const)('%s', (_what, settings, environment, header, expected) => {
    expect(decided(settings, environment, header)).toBe(expected);
  });

  test('an epoch is told where one of its records is, whatever the share', () => {
    expect(decided({ ratio: 0 }, {}, '', told)).toBe(yes);
    expect(decided({ ratio: 1 }, {}, '', untold)).toBe(no);
  });

  test('what the environment asks for and nobody knows is refused by name', () => {
    expect(() => samplerOf({}, { OTEL_TRACES_SAMPLER: 'jaeger_remote' })).toThrow(UnknownTracing);
    const share = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 'half' };
    expect(() => samplerOf({}, share)).toThrow(/OTEL_TRACES_SAMPLER_ARG is 'half'/);
  });
});
