import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Another Node process, its lines of standard output, and its end by its own or by kill -9. */
export class Elsewhere {
  readonly lines: string[] = [];
  readonly #process;
  readonly #ended: Promise<void>;
  #complaints = '';
  #wake: () => void = () => {};

  constructor(arguments_: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const env = { ...process.env, ...environment };
    this.#process = spawn(process.execPath, arguments_, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#ended = promise;
    this.#process.once('error', reject);
    this.#process.once('close', () => resolve());
    this.#process.stderr.on('data', text => (this.#complaints += String(text)));
    createInterface(this.#process.stdout).on('line', line => {
      this.lines.push(line);
      this.#wake();
    });
  }

  /** Resolves once it said so many lines; rejects with its complaints if it ends before. */
  async saysLines(count: number): Promise<void> {
    while (this.lines.length < count) {
      const line = Promise.withResolvers<'line'>();
      this.#wake = () => line.resolve('line');
      const next = await Promise.race([line.promise, this.#ended]);
      if (next !== 'line' && this.lines.length < count)
        throw new Error(`It ended after ${this.lines.length} of ${count} lines: ${this.#complaints}`);
    }
  }

  /** Resolves when it has ended and all its lines are read. */
  async ends(): Promise<void> {
    await this.#ended;
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }
}
