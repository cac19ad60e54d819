/** The least that a server of Node can do: the answer to each user's question, made beforehand, by the name of its path. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const [source = ''] = process.argv.slice(2);

interface Kept {
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

const answers = new Map<string, Kept>();

/** The bytes of the server that it stands beside, with its headers, asked for once. */
async function answerTo(path: string): Promise<Kept> {
  const known = answers.get(path);
  if (known !== undefined) return known;
  const found = await fetch(new URL(path, source));
  const headers = new Headers(found.headers);
  for (const name of ['date', 'connection', 'keep-alive']) headers.delete(name);
  const kept = { headers: Object.fromEntries(headers), body: Buffer.from(await found.arrayBuffer()) };
  answers.set(path, kept);
  return kept;
}

const server = createServer((request, response) => {
  const path = request.url ?? '/';
  const known = answers.get(path);
  const send = ({ headers, body }: Kept): void => void response.writeHead(200, headers).end(body);
  if (known === undefined)
    answerTo(path).then(send, (error: unknown) => void response.destroy(error instanceof Error ? error : undefined));
  else send(known);
});

server.listen(0, '127.0.0.1', () => {
  const { port } = address();
  process.stdout.write(`listening on http://127.0.0.1:${port}\n`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});

function address(): AddressInfo {
  const found = server.address();
  if (found === null || typeof found === 'string') throw new TypeError('The server has no port');
  return found;
}
