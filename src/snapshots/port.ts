import { MillraceError } from '../errors.ts';

/** Large immutable values under names such as `train/0/000000000042.avro`; slashes make folders. */
export interface Snapshots {
  /** Durable and complete when it resolves, invisible before. A name that is taken throws `SnapshotExists`. */
  put(name: string, parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void>;
  /** The bytes in parts of bounded size; throws `UnknownSnapshot`. */
  get(name: string): AsyncIterable<Uint8Array>;
  /** Names that begin with `prefix`, in ascending order. */
  list(prefix: string): Promise<readonly string[]>;
  /** Removing what is not there does nothing. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

export class SnapshotExists extends MillraceError {
  readonly code = 'SNAPSHOT_EXISTS';
  constructor(name: string) {
    super(`Snapshot '${name}' exists already`, 'Snapshots are never replaced: choose another name');
  }
}

export class UnknownSnapshot extends MillraceError {
  readonly code = 'UNKNOWN_SNAPSHOT';
  constructor(name: string) {
    super(`Snapshot '${name}' does not exist`, 'List the snapshots there are');
  }
}

export class BadSnapshotName extends MillraceError {
  readonly code = 'BAD_SNAPSHOT_NAME';
  constructor(name: string) {
    super(
      `'${name}' cannot name a snapshot`,
      'Use letters, digits, dots, dashes and underscores between single slashes, and no dot at a beginning',
    );
  }
}
