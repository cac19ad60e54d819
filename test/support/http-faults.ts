/** An HTTP proxy between a client and a server, that loses, delays or invents answers as a test says. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** What becomes of a request: `loses` carries it out and breaks the connection instead of answering; a number answers so. */
export type Fate = 'passes' | 'loses' | 'hangs' | number;

export interface HttpFaults extends AsyncDisposable {
  readonly port: number;
  /** Decides from now on; each request is told once. */
  decide(fate: (request: IncomingMessage) => Fate): void;
}

const host = '127.0.0.1';

export async function httpFaults(to: number): Promise<HttpFaults> {
  let fateOf: (request: IncomingMessage) => Fate = () => 'passes';
  const server = createServer((incoming, answer) => {
    const fate = fateOf(incoming);
    if (fate === 'hangs') return;
    if (typeof fate === 'number') {
      incoming.resume();
      answer.writeHead(fate).end();
      return;
    }
    forward(incoming, answer, to, fate === 'loses');
  }).listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    port: address.port,
    decide: fate => {
      fateOf = fate;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward(incoming: IncomingMessage, answer: ServerResponse, port: number, lose: boolean): void {
  const { method, url: path, headers } = incoming;
  const outgoing = request({ host, port, method, path, headers }, response => {
    if (lose) {
      response.resume().once('end', () => incoming.socket.destroy());
      return;
    }
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
  });
  outgoing.once('error', () => incoming.socket.destroy());
  incoming.pipe(outgoing);
}
