import { randomUUID } from 'node:crypto';
import type { BlockBlobClient } from '@azure/storage-blob';
import { MillraceError, Unavailable } from '../../errors.ts';
import { SnapshotExists } from '../port.ts';
import { inBlocks } from './blocks.ts';
import type { Call } from './call.ts';
import { isNotThere, isTaken } from './failures.ts';
import { mostBlocks } from './limits.ts';

type Parts = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export class SnapshotTooLarge extends MillraceError {
  readonly code = 'SNAPSHOT_TOO_LARGE';
}

/** Never replaces: the service itself refuses a name that is taken. */
const onlyNew = { ifNoneMatch: '*' };

/**
 * Stages block after block, invisible until a last request publishes them all. Blocks that nobody publishes are removed
 * by the service after a week.
 */
export async function writeOnce(
  blob: BlockBlobClient,
  name: string,
  parts: Parts,
  { call, blockBytes }: { readonly call: Call; readonly blockBytes: number },
): Promise<void> {
  // Writers of one name at once must not touch each other's blocks, and all their identifiers have one length.
  const writer = randomUUID();
  const staged: string[] = [];
  for await (const block of inBlocks(parts, blockBytes)) await stage(block);
  await publish();

  async function stage(block: Buffer): Promise<void> {
    if (staged.length === mostBlocks) throw tooLarge(name, blockBytes);
    const id = Buffer.from(`${writer}-${String(staged.length).padStart(5, '0')}`).toString('base64');
    await call(abortSignal => blob.stageBlock(id, block, block.length, { abortSignal }));
    staged.push(id);
  }

  async function publish(): Promise<void> {
    const options = { conditions: onlyNew, metadata: { writer } };
    try {
      await call(abortSignal => blob.commitBlockList(staged, { ...options, abortSignal }));
    } catch (error) {
      if (!isTaken(error)) throw error;
      if ((await writerOfWhatIsThere()) !== writer) throw new SnapshotExists(name);
    }
  }

  /** The answer to a request may be lost after it was carried out: its repetition then finds the name taken, by us. */
  async function writerOfWhatIsThere(): Promise<string | undefined> {
    try {
      return (await call(abortSignal => blob.getProperties({ abortSignal }))).metadata?.['writer'];
    } catch (error) {
      throw isNotThere(error) ? removed(name) : error;
    }
  }
}

const tooLarge = (name: string, blockBytes: number): SnapshotTooLarge =>
  new SnapshotTooLarge(
    `Snapshot '${name}' has more than ${mostBlocks} blocks of ${blockBytes} bytes`,
    'Spread the state over more partitions',
  );

const removed = (name: string): Unavailable =>
  new Unavailable(`Another process removed snapshot '${name}' while it was written`, 'Write it again');
