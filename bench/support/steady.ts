/**
 * Asks at a constant rate, whether or not the answers keep up: each request has its time, and its latency counts from
 * then, so that a server that stalls is charged with everything that it kept waiting. (autocannon sends a second's
 * requests as fast as it can and then rests, which measures its own queue.)
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface SteadyOptions {
  readonly url: string;
  readonly connections: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly paths: readonly string[];
}

export interface Steady {
  /** Milliseconds from a request's time to the last byte of its answer, ascending. */
  readonly latencies_ms: number[];
  /** Answered requests by the second. */
  readonly perSecond: number;
}

/** How long the last answers are waited for; what is not answered then has waited so long at least. */
const grace_s = 2;

/** Rejects where an answer is not 200, or a connection ends. */
export async function askSteadily({ url, connections, perSecond, seconds, paths }: SteadyOptions): Promise<Steady> {
  const { hostname, port, host } = new URL(url);
  const total = perSecond * seconds;
  const texts = paths.map(path => `GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  const latencies_ms: number[] = [];
  const { promise: all, resolve, reject } = Promise.withResolvers<void>();
  const free: Asker[] = [];
  let sent = 0;
  const send = (): void => {
    const due = Math.min(total, Math.floor(((performance.now() - began) * perSecond) / 1_000));
    for (let asker = free.at(-1); sent < due && asker !== undefined; asker = free.at(-1)) {
      free.pop();
      asker.ask(texts[sent % texts.length] ?? '', began + (sent * 1_000) / perSecond);
      sent++;
    }
  };
  const answered = (asker: Asker, latency_ms: number): void => {
    latencies_ms.push(latency_ms);
    free.push(asker);
    if (latencies_ms.length === total) resolve();
    else send(); // one that is due already need not wait for the next tick
  };
  const askers = Array.from(
    { length: connections },
    () => new Asker(connect(Number(port), hostname), answered, error => reject(error)),
  );
  await Promise.all(askers.map(({ socket }) => once(socket, 'connect')));
  free.push(...askers);
  const began = performance.now();
  const tick = setInterval(send, 1);
  const late = setTimeout(resolve, (seconds + grace_s) * 1_000);
  try {
    await all;
  } finally {
    clearInterval(tick);
    clearTimeout(late);
    for (const { socket } of askers) socket.destroy();
  }
  const [answers, took_ms] = [latencies_ms.length, performance.now() - began];
  // Where the server is too slow for the rate, the newest are not answered: each has waited since its time.
  for (let n = answers; n < total; n++) latencies_ms.push(took_ms - (n * 1_000) / perSecond);
  return { latencies_ms: latencies_ms.sort((a, b) => a - b), perSecond: (answers * 1_000) / took_ms };
}

/** One connection, with one request under way at most. */
class Asker {
  readonly socket: Socket;
  readonly #answered: (asker: Asker, latency_ms: number) => void;
  #due = 0;
  #chunks: Buffer[] = [];

  constructor(socket: Socket, answered: (asker: Asker, latency_ms: number) => void, failed: (error: Error) => void) {
    this.socket = socket.setNoDelay(true);
    this.#answered = answered;
    socket.on('error', failed);
    socket.on('close', () => failed(new Error('The server closed a connection')));
    socket.on('data', chunk => {
      this.#chunks.push(chunk);
      try {
        if (isWhole(this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks))) this.#done();
      } catch (error) {
        failed(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  ask(text: string, due: number): void {
    this.#due = due;
    this.socket.write(text, 'latin1');
  }

  #done(): void {
    this.#chunks = [];
    this.#answered(this, performance.now() - this.#due);
  }
}

/** Whether these are all bytes of an answer. Throws where it is another than 200 with a length. */
function isWhole(bytes: Buffer): boolean {
  const head = bytes.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const text = bytes.toString('latin1', 0, head);
  const length = /^content-length: (\d+)$/im.exec(text)?.[1];
  if (!text.startsWith('HTTP/1.1 200 ') || length === undefined)
    throw new Error(`The server answered ${text.split('\r\n', 1)[0]}`);
  return bytes.length >= head + 4 + Number(length);
}
