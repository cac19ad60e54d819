/** A worker process as its test sees it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./worker-process.ts', import.meta.url));

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it wrote to its standard error. */
  readonly complaint: string;
}

export class WorkerProcess {
  readonly lines: Interface;
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;

  /** Killed when the deadline aborts. `kill` is where it kills itself, see `KillSwitch`. */
  constructor(data: string, mode: 'live' | 'drain', deadline: AbortSignal, kill = '') {
    const env = { ...process.env, MILLRACE_KILL: kill };
    this.#child = spawn(process.execPath, [script, data, mode], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const child = this.#child;
    child.stdin.on('error', () => {}); // it may be dead already when it is told to stop
    const end = (): boolean => child.kill('SIGKILL');
    deadline.addEventListener('abort', end);
    this.lines = createInterface(child.stdout);
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    this.ended = once(child, 'close').then(() => {
      deadline.removeEventListener('abort', end);
      return { code: child.exitCode, signal: child.signalCode, complaint };
    });
    if (deadline.aborted) end();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Lets it finish the epochs under way. */
  stop(): void {
    this.#child.stdin.end();
  }
}
