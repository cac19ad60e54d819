/** A file system of its own and of a size that a test can fill: a real full disk, without harm to the machine. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, statfsSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const usualSize_MiB = 24;

export class SmallDisk implements Disposable {
  readonly folder: string;

  /** Throws what `mount` says where this user may not mount. */
  constructor(size_MiB = usualSize_MiB) {
    this.folder = mkdtempSync(join(tmpdir(), 'millrace-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size_MiB}m`, 'tmpfs', this.folder], { stdio: 'pipe' });
    } catch (error) {
      rmdirSync(this.folder);
      throw error;
    }
  }

  /** Not a page is left, or this part of them. What filled it before gives way. */
  fill(leave = 0): void {
    const ballast = openSync(this.#ballast, 'w');
    try {
      const { bavail, blocks, bsize } = statfsSync(this.folder);
      if (leave > 0) writeSync(ballast, Buffer.alloc(Math.floor((bavail - leave * blocks) * bsize), 1));
      else for (const bytes of [1 << 20, 1 << 12]) writeUntilFull(ballast, Buffer.alloc(bytes, 1));
    } finally {
      closeSync(ballast);
    }
  }

  free(): void {
    rmSync(this.#ballast);
  }

  [Symbol.dispose](): void {
    execFileSync('umount', [this.folder], { stdio: 'pipe' });
    rmdirSync(this.folder);
  }

  get #ballast(): string {
    return join(this.folder, 'ballast');
  }
}

/** Why tests of full disks cannot run here, if they cannot. */
export function whyNoSmallDisk(): string | undefined {
  try {
    new SmallDisk()[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return `mounting a small disk is refused: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function writeUntilFull(file: number, bytes: Buffer): void {
  try {
    for (;;) writeSync(file, bytes);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}
