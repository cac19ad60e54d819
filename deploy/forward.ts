// Carries HTTP from a port of this network namespace to a port of its loopback: forward.ts FROM TO [NAME...]
//
// Without credentials Millrace listens on loopback only, in a container on that of the container. Whoever wants the port
// published there has to say so: by running this beside it (`network_mode: service:…`). It asks nobody who they are, so
// publish it to loopback of the host, or put what asks in front of it.
//
// The server refuses to be asked as anything but loopback, lest pages elsewhere bend a name to it. It is asked as loopback
// for each NAME that others in the network know it by; any other name is handed on as it came, and refused there.
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';

const mostConnections = 1_000;
const maxHeaderSize = 16 * 1_024;
const largestPort = 65_535;
const host = '127.0.0.1';

export interface Forwarding {
  readonly to: number;
  /** By which it is asked as if it were by loopback. */
  readonly names: readonly string[];
}

/** Bodies go on as they come, both ways. */
export function forwarder({ to, names }: Forwarding): Server {
  const isKnown = (asked: string): boolean => names.includes(asked.replace(/:\d*$/, '').toLowerCase());
  const server = createServer({ maxHeaderSize }, (incoming, answer) => {
    const headers = headersFor(incoming, asked => (isKnown(asked) ? `${host}:${to}` : asked));
    carry(incoming, answer, { to, headers });
  });
  server.maxConnections = mostConnections;
  return server;
}

function carry(
  incoming: IncomingMessage,
  answer: ServerResponse,
  { to, headers }: { readonly to: number; readonly headers: readonly string[] },
): void {
  const { method, url: path } = incoming;
  // A connection each: one that is kept may be closed by the server just when it is used again.
  const outgoing = request({ host, port: to, method, path, headers, agent: false, maxHeaderSize });
  outgoing.on('response', response => {
    const { statusCode = 502, statusMessage, rawHeaders } = response;
    answer.writeHead(statusCode, statusMessage, without(rawHeaders, [...ofOneConnection, 'transfer-encoding']));
    // Of a stream whose first event is yet to come, too.
    answer.flushHeaders();
    pipeline(response, answer, () => outgoing.destroy());
  });
  outgoing.on('error', error => {
    if (!answer.headersSent) refuse(answer, `${host}:${to} does not answer: ${error.message}`);
  });
  // What nobody takes any more is read to its end, or the connection would wait for that.
  outgoing.on('close', () => incoming.resume());
  answer.on('close', () => outgoing.destroy());
  incoming.on('error', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

function refuse(answer: ServerResponse, detail: string): void {
  const problem = { type: 'about:blank', title: 'Bad Gateway', status: 502, code: 'NOT_FORWARDED', detail };
  answer.writeHead(502, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  answer.end(`${JSON.stringify(problem)}\n`);
}

/** They are about the one connection that they came by. */
const ofOneConnection = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade', 'expect'];

/** As they came, names and values in turns; a request without a body goes on without one. */
function headersFor({ method = '', rawHeaders, headers }: IncomingMessage, hostOf: (asked: string) => string) {
  const kept = without(rawHeaders, ofOneConnection);
  const named = kept.map((word, at) => (at % 2 === 1 && kept[at - 1]?.toLowerCase() === 'host' ? hostOf(word) : word));
  const isSized = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  const length = isSized || method === 'GET' || method === 'HEAD' ? [] : ['content-length', '0'];
  // It is closed by us: a server that closes while there is more to come takes its answer back.
  return [...named, ...length, 'connection', 'keep-alive'];
}

const without = (rawHeaders: readonly string[], names: readonly string[]): string[] =>
  rawHeaders.filter((_, at) => !names.includes(rawHeaders[at - (at % 2)]?.toLowerCase() ?? ''));

function main(): void {
  const [first = '-1', second = '0', ...names] = process.argv.slice(2);
  const [from, to] = [Number(first), Number(second)];
  if (!(from >= 0 && from <= largestPort && to > 0 && to <= largestPort)) {
    process.stderr.write('forward.ts FROM TO [NAME...]: two ports, and names by which it is asked for loopback\n');
    process.exitCode = 2;
    return;
  }
  const server = forwarder({ to, names: names.map(name => name.toLowerCase()) });
  server.listen(from, () => {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : address;
    process.stdout.write(`forwarding ${port} to ${host}:${to}\n`);
  });
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
}

if (import.meta.main) main();
