/** What Capture holds of one partition: every event once, in order of sequence numbers, without holes. */
import type { Millis } from '../../stream/time.ts';
import type { Offset } from '../../transport/port.ts';
import { BrokenCapture, valuesIn } from './container.ts';
import { type CapturedEvent, capturedEvent } from './event.ts';

interface CaptureFile {
  readonly path: string;
  readonly first: Offset;
  readonly next: Offset;
  /** When its last event was enqueued. */
  readonly lastAt: Millis;
}

export class CapturePartition {
  readonly first: Offset;
  readonly next: Offset;
  readonly #files: readonly CaptureFile[];

  private constructor(files: readonly CaptureFile[], first: Offset, next: Offset) {
    this.#files = files;
    this.first = first;
    this.next = next;
  }

  /**
   * Reads all files through once, so that a broken one is found before anything is done. Undefined where they are all
   * empty. @throws {BrokenCapture} also for a hole between two files
   */
  static async scan(paths: readonly string[]): Promise<CapturePartition | undefined> {
    const files: CaptureFile[] = [];
    for (const path of paths) {
      const file = await scanned(path);
      if (file !== undefined) files.push(file);
    }
    files.sort((a, b) => a.first - b.first || a.next - b.next);
    const [earliest] = files;
    if (earliest === undefined) return undefined;
    let { first: next, path: before } = earliest;
    for (const file of files) {
      if (file.first > next) throw hole(before, file, next);
      next = Math.max(next, file.next);
      before = file.path;
    }
    return new CapturePartition(files, earliest.first, next);
  }

  /** The events of [from, to), each once, though two files may hold it. @throws {BrokenCapture} */
  async *events(from: Offset, to: Offset): AsyncGenerator<CapturedEvent> {
    let next = from;
    for (const file of this.#files) {
      if (file.next <= next) continue;
      for await (const value of valuesIn(file.path)) {
        const event = capturedEvent(value, file.path);
        if (event.sequence < next) continue;
        if (event.sequence >= to) return;
        next = event.sequence + 1;
        yield event;
      }
    }
  }

  /**
   * The first offset that may have been enqueued at or after the time; `next` where there is none. Capture cuts its
   * times down to the second, so that of the time is taken whole.
   */
  async offsetAt(wanted: Millis): Promise<Offset> {
    const time = Math.floor(wanted / 1_000) * 1_000;
    const file = this.#files.find(({ lastAt }) => lastAt >= time);
    if (file === undefined) return this.next;
    for await (const value of valuesIn(file.path)) {
      const event = capturedEvent(value, file.path);
      if (event.enqueuedAt >= time) return event.sequence;
    }
    return this.next;
  }
}

async function scanned(path: string): Promise<CaptureFile | undefined> {
  let found: { first: Offset; next: Offset; lastAt: Millis } | undefined;
  for await (const value of valuesIn(path)) {
    const { sequence, enqueuedAt } = capturedEvent(value, path);
    found ??= { first: sequence, next: sequence, lastAt: enqueuedAt };
    if (sequence !== found.next)
      throw new BrokenCapture(
        `${path}, block at byte ${value.byte}: sequence ${sequence} follows ${found.next - 1}`,
        'Take another copy of the file: Capture leaves nothing out',
      );
    found.next = sequence + 1;
    found.lastAt = Math.max(found.lastAt, enqueuedAt);
  }
  return found && { path, ...found };
}

const hole = (before: string, { path, first }: CaptureFile, next: Offset): BrokenCapture =>
  new BrokenCapture(
    `Between ${before} and ${path} the sequence numbers ${next} to ${first - 1} are missing`,
    'Bring the files between the two, or begin behind the hole with --from and offsets, in a folder without the earlier files',
  );
