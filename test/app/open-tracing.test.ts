/** Whether spans are told, by what the settings and the variables of OpenTelemetry say together. */
import { trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { configure } from '../../src/app/configure.ts';
import { onceInAWhile, openTracing, tracingSettings } from '../../src/app/open-tracing.ts';
import { openSpans } from '../support/spans.ts';

const opened = (exporter: string, environment: Record<string, string>) => {
  const { config } = configure({ environment: { MILLRACE_TELEMETRY_TRACES_EXPORTER: exporter } });
  return openTracing(tracingSettings(config), { environment, warn: () => {}, now: () => 0 });
};
const named = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };

test.each([
  ['auto', {}, false],
  ['auto', named, true],
  ['auto', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:9/v1/traces' }, true],
  ['auto', { ...named, OTEL_TRACES_EXPORTER: 'none' }, false],
  ['auto', { ...named, OTEL_SDK_DISABLED: 'true' }, false],
  ['none', named, false],
  ['otlp', {}, true],
  ['otlp', { OTEL_SDK_DISABLED: 'TRUE' }, false],
])('%s with %j: %s', async (exporter, environment, isTold) => {
  await using traced = await opened(exporter, environment);
  expect(traced.tracing !== undefined).toBe(isTold);
});

test('the protocol that is not spoken is refused, with what to do', async () => {
  await expect(opened('auto', { ...named, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).rejects.toThrow(/4318/);
  const own = { ...named, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' };
  await using traced = await opened('auto', own);
  expect(traced.tracing).toBeDefined();
});

test('a process with an SDK of its own tells our spans with it', async () => {
  await using theirs = openSpans();
  await using traced = await opened('auto', {});
  traced.tracing?.tracer.startSpan('ours').end();
  expect((await theirs.told()).map(({ name }) => name)).toContain('ours');
  expect(traced.tracing?.choose).toBeUndefined();
  expect(trace.getTracer('any').startSpan('still theirs').isRecording()).toBe(true);
});

test('a collector that is away is told of once a minute', () => {
  const told: string[] = [];
  let now = 0;
  const failing = onceInAWhile(
    text => told.push(text),
    () => now,
  );
  for (now = 0; now < 150_000; now += 1_000) failing(`503 at ${now}`);
  expect(told).toEqual(['traces: 503 at 0', 'traces: 503 at 60000', 'traces: 503 at 120000']);
});
