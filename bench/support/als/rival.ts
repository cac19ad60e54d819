/** A rival in a process of its own, asked again and again so that it is measured warm. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import type { TrainingInput } from '../../../src/als/index.ts';
import type { Vectors } from './vectors.ts';

const python = join(import.meta.dirname, '../../../.tools/bin/python');
/** Nothing that is asked for takes longer. */
const limit_ms = 30 * 60_000;

export type RivalName = 'implicit' | 'spark';

/** Where a rival finds the ratings and leaves its vectors; gone with this. */
export class RivalFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'millrace-rivals-'));

  /** The pairs that Millrace is trained on, with the same confidences. */
  constructor({ starts, items, confidences, preferences, stars, live }: TrainingInput) {
    const shape = { users: live.users.ids.length, items: live.items.ids.length };
    writeFileSync(join(this.path, 'shape.json'), JSON.stringify(shape));
    const signed = Float32Array.from(confidences, (steps, pair) => (preferences[pair] === 1 ? steps : -steps) / 16);
    const columns = { starts, items, confidences: signed, stars: Float32Array.from(stars, steps => steps / 1024) };
    for (const [name, column] of Object.entries(columns))
      writeFileSync(join(this.path, name), new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Vectors that a rival has left under a name. */
  vectors(name: string, factors: number): Vectors {
    const read = (side: string): Float32Array => {
      const bytes = readFileSync(this.file(`${name}.${side}`));
      return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    };
    return { factors, users: read('users'), items: read('items') };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

const About = z.object({ version: z.string(), kernels: z.array(z.string()), threads: z.int() });

export class Rival implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string, undefined>;

  constructor(name: RivalName, folder: RivalFolder, threads: number) {
    if (!existsSync(python))
      throw new Error(
        `There is no ${python}: install deploy/spark and bench/support/als/requirements.txt (deploy/spark/README.md)`,
      );
    // The variables for old processors would slow down a new numpy.
    const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...rest } = process.env;
    const env = { ...rest, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: String(threads), PYSPARK_PYTHON: python };
    const script = join(import.meta.dirname, `${name}_als.py`);
    this.#child = spawn(python, [script, folder.path, String(threads)], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
      timeout: limit_ms,
      killSignal: 'SIGKILL',
    });
    this.#answers = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  async ask<T>(shape: z.ZodType<T>, command: string, request: object = {}): Promise<T> {
    this.#child.stdin.write(`${JSON.stringify({ command, ...request })}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error(`The rival ended at '${command}' with ${this.#child.exitCode}`);
    return shape.parse(JSON.parse(answer.value));
  }

  about(): Promise<z.infer<typeof About>> {
    return this.ask(About, 'about');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.stdin.end();
    await ended;
  }
}
