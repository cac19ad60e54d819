import { MillraceError, Unavailable } from '../../errors.ts';

/** A name that is a folder of other snapshots, or lies under one that is a snapshot: only a file system minds. */
export class SnapshotNameClash extends MillraceError {
  readonly code = 'SNAPSHOT_NAME_CLASH';
  constructor(name: string) {
    super(`'${name}' is a folder, or lies in something that is none`, 'Choose a name that no other one contains');
  }
}

const MAY_PASS = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EBUSY', 'EMFILE', 'ENFILE', 'EAGAIN', 'ETIMEDOUT']);

/** The code of an error of the operating system, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** A full or failing disk is `Unavailable`, with the place, which the system leaves out; every other error is what it is. */
export function asPortError(error: unknown, directory: string): unknown {
  const code = systemCode(error);
  if (!(error instanceof Error) || code === undefined || !MAY_PASS.has(code)) return error;
  return new Unavailable(`${directory}: ${error.message}`, 'Free the disk, or raise its limits', { cause: error });
}
