/** Opens what spans are told with, where it is configured; the SDK's code is loaded by nobody else. */
import { trace } from '@opentelemetry/api';
import { noSpans, type SpanFigures } from '../operations/tracing/figures.ts';
import { isRegistered, scope, type Tracing } from '../operations/tracing/tracing.ts';
import type { Config } from './config.ts';
import { InvalidConfiguration } from './config-errors.ts';

/** What a thread traces with: plain data, since it crosses threads. */
export type TracingSettings = Pick<Config, 'telemetry' | 'transport' | 'documents'>;

export const tracingSettings = ({ telemetry, transport, documents }: Config): TracingSettings => ({
  telemetry,
  transport,
  documents,
});

export interface OpenTracing extends AsyncDisposable {
  /** Undefined where nothing is told: then nothing is made either. */
  readonly tracing: Tracing | undefined;
  readonly figures: () => SpanFigures;
}

export interface TracingParts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told at most once in a while why spans are given up. */
  readonly warn: (text: string) => void;
  readonly now: () => number;
}

/** Once for each thread. @throws {InvalidConfiguration} {UnknownTracing} for what OpenTelemetry's variables ask in vain */
export async function openTracing(settings: TracingSettings, parts: TracingParts): Promise<OpenTracing> {
  const { telemetry, transport, documents } = settings;
  const { exporter, continues, keys, ...otlp } = telemetry.traces;
  const { environment, warn, now } = parts;
  const about = {
    system: transport === 'kafka' ? 'kafka' : 'millrace',
    database: documents === 'cosmos' ? 'azure.cosmosdb' : 'sqlite',
    keys,
    continues,
  };
  if (exporter === 'none' || environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return nothing;
  // A program of somebody else's brought its own: our spans are told where all of its are.
  if (isRegistered()) return { ...nothing, tracing: { ...about, tracer: trace.getTracer(scope) } };
  if (exporter === 'auto' && !isNamed(environment)) return nothing;
  refuseOther(environment);
  const { openOtlp } = await import('../operations/tracing/otlp/open.ts');
  const opened = openOtlp(otlp, { environment, failing: onceInAWhile(warn, now) });
  const { tracer, choose, figures } = opened;
  return { tracing: { ...about, tracer, choose }, figures, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

const nothing: OpenTracing = {
  tracing: undefined,
  figures: () => noSpans,
  [Symbol.asyncDispose]: async () => {},
};

function isNamed(environment: TracingParts['environment']): boolean {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = environment;
  return environment['OTEL_TRACES_EXPORTER'] !== 'none' && [all, own].some(url => url !== undefined && url !== '');
}

/** What the variables ask for and we do not do. */
function refuseOther(environment: TracingParts['environment']): void {
  const { OTEL_EXPORTER_OTLP_PROTOCOL: all, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol = all } = environment;
  if (protocol === undefined || protocol === '' || protocol === 'http/protobuf') return;
  throw new InvalidConfiguration(
    `OTEL_EXPORTER_OTLP_PROTOCOL is '${protocol}', and spans are told by http/protobuf alone`,
    'Name the collector’s address for OTLP over HTTP, usually port 4318, and leave the variable out; or set OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf',
  );
}

const warnEvery_ms = 60_000;

/** A collector that is away for hours is told of once a minute: how often it failed the metrics say. */
export function onceInAWhile(warn: (text: string) => void, now: () => number): (why: string) => void {
  let last = -Infinity;
  return why => {
    if (now() - last < warnEvery_ms) return;
    last = now();
    warn(`traces: ${why}`);
  };
}
