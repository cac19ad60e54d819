/** The process under test: `millrace start` on a folder, which is ended in the ways that processes end, and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { main } from '../support/cli.ts';

/** How long a start may take, restoring included, on a slow machine under load. */
const patience_ms = 120_000;

export type Fault = 'kill' | 'restart' | 'freeze';
/** Long enough for clients to notice, short enough for them to come back. */
const freeze_ms = 2_000;

export class Subject {
  readonly url: string;
  /** How often it was started. */
  lives = 0;
  readonly #port: number;
  readonly #data: string;
  #child: ChildProcess | undefined;
  #said = '';

  private constructor(data: string, port: number) {
    this.#data = data;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** It has the same port in all its lives. */
  static async on(data: string): Promise<Subject> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    server.close();
    await once(server, 'close');
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    const subject = new Subject(data, address.port);
    await subject.start();
    return subject;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [main, 'start', '--data', this.#data, '--generate', '0'], {
      env: { ...process.env, PORT: String(this.#port) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    this.lives++;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#said = `${this.#said}${text}`.slice(-20_000)));
    for (const end = performance.now() + patience_ms; performance.now() < end; await setTimeout(100)) {
      if (child.exitCode !== null || child.signalCode !== null) this.#fail('ended before it was ready');
      if (await this.#isReady()) return;
    }
    this.#fail('was not ready in time');
  }

  /** Done when it is ready again. @throws where it does not end well, or does not come back */
  async suffer(fault: Fault): Promise<void> {
    const child = this.#running();
    if (fault === 'freeze') {
      child.kill('SIGSTOP');
      await setTimeout(freeze_ms);
      child.kill('SIGCONT');
      return;
    }
    await (fault === 'kill' ? this.kill() : this.stop());
    await this.start();
  }

  /** In order: what was asked is answered, epochs are finished. @throws where it ends with another code than 0 */
  async stop(): Promise<void> {
    const child = this.#running();
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    await closed;
    if (child.exitCode !== 0) this.#fail(`ended with ${child.exitCode ?? child.signalCode}`);
    this.#child = undefined;
  }

  /** As a machine without power would. Nothing to do where it has ended. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  }

  async #isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.url}/healthz/ready`, { signal: AbortSignal.timeout(5_000) });
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false; // it is not there yet
    }
  }

  #running(): ChildProcess {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) this.#fail('is not running');
    return child;
  }

  #fail(what: string): never {
    throw new Error(`millrace start, life ${this.lives}, ${what}:\n${this.#said}`);
  }
}
