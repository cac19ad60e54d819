import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context, trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { readings } from '../../../examples/hot-sensors.ts';
import { openEmbedded } from '../../../src/app/compose.ts';
import { openClient } from '../../../src/log.ts';
import { headerOf } from '../../../src/operations/tracing/context.ts';
import { BatchCursor } from '../../../src/transport/record.ts';
import { openSpans } from '../../support/spans.ts';

test('what a program sends within a trace of its own goes on with it', async () => {
  const data = mkdtempSync(join(tmpdir(), 'millrace-client-trace-'));
  try {
    await using spans = openSpans();
    await using ports = await openEmbedded(data);
    await ports.transport.createTopic(readings.name, { partitions: 1 });
    await using client = await openClient({ data });
    const reading = { sensor: 'a', celsius: 20, at: 1 };
    const span = spans.tracing.tracer.startSpan('theirs');
    await context.with(trace.setSpan(context.active(), span), () => client.send(readings, [reading]));
    await client.send(readings, [reading]);
    const at = { topic: readings.name, partition: 0, from: 0, maxRecords: 10, maxBytes: 1 << 16 };
    const found: string[] = [];
    for (const batch of await ports.transport.read(at)) {
      const record = new BatchCursor(batch);
      while (record.next()) found.push(record.trace());
    }
    expect(found).toEqual([headerOf(span.spanContext()), '']);
  } finally {
    rmSync(data, { recursive: true });
  }
});
