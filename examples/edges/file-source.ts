/** A source that is pulled from: the lines of a file that grows and is rotated (`log`, `log.1`, `log.2`, the oldest last). */
import { open, readdir, stat } from 'node:fs/promises';
import { watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { PulledValues, PullSource } from '../../src/log.ts';
import type { Line } from './lines.ts';

/** Which file, whatever it is called by now, and how far in it. */
const Position = z.strictObject({ file: z.string(), byte: z.int().min(0) });
export type FilePosition = z.infer<typeof Position>;

export interface FileSourceOptions {
  readonly name: string;
  readonly path: string;
  readonly now: () => number;
  /** Bytes read at once, and what no line may exceed; 64 KiB where absent. */
  readonly mostBytes?: number;
}

interface Found {
  readonly path: string;
  readonly file: string;
  readonly size: number;
}

export class FileSource implements PullSource<Line, FilePosition> {
  readonly name: string;
  readonly #path: string;
  readonly #now: () => number;
  readonly #mostBytes: number;

  constructor({ name, path, now, mostBytes = 65_536 }: FileSourceOptions) {
    this.name = name;
    this.#path = path;
    this.#now = now;
    this.#mostBytes = mostBytes;
  }

  parse(stored: unknown): FilePosition {
    return Position.parse(stored);
  }

  async read(after: FilePosition | undefined, most: number): Promise<PulledValues<Line, FilePosition>> {
    const files = await this.#files();
    const [oldest] = files;
    if (oldest === undefined) return { values: [], position: after ?? { file: '', byte: 0 } };
    const from = after === undefined || after.file === '' ? { file: oldest.file, byte: 0 } : after;
    const at = files.findIndex(({ file }) => file === from.file);
    const found = files[at];
    if (found === undefined || found.size < from.byte) throw lost(this.#path, from);
    const values = await this.#lines(found, from.byte, most);
    const bytes = values.reduce((sum, { text }) => sum + Buffer.byteLength(text) + 1, 0);
    if (values.length > 0) return { values, position: { file: from.file, byte: from.byte + bytes } };
    const next = files[at + 1];
    // Only in a file that nobody writes any more is all read that will ever be there.
    if (next === undefined) return { values: [], position: from };
    if (found.size > from.byte) throw unended(found);
    return { values: [], position: { file: next.file, byte: 0 } };
  }

  /** Until something happens to the folder; looked at again every second, since not every disk tells. */
  async wait(_after: FilePosition | undefined, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const watcher = watch(dirname(this.#path), () => resolve());
    watcher.on('error', () => resolve()); // the next reading says what is wrong
    const timer = setTimeout(resolve, 1_000);
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
    await promise;
    clearTimeout(timer);
    watcher.close();
  }

  /** Whole lines from a byte on, within the limits. */
  async #lines({ path, file, size }: Found, from: number, most: number): Promise<Line[]> {
    const bytes = Buffer.alloc(Math.min(this.#mostBytes, size - from));
    const handle = await open(path);
    try {
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
      return this.#split(file, from, bytes.subarray(0, bytesRead), most);
    } finally {
      await handle.close();
    }
  }

  #split(file: string, from: number, bytes: Buffer, most: number): Line[] {
    const found: Line[] = [];
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0 && found.length < most; end = bytes.indexOf(10, start)) {
      found.push({ id: `${file}:${from + start}`, text: bytes.toString('latin1', start, end), readAt: this.#now() });
      start = end + 1;
    }
    if (found.length === 0 && bytes.length >= this.#mostBytes) throw endless(file, from, this.#mostBytes);
    return found.map(line => ({ ...line, text: Buffer.from(line.text, 'latin1').toString('utf8') }));
  }

  /** Oldest first. A file keeps its number through its renamings. */
  async #files(): Promise<Found[]> {
    const [folder, base] = [dirname(this.#path), basename(this.#path)];
    const names = (await readdir(folder)).filter(
      name => name === base || (/^\.\d+$/.test(name.slice(base.length)) && name.startsWith(base)),
    );
    const inOrder = names.sort((a, b) => numberOf(b, base) - numberOf(a, base));
    return Promise.all(
      inOrder.map(async name => {
        const { ino, birthtimeMs, size } = await stat(join(folder, name));
        return { path: join(folder, name), file: `${ino}-${Math.floor(birthtimeMs)}`, size };
      }),
    );
  }
}

const numberOf = (name: string, base: string): number => Number(name.slice(base.length + 1) || 0);

const lost = (path: string, { file, byte }: FilePosition): Error =>
  new Error(
    `${path}: the file ${file}, read up to byte ${byte}, is gone or was cut short: lines may be lost. Keep rotated files for longer, or begin anew under another name`,
  );

const unended = ({ path }: Found): Error =>
  new Error(`${path} was rotated in the middle of a line: its writer has to end it`);

const endless = (file: string, from: number, most: number): Error =>
  new Error(`The line at byte ${from} of ${file} has more than ${most} bytes: raise mostBytes, or mend the file`);
