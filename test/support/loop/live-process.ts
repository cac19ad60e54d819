/** A part of the loop that runs until it is told to stop: the API, or a worker. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Ending } from '../kill-child.ts';
import type { HeldMemory } from '../told-memory.ts';
import type { LoopPlace } from './place.ts';

const programs = { api: ['./api.ts'], live: ['./worker.ts', 'live'], orders: ['./worker.ts', 'orders'] } as const;
const compileCache = fileURLToPath(new URL('../../../node_modules/.cache/node-compile', import.meta.url));

export class LiveProcess {
  readonly ended: Promise<Ending>;
  /** Lines that say of a port that it is waited for, and that were reported as unforeseen: newest last. */
  readonly notable: string[] = [];
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: Interface;

  constructor(part: keyof typeof programs, place: LoopPlace) {
    const [script, ...mode] = programs[part];
    const path = fileURLToPath(new URL(script, import.meta.url));
    const env = { ...process.env, NODE_COMPILE_CACHE: compileCache };
    this.#child = spawn(process.execPath, ['--expose-gc', path, JSON.stringify(place), ...mode], {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stdin.on('error', () => {}); // it may have ended already when it is told something
    this.#lines = createInterface(this.#child.stdout);
    this.#lines.on('line', line => {
      if (/ waits: | waiting for |^reported: /.test(line)) this.notable.push(line);
    });
    this.ended = this.#ending();
  }

  /** What follows in the next line that begins so; rejects where it ends before. */
  async says(beginning: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const hear = (line: string): void => {
      if (line.startsWith(beginning)) resolve(line.slice(beginning.length).trim());
    };
    this.#lines.on('line', hear);
    void this.ended.then(({ complaint }) => reject(new Error(`It ended before it said '${beginning}': ${complaint}`)));
    return promise.finally(() => this.#lines.off('line', hear));
  }

  /** What it holds, after a collection. */
  async memory(): Promise<HeldMemory> {
    const told = this.says('memory ');
    this.#child.stdin.write('memory\n');
    // oxlint-disable-next-line typescript/consistent-type-assertions -- `told-memory.ts` writes it
    return JSON.parse(await told) as HeldMemory;
  }

  /** The work, unless this process ends meanwhile, which rejects with what it complained of. */
  async during<T>(work: Promise<T>): Promise<T> {
    const early = this.ended.then(({ code, signal, complaint }): never => {
      throw new Error(`It ended early (${signal ?? code}): ${complaint}`);
    });
    return Promise.race([work, early]);
  }

  /** In order: what is under way is finished. */
  async stop(): Promise<Ending> {
    this.#child.stdin.end();
    return this.ended;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  async #ending(): Promise<Ending> {
    let complaint = '';
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    await once(this.#child, 'close');
    return { code: this.#child.exitCode, signal: this.#child.signalCode, complaint };
  }
}
