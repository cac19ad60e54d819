/**
 * Lines on their way out of the process, a bounded number of bytes. The descriptor of a pipe does not block, so nobody
 * waits for a slow reader: what comes while the bound is reached is dropped, and counted. Whole lines go out in pieces
 * that a pipe takes wholly or not at all (PIPE_BUF of POSIX), so that lines of several threads and processes that share
 * it are not torn.
 */
import { writeSync } from 'node:fs';
import { codeOf } from './told-error.ts';

export interface LineOutputOptions {
  readonly fd: number;
  /** Bytes that may wait. */
  readonly most_bytes: number;
  /** Writes what it can, and answers how many bytes that were; `writeSync` unless given. */
  readonly write?: (fd: number, bytes: Uint8Array) => number;
}

/** What a pipe takes in one piece on Linux. */
const piece_bytes = 4_096;
/** Written in a turn of the event loop at most. */
const turn_bytes = 16 * piece_bytes;
/** How soon a reader that was slow is tried again. */
const again_ms = 20;

export class LineOutput {
  /** Lines that found no room. */
  dropped = 0;
  readonly #fd: number;
  readonly #most_bytes: number;
  readonly #write: (fd: number, bytes: Uint8Array) => number;
  readonly #waiting: Uint8Array[] = [];
  #bytes = 0;
  #isDue = false;
  #isGone = false;

  constructor({ fd, most_bytes, write = writeSync }: LineOutputOptions) {
    this.#fd = fd;
    this.#most_bytes = most_bytes;
    this.#write = write;
  }

  /** Takes a line, which ends in a line feed; false where there is no room for it. */
  write(line: string): boolean {
    const bytes = Buffer.from(line);
    if (this.#isGone || this.#bytes + bytes.length > this.#most_bytes) {
      this.dropped++;
      return false;
    }
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    this.#soon();
    return true;
  }

  /** Writes out what waits, now; for a slow reader it waits so long at most. For the end of the process. */
  flush(patience_ms: number): void {
    const until = performance.now() + patience_ms;
    while (this.#waiting.length > 0 && !this.#isGone) {
      if (this.#out(Infinity)) continue;
      if (performance.now() >= until) return;
      Atomics.wait(sleeper, 0, 0, Math.min(again_ms, patience_ms));
    }
  }

  #soon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => this.#turn());
  }

  /** A slow reader keeps no process from its end: whoever ends it flushes. */
  #turn(): void {
    this.#isDue = false;
    const isTaken = this.#out(turn_bytes);
    if (this.#waiting.length === 0) return;
    if (isTaken) return this.#soon();
    this.#isDue = true;
    setTimeout(() => this.#turn(), again_ms).unref();
  }

  /** Whether the reader took what it was given: so many bytes at most, or all. */
  #out(most_bytes: number): boolean {
    for (let written = 0; this.#waiting.length > 0 && written < most_bytes;) {
      const { bytes, lines } = this.#piece();
      const taken = this.#tried(bytes);
      if (taken === undefined) return false;
      this.#waiting.splice(0, lines, ...(taken < bytes.length ? [bytes.subarray(taken)] : []));
      this.#bytes -= taken;
      written += taken;
    }
    return true;
  }

  /** Undefined where nothing goes out now: the reader is slow, or the disk is full. Who reads no more is told nothing. */
  #tried(bytes: Uint8Array): number | undefined {
    try {
      return this.#write(this.#fd, bytes);
    } catch (error) {
      if (codeOf(error) !== 'EPIPE') return undefined;
      this.#isGone = true;
      this.dropped += this.#waiting.length;
      this.#waiting.length = 0;
      return undefined;
    }
  }

  /** As many whole lines as fit into a piece, or one that is longer. */
  #piece(): { readonly bytes: Uint8Array; readonly lines: number } {
    let [lines, length] = [0, 0];
    for (const { length: next } of this.#waiting) {
      if (lines > 0 && length + next > piece_bytes) break;
      lines++;
      length += next;
    }
    return { bytes: Buffer.concat(this.#waiting.slice(0, lines), length), lines };
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));
