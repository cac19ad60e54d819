/** A worker process as its test sees it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { embeddedIn, type Place } from './place.ts';

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

  /** In a place, or with everything in a folder. Killed when the deadline aborts; `kill` is for the `KillSwitch`. */
  constructor(place: Place | string, mode: 'live' | 'drain', deadline: AbortSignal, kill = '', app = sensorCounts) {
    const where = JSON.stringify(typeof place === 'string' ? embeddedIn(place) : place);
    const env = { ...process.env, MILLRACE_KILL: kill, NODE_COMPILE_CACHE: compileCache };
    this.#child = spawn(process.execPath, [script, where, mode, app], { env, stdio: ['pipe', 'pipe', 'pipe'] });
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

  /** Until it has said the line so often. What it says later is let go, where nobody listens. */
  async said(wanted: string, times = 1): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let left = times;
    const hear = (line: string): void => {
      if (line === wanted && --left === 0) resolve();
    };
    this.lines.on('line', hear);
    void this.ended.then(({ complaint }) => reject(new Error(`It ended before it said '${wanted}': ${complaint}`)));
    try {
      await promise;
    } finally {
      this.lines.off('line', hear);
    }
    this.lines.resume(); // not of one that has ended: it has none to read on
  }

  /** A process that has frozen itself goes on, see `KillSwitch`. */
  thaw(): void {
    this.#child.kill('SIGCONT');
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
