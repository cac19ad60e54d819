/** A worker process as its test sees it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./worker-process.ts', import.meta.url));
/** The application that the kills were made for: small, with a sharp oracle. */
const sensorCounts = fileURLToPath(new URL('../../examples/sensor-counts.ts', import.meta.url));
/** Half of a start is compiling. */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/node-compile', import.meta.url));

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it wrote to its standard error. */
  readonly complaint: string;
}

/** The ending of a process that did what it was asked to. */
export const orderly: Ending = { code: 0, signal: null, complaint: '' };
export const killed: Ending = { code: null, signal: 'SIGKILL', complaint: '' };

export class WorkerProcess {
  readonly lines: Interface;
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;

  /** Killed when the deadline aborts. `kill` is where it kills itself, see `KillSwitch`. */
  constructor(data: string, mode: 'live' | 'drain', deadline: AbortSignal, kill = '', app = sensorCounts) {
    const env = { ...process.env, MILLRACE_KILL: kill, NODE_COMPILE_CACHE: compileCache };
    this.#child = spawn(process.execPath, [script, data, mode, app], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdin.on('error', () => {}); // it may be dead already when it is told to stop
    this.lines = createInterface(this.#child.stdout);
    this.ended = this.#ending(deadline);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The process was not started');
    return this.#child.pid;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Lets it finish the epochs under way. */
  stop(): void {
    this.#child.stdin.end();
  }

  async #ending(deadline: AbortSignal): Promise<Ending> {
    const child = this.#child;
    const kill = (): void => this.kill();
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    deadline.addEventListener('abort', kill);
    if (deadline.aborted) kill();
    await once(child, 'close');
    deadline.removeEventListener('abort', kill);
    if (deadline.aborted) complaint += 'The deadline of the test has passed';
    return { code: child.exitCode, signal: child.signalCode, complaint };
  }
}
