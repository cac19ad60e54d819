/** A process of the command line that goes on until it is ended, in one of the ways in which processes end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { main } from '../support/cli.ts';

export type Environment = Readonly<Record<string, string>>;

/** How long a start may take, restoring and reading a backlog included, on a slow machine under load. */
const patience_ms = 240_000;
const lookEvery_ms = 50;
/** Of what a process says so much is kept, the last of it. */
const kept = 20_000;

export interface LifeOptions {
  readonly words: readonly string[];
  readonly environment: Environment;
  readonly cwd: string;
}

export class Life implements AsyncDisposable {
  readonly #words: readonly string[];
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #url: string | undefined;
  #said = '';

  constructor({ words, environment, cwd }: LifeOptions) {
    this.#words = words;
    const env = { ...environment, PORT: environment['PORT'] ?? '0' };
    const child = spawn(process.execPath, [main, ...words], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#closed = once(child, 'close');
    createInterface(child.stdout).on('line', line => (this.#url ??= /^listening on (http:\S+)$/.exec(line)?.[1]));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#said = (this.#said + text).slice(-kept)));
  }

  /** Where it listens; of one that does not yet there is none. */
  get url(): string {
    if (this.#url === undefined) throw new Error(`\`millrace ${this.#words.join(' ')}\` does not listen`);
    return this.#url;
  }

  /** What it has written to standard error. */
  get said(): string {
    return this.#said;
  }

  get isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Until its probe says that it is ready. @throws where it ends before, or takes too long */
  async ready(): Promise<this> {
    await this.until('was ready', async () => {
      if (this.#url === undefined) return false;
      const answer = await fetch(`${this.#url}/healthz/ready`, { signal: AbortSignal.timeout(5_000) }).catch(() => {});
      await answer?.body?.cancel();
      return answer?.ok === true;
    });
    return this;
  }

  /** Until it has said so on standard error. */
  saying(words: string): Promise<void> {
    return this.until(`had said '${words}'`, async () => this.#said.includes(words));
  }

  /** Looks until it holds. @throws where the process ends before, or it takes too long */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const end = performance.now() + patience_ms; !(await holds()); await setTimeout(lookEvery_ms)) {
      if (this.isOver) throw this.#failed(`ended before it ${what}`);
      if (performance.now() > end) throw this.#failed(`has not come so far that it ${what}`);
    }
  }

  /** Waits for an end that nobody asks for; answers the exit code. */
  async ended(): Promise<number> {
    await this.#closed;
    return this.#child.exitCode ?? -1;
  }

  /** In order (SIGTERM): epochs are finished, snapshots written. @throws where it ends with another code than 0 */
  async stop(): Promise<void> {
    if (this.isOver) throw this.#failed('had ended before it was stopped');
    this.#child.kill('SIGTERM');
    await this.#closed;
    if (this.#child.exitCode !== 0) throw this.#failed(`ended with ${this.#child.exitCode ?? this.#child.signalCode}`);
  }

  /** As a machine without power would end it. */
  async kill(): Promise<void> {
    if (this.isOver) throw this.#failed('had ended before it was killed');
    await this[Symbol.asyncDispose]();
  }

  /** Stands still until `thaw`, wherever it is just now; may be killed meanwhile. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isOver) this.#child.kill('SIGKILL');
    await this.#closed;
  }

  #failed(what: string): Error {
    return new Error(`\`millrace ${this.#words.join(' ')}\` ${what}. What it said last:\n${this.#said.slice(-2_000)}`);
  }
}
