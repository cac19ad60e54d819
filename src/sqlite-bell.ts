/**
 * Tells other threads and processes that something was written: a file of one byte beside the database, written
 * after each commit and watched by who waits. The database's own files will not do: they change before the commit
 * can be seen, so a reader that they wake finds nothing and sleeps on. If somebody
 * removes the file while it is watched, readers wake late until the database is opened again.
 */
import { closeSync, constants, type FSWatcher, openSync, watch, writeSync } from 'node:fs';
import { Unavailable } from './errors.ts';

export class Bell {
  readonly #path: string;
  readonly #file: number;
  readonly #stroke = Buffer.of(1);
  #watcher: FSWatcher | undefined;
  #broken = false;

  constructor(databasePath: string) {
    this.#path = `${databasePath}-bell`;
    this.#file = openedBell(this.#path);
  }

  /** What was written is already durable, so a bell that fails only warns: readers find it a little later. */
  ring(): void {
    try {
      writeSync(this.#file, this.#stroke, 0, 1, 0);
    } catch (error) {
      if (!this.#broken) process.emitWarning(`${this.#path} cannot be written, readers wake late: ${String(error)}`);
      this.#broken = true;
    }
  }

  /** Calls `rung` after each stroke, of this process or another, until the bell is closed or `failed` is called. */
  listen(rung: () => void, failed: (error: Unavailable) => void): void {
    if (this.#watcher !== undefined) return;
    try {
      this.#watcher = watch(this.#path, { persistent: false }, rung);
    } catch (error) {
      throw unwatchable(this.#path, error);
    }
    this.#watcher.on('error', error => {
      this.#unwatch();
      failed(unwatchable(this.#path, error));
    });
  }

  close(): void {
    this.#unwatch();
    closeSync(this.#file);
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}

function openedBell(path: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644);
  } catch (cause) {
    throw new Unavailable(`${path} cannot be opened`, 'Allow this user to write to the file and its folder', { cause });
  }
}

const unwatchable = (path: string, cause: unknown): Unavailable =>
  new Unavailable(
    `${path} cannot be watched`,
    'Keep the file in its place, and raise the limit of watched files (Linux: fs.inotify.max_user_instances)',
    {
      cause,
    },
  );
