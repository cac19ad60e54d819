/** A process of the command line that serves, as long as a benchmark needs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const main = join(import.meta.dirname, '../../src/cli/main.ts');

export class Served implements AsyncDisposable {
  readonly url: string;
  /** Milliseconds from its start to its first list. */
  readonly firstAnswer_ms: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string, firstAnswer_ms: number) {
    this.#child = child;
    this.url = url;
    this.firstAnswer_ms = firstAnswer_ms;
  }

  /** Resolves when it has answered. Rejects where it ends before. */
  static async start(command: 'start' | 'serve', data: string, given: readonly string[]): Promise<Served> {
    const began = performance.now();
    const child = spawn(process.execPath, [main, command, '--data', data, '--port', '0', ...given], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await listening(child);
    const answer = await fetch(new URL('/v2/users/1/recommendations', url));
    await answer.arrayBuffer();
    return new Served(child, url, Math.round(performance.now() - began));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

async function listening({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new TypeError('The process has no output to read');
  for await (const line of createInterface({ input: stdout })) {
    const url = /listening on (http:\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    stdout.resume();
    return url;
  }
  throw new Error('The process ended before it listened');
}
