/** One connection of a client, and the one to the broker that stands behind it. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiName } from './apis.ts';
import type { ConnectionFault, Fault } from './faults.ts';
import { framed, frames } from './frames.ts';
import { isAnswered, type Request, requestIn } from './messages.ts';

/** What the proxy decides for all of its connections. */
export interface Rules {
  /** Resolves where anything may pass. */
  readonly gate: () => Promise<void>;
  /** Counts the request, and answers what is to happen to it. */
  readonly judge: (api: ApiName) => Fault | undefined;
  /** The proxy's own answer, where the broker is not to see the request. */
  readonly refuse: (request: Request, code: number) => Buffer;
  readonly rewrite: (request: Request, answer: Buffer, fault: Fault | undefined) => Promise<Buffer>;
}

interface Pending {
  readonly request: Request;
  readonly fault: Fault | undefined;
  /** An answer that does not come from the broker. */
  readonly made?: Buffer;
}

export class Connection {
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #rules: Rules;
  readonly #fault: ConnectionFault | undefined;
  readonly #closed = Promise.withResolvers<void>();
  /** A broker answers in the order of the requests, and so does the proxy. */
  readonly #pending: Pending[] = [];
  #sent = 0;

  constructor(near: Socket, far: Socket, rules: Rules, fault: ConnectionFault | undefined) {
    this.#near = near;
    this.#far = far;
    this.#rules = rules;
    this.#fault = fault;
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.once('close', () => this.close());
      socket.on('error', () => this.close());
    }
  }

  close(): void {
    this.#near.destroy();
    this.#far.destroy();
    this.#closed.resolve();
  }

  /** Until one of the two ends; rejects for what is not the network's doing. */
  async run(): Promise<void> {
    try {
      if (this.#fault?.kind === 'reset') return;
      if (this.#fault?.kind === 'slow') await this.#orClosed(delay(this.#fault.ms, undefined, { ref: false }));
      await Promise.all([this.#passRequests(), this.#passAnswers()]);
    } catch (error) {
      if (!isOfTheNetwork(error)) throw error;
    } finally {
      this.close();
    }
  }

  async #passRequests(): Promise<void> {
    for await (const frame of frames(this.#near)) {
      await this.#orClosed(this.#rules.gate());
      const request = requestIn(frame);
      const fault = request.api === undefined ? undefined : this.#rules.judge(request.api);
      if (fault?.kind === 'refuse') {
        this.#pending.push({ request, fault, made: this.#rules.refuse(request, fault.code) });
        await this.#sendMade();
      } else {
        if (isAnswered(request)) this.#pending.push({ request, fault });
        await send(this.#far, framed(frame));
      }
    }
    this.close();
  }

  async #passAnswers(): Promise<void> {
    for await (const frame of frames(this.#far)) {
      await this.#orClosed(this.#rules.gate());
      const head = this.#pending[0];
      if (head?.request.correlation !== frame.readInt32BE(0)) throw new Error('An answer that nobody asked for');
      await this.#passAnswer(head, frame);
      this.#pending.shift();
      await this.#sendMade();
    }
    this.close();
  }

  async #passAnswer({ request, fault }: Pending, frame: Buffer): Promise<void> {
    if (fault?.kind === 'lose') return this.close();
    if (fault?.kind === 'hold') await this.#orClosed(fault.until);
    const answer = framed(await this.#rules.rewrite(request, frame, fault));
    if (fault?.kind === 'truncate') this.#sendLast(answer.subarray(0, answer.length >> 1));
    else await this.#sendNear(answer);
  }

  async #sendMade(): Promise<void> {
    for (let made = this.#pending[0]?.made; made !== undefined; made = this.#pending[0]?.made) {
      this.#pending.shift();
      await this.#sendNear(framed(made));
    }
  }

  async #sendNear(bytes: Buffer): Promise<void> {
    const left = this.#fault?.kind === 'cut' ? this.#fault.afterBytes - this.#sent : Infinity;
    this.#sent += bytes.length;
    if (bytes.length < left) await send(this.#near, bytes);
    else this.#sendLast(bytes.subarray(0, left));
  }

  /** Two faults may want to be the last. */
  #sendLast(bytes: Buffer): void {
    if (this.#near.writable) this.#near.end(bytes, () => this.close());
  }

  async #orClosed(event: Promise<unknown>): Promise<void> {
    await Promise.race([event, this.#closed.promise]);
  }
}

/** Waits for those who read slowly, as a broker does. */
async function send(to: Socket, bytes: Buffer): Promise<void> {
  if (to.writable && !to.write(bytes)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
}

/** Either it has the name of a system call, or the connection ended within a message. */
const isOfTheNetwork = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ('syscall' in error || error.code === 'ERR_STREAM_PREMATURE_CLOSE');
