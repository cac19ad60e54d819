/** A process that runs beside a check and ends with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

const patience_ms = 20_000;
/** As much of its output as is kept, to say why it ended. */
const mostOutput = 64_000;

export type Asked = {
  readonly command: string;
  readonly given: readonly string[];
  readonly folder: string;
  readonly environment?: NodeJS.ProcessEnv;
};

export class Service implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #exit: Promise<unknown>;
  #output = '';
  #printed = '';

  constructor({ command, given, folder, environment = process.env }: Asked) {
    this.#name = command.split('/').at(-1) ?? command;
    this.#child = spawn(command, given, { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#exit = once(this.#child, 'close').catch((error: unknown) => (this.#output += String(error)));
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.#printed = end(this.#printed, chunk)));
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#output = end(this.#output, chunk)));
    process.once('exit', this.#kill);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#name} did not start: ${this.#output}`);
    return this.#child.pid;
  }

  /** Both outputs, in the order they came; the end of them. */
  get output(): string {
    return this.#output;
  }

  /** The standard output alone; the end of it. */
  get printed(): string {
    return this.#printed;
  }

  /** Its exit code once it ended by itself; null where a signal did it. */
  async ended(limit_ms: number): Promise<number | null> {
    const late = setTimeout(limit_ms, 'late' as const, { ref: false });
    if ((await Promise.race([this.#exit, late])) !== 'late') return this.#child.exitCode;
    throw new Error(`${this.#name} did not end within ${limit_ms / 1_000} s: ${this.#told()}`);
  }

  /** Waits until it does what is asked of it. @throws with the end of its output where it ends, or is not ready by then */
  async ready(isReady: () => Promise<boolean>, limit_ms: number): Promise<void> {
    const until = performance.now() + limit_ms;
    while (!(await isReady().catch(() => false))) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined)
        throw new Error(`${this.#name} ended with ${this.#child.exitCode ?? this.#child.signalCode}: ${this.#told()}`);
      if (performance.now() > until)
        throw new Error(`${this.#name} was not ready within ${limit_ms / 1_000} s: ${this.#told()}`);
      await setTimeout(100);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    const late = setTimeout(patience_ms, 'late' as const, { ref: false });
    if ((await Promise.race([this.#exit, late])) === 'late') this.#kill();
    await this.#exit;
    process.off('exit', this.#kill);
  }

  readonly #kill = (): void => void this.#child.kill('SIGKILL');

  #told(): string {
    return this.#output.trim().split('\n').slice(-15).join('\n');
  }
}

const end = (before: string, chunk: Buffer): string => (before + chunk.toString()).slice(-mostOutput);

/** A port of loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port');
  return address.port;
}
