/** Settings of what a process tells of its work to a collector. */
import { z } from 'zod';
import { continued } from '../operations/tracing/tracing.ts';
import { urlWithKey } from './secret.ts';

export const telemetrySection = z.strictObject({
  traces: z.strictObject({
    exporter: z
      .enum(['auto', 'otlp', 'none'])
      .default('auto')
      .describe(
        'Whether spans are told, by OTLP over HTTP: `auto` is where OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT names a collector, or where the process has an SDK of OpenTelemetry of its own.',
      ),
    endpoint: urlWithKey(
      z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe(
          'Where to, with the path, such as `http://collector:4318/v1/traces`; where absent the OTEL_EXPORTER_OTLP_… variables say, which also hold headers and certificates.',
        ),
    ),
    ratio: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        'Share of the traces beginning here that is told; one that a caller began is told where its caller says so. Where absent OTEL_TRACES_SAMPLER says, else all are.',
      ),
    continues: z
      .enum(continued)
      .default('services')
      .describe(
        'Whose `traceparent` a request goes on with: nobody’s, that of services and admins, or everybody’s. Others begin a trace that links to theirs, so that no shopper decides what is told.',
      ),
    keys: z
      .boolean()
      .default(false)
      .describe(
        'Whether spans name users: keys of records, ids of documents, paths of requests. A store of traces forgets nobody who is erased here.',
      ),
    queue: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(4_096)
      .describe('Spans of a thread that wait, or are on their way, at most; more are dropped and counted.'),
    batch: z.int().min(1).max(10_000).default(512).describe('Spans of a request to the collector at most.'),
    every_ms: z
      .int()
      .min(1)
      .max(600_000)
      .default(2_000)
      .describe('How long a span waits for others before it is told.'),
    timeout_ms: z
      .int()
      .min(1)
      .max(60_000)
      .default(5_000)
      .describe(
        'How long a request to the collector may take, repetitions included, and how long a process that ends waits for its last ones.',
      ),
  }),
});
