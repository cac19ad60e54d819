/** A command that goes on until it is told to stop, as it is typed in a shell; it can be killed, and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '../support/kafka/eventually.ts';

export type Environment = Readonly<Record<string, string>>;

export interface ProcessOptions {
  readonly command: string;
  readonly folder: string;
  readonly environment: Environment;
  /** Where it answers probes, once it is ready; absent of one that listens nowhere. */
  readonly port?: number | undefined;
}

/** Of what it said, for whoever has to look for what went wrong. */
const remembered_characters = 20_000;

export class TrialProcess implements AsyncDisposable {
  readonly #options: ProcessOptions;
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #said = '';

  constructor(options: ProcessOptions) {
    const { command, folder, environment } = options;
    this.#options = options;
    this.#child = spawn('sh', ['-c', `exec ${command}`], {
      cwd: folder,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hear = (text: string): void => void (this.#said = `${this.#said}${text}`.slice(-remembered_characters));
    this.#child.stdout?.setEncoding('utf8').on('data', hear);
    this.#child.stderr?.setEncoding('utf8').on('data', hear);
    this.#closed = once(this.#child, 'close');
  }

  /** Both of its outputs, as they came. */
  get said(): string {
    return this.#said;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** @throws where it ends before */
  async ready(): Promise<void> {
    await eventually(() => {
      if (this.hasEnded) throw new Error(`'${this.#options.command}' ended before it was ready: ${this.#said}`);
      return this.isReady();
    }, `'${this.#options.command}' is ready`);
  }

  async isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.#options.port ?? 0}/healthz/ready`);
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false; // it does not listen yet
    }
  }

  /** Answers its exit code; null where a signal ended it. */
  async ended(): Promise<number | null> {
    await this.#closed;
    return this.#child.exitCode;
  }

  /** In order. @throws where it ends otherwise than with code 0 */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const code = await this.ended();
    if (code !== 0) throw new Error(`'${this.#options.command}' ended with ${code ?? 'a signal'}: ${this.#said}`);
  }

  async kill(): Promise<void> {
    if (!this.hasEnded) this.#child.kill('SIGKILL');
    await this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}
