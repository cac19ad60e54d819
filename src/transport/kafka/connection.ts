/** One connection to a broker. It is never mended: after any failure it is closed, and another is opened. */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { Unavailable } from '../../errors.ts';
import type { Millis } from '../../stream/time.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A request, encoded. `flexible` tells which form the headers have. */
export interface Call {
  readonly name: string;
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly flexible: boolean;
  readonly body: readonly Buffer[];
}

export interface Opening {
  readonly clientId: string;
  readonly tls: ConnectionOptions | undefined;
  readonly timeout: Millis;
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly call: Call;
  readonly resolve: (payload: Buffer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Larger answers are never asked for: it is not a Kafka broker that speaks there. */
const maxAnswerBytes = 256 * 1024 * 1024;
const keepAlive: Millis = 60_000;

export class Connection {
  readonly address: Address;
  readonly #socket: Socket;
  readonly #clientId: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #size = Buffer.alloc(4);
  #sizeBytes = 0;
  #answer: Buffer | undefined;
  #answerBytes = 0;
  #correlation = 0;
  #failure: Unavailable | undefined;

  private constructor(address: Address, socket: Socket, clientId: string) {
    this.address = address;
    this.#socket = socket;
    this.#clientId = clientId;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAlive);
    socket.on('data', chunk => this.#data(chunk));
    socket.on('error', error => this.close(`failed: ${error.message}`));
    socket.on('close', () => this.close('was closed by the broker'));
  }

  /** Connects within the time and before the signal aborts, or throws `Unavailable`. */
  static async open(address: Address, { clientId, tls, timeout, signal }: Opening): Promise<Connection> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = socketTo(address, tls, resolve);
    const fail = (why: string): void => reject(away(address, why));
    const timer = setTimeout(() => fail(`did not answer within ${timeout} ms`), timeout);
    const failed = ({ message }: Error): void => fail(message);
    const closed = (): void => fail('closed the connection at once');
    // It stays: what is destroyed may still fail, which nobody needs to know.
    socket.on('error', failed);
    socket.on('close', closed);
    const aborted = (): void => fail('was left: the log is closed');
    signal.addEventListener('abort', aborted);
    try {
      await promise;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
    }
    return new Connection(address, socket, clientId);
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  /** Sends a request and answers what comes back behind the header. A late answer ends the connection. */
  async call(call: Call, timeout: Millis): Promise<Buffer> {
    if (this.#failure !== undefined) throw this.#failure;
    const correlation = (this.#correlation = (this.#correlation + 1) % 0x7fffffff);
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const timer = setTimeout(() => this.close(`has not answered ${call.name} within ${timeout} ms`), timeout);
    this.#waiting.set(correlation, { call, resolve, reject, timer });
    this.#socket.cork();
    this.#socket.write(headerOf(call, correlation, this.#clientId));
    for (const part of call.body) this.#socket.write(part);
    this.#socket.uncork();
    return promise;
  }

  /** Ends it now; whoever waits is told why. */
  close(why: string): void {
    if (this.#failure !== undefined) return;
    this.#failure = away(this.address, why);
    this.#socket.destroy();
    for (const { timer, reject } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(this.#failure);
    }
    this.#waiting.clear();
  }

  #data(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && this.isOpen;) {
      if (this.#answer === undefined) at += this.#readSize(chunk, at);
      else {
        const bytes = chunk.copy(this.#answer, this.#answerBytes, at);
        at += bytes;
        this.#answerBytes += bytes;
      }
      this.#deliver();
    }
  }

  #readSize(chunk: Buffer, at: number): number {
    const bytes = chunk.copy(this.#size, this.#sizeBytes, at);
    this.#sizeBytes += bytes;
    if (this.#sizeBytes < 4) return bytes;
    this.#sizeBytes = 0;
    const size = this.#size.readInt32BE(0);
    if (size < 4 || size > maxAnswerBytes) this.close(`sent an answer of ${size} bytes, which Kafka never does`);
    else this.#answer = Buffer.allocUnsafeSlow(size);
    this.#answerBytes = 0;
    return bytes;
  }

  #deliver(): void {
    const answer = this.#answer;
    if (answer === undefined || this.#answerBytes < answer.length) return;
    this.#answer = undefined;
    const correlation = answer.readInt32BE(0);
    const waiting = this.#waiting.get(correlation);
    if (waiting === undefined) return this.close(`answered a request ${correlation} that it was not sent`);
    this.#waiting.delete(correlation);
    clearTimeout(waiting.timer);
    waiting.resolve(answer.subarray(waiting.call.flexible ? afterTags(answer, 4) : 4));
  }
}

function socketTo({ host, port }: Address, tls: ConnectionOptions | undefined, onConnect: () => void): Socket {
  if (tls === undefined) return connectTcp({ host, port }, onConnect);
  const servername = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ host, port, ...servername, ...tls }, onConnect);
}

/** Request header, version 1, or 2 where the request is flexible. */
function headerOf({ apiKey, apiVersion, flexible, body }: Call, correlation: number, clientId: string): Buffer {
  const idBytes = Buffer.byteLength(clientId);
  const header = Buffer.alloc(14 + idBytes + (flexible ? 1 : 0));
  header.writeInt32BE(
    body.reduce((sum, part) => sum + part.length, header.length - 4),
    0,
  );
  header.writeInt16BE(apiKey, 4);
  header.writeInt16BE(apiVersion, 6);
  header.writeInt32BE(correlation, 8);
  header.writeInt16BE(idBytes, 12);
  header.write(clientId, 14);
  return header;
}

/** Behind the tagged fields of a response header: nobody has any today, so a count of 0. */
function afterTags(answer: Buffer, at: number): number {
  if (answer[at] === 0) return at + 1;
  throw new Unavailable('A broker answers with tagged fields in its header', 'Report it: Millrace knows of none');
}

export const nameOfAddress = ({ host, port }: Address): string => `${host}:${port}`;

const away = (address: Address, why: string): Unavailable =>
  new Unavailable(`Broker ${nameOfAddress(address)} ${why}`, 'It is tried again until it answers; see that it runs');
