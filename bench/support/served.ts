/** A process of the command line that serves, as long as a benchmark needs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
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
  static async start(
    command: 'start' | 'serve',
    data: string,
    given: readonly string[],
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Served> {
    const words = [main, command, '--data', data, '--port', '0', ...given];
    return Served.#open(words, { ...process.env, ...settings });
  }

  /** A program that prints where it listens, as the command line does. */
  static program(path: string, given: readonly string[]): Promise<Served> {
    return Served.#open([path, ...given], process.env);
  }

  static async #open(words: readonly string[], env: NodeJS.ProcessEnv): Promise<Served> {
    const began = performance.now();
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'], env });
    const url = await listening(child);
    const answer = await fetch(new URL('/v2/users/1/recommendations', url));
    await answer.arrayBuffer();
    return new Served(child, url, Math.round(performance.now() - began));
  }

  /** Of the process. @throws where it has none */
  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new TypeError('The process was never started');
    return pid;
  }

  /** Seconds of a processor that the process, all its threads, has used; null where the system has no `/proc`. */
  async cpu_s(): Promise<number | null> {
    if (process.platform !== 'linux') return null;
    // proc(5): in hundredths of a second user and system are fields 14 and 15, and the name, field 2, may hold blanks.
    const stat = await readFile(`/proc/${this.#child.pid}/stat`, 'utf8');
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return (Number(user) + Number(system)) / 100;
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
