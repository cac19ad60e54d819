/** A collector on loopback: takes spans by OTLP over HTTP, as protocol buffers (opentelemetry-proto, trace/v1). */
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { all, fieldsOf, numberIn } from './wire.ts';

export interface ReceivedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Span ids. */
  readonly links: readonly string[];
}

export interface Receiver extends AsyncDisposable {
  /** With the path that the specification wants. */
  readonly endpoint: string;
  readonly spans: ReceivedSpan[];
  /** How often it was asked, whatever it answered. */
  requests: number;
  /** What it answers. */
  status: number;
}

export async function openReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      receiver.requests++;
      const isOurs = request.url === '/v1/traces' && request.headers['content-type'] === 'application/x-protobuf';
      const status = isOurs ? receiver.status : 415;
      if (status === 200) {
        const body = Buffer.concat(chunks);
        receiver.spans.push(...spansIn(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body));
      }
      response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('It listens nowhere');
  const receiver: Receiver = {
    endpoint: `http://127.0.0.1:${address.port}/v1/traces`,
    spans: [],
    requests: 0,
    status: 200,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
  return receiver;
}

/** ExportTraceServiceRequest: resource_spans 1; in them resource 1, scope_spans 2; in these spans 2. */
function spansIn(body: Buffer): ReceivedSpan[] {
  return all(fieldsOf(body), 1).flatMap(resourceSpans => {
    const fields = fieldsOf(resourceSpans);
    const [resource] = all(fields, 1);
    const service = String(resource && attributesIn(all(fieldsOf(resource), 1))['service.name']);
    const spans = all(fields, 2).flatMap(scopeSpans => all(fieldsOf(scopeSpans), 2));
    return spans.map(span => spanIn(service, span));
  });
}

/** Span: trace_id 1, span_id 2, parent_span_id 4, name 5, kind 6, attributes 9, links 13 (in them span_id 2). */
function spanIn(service: string, span: Buffer): ReceivedSpan {
  const fields = fieldsOf(span);
  const hex = (number: number): string => all(fields, number)[0]?.toString('hex') ?? '';
  return {
    service,
    traceId: hex(1),
    spanId: hex(2),
    parentSpanId: hex(4),
    name: all(fields, 5)[0]?.toString() ?? '',
    kind: Number(numberIn(fields, 6)),
    attributes: attributesIn(all(fields, 9)),
    links: all(fields, 13).map(link => all(fieldsOf(link), 2)[0]?.toString('hex') ?? ''),
  };
}

/** KeyValue: key 1, value 2; AnyValue: string 1, bool 2, int 3. */
function attributesIn(keyValues: readonly Buffer[]): Record<string, string | number | boolean> {
  return Object.fromEntries(
    keyValues.map(keyValue => {
      const [key, value] = [all(fieldsOf(keyValue), 1)[0], all(fieldsOf(keyValue), 2)[0]];
      const [first] = value === undefined ? [] : fieldsOf(value);
      return [String(key), first === undefined ? '' : told(first.number, first.value)];
    }),
  );
}

function told(number: number, value: bigint | Buffer): string | number | boolean {
  if (Buffer.isBuffer(value)) return value.toString();
  return number === 2 ? value === 1n : Number(value);
}

/** Names of the spans from the outermost to this one, as far as they have come. */
export function wayTo(span: ReceivedSpan, spans: readonly ReceivedSpan[]): string {
  const parent = spans.find(({ traceId, spanId }) => traceId === span.traceId && spanId === span.parentSpanId);
  return parent === undefined ? span.name : `${wayTo(parent, spans)} > ${span.name}`;
}
