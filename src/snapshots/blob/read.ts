import type { BlockBlobClient } from '@azure/storage-blob';
import { UnknownSnapshot } from '../port.ts';
import type { Call } from './call.ts';
import { isNotThere, isTaken } from './failures.ts';

/** Range by range, so that no more than one is held and a reader may take its time; all of them of one write. */
export async function* readParts(
  blob: BlockBlobClient,
  name: string,
  { call, partBytes }: { readonly call: Call; readonly partBytes: number },
): AsyncGenerator<Uint8Array> {
  const { contentLength = 0, etag = '*' } = await known(call(abortSignal => blob.getProperties({ abortSignal })));
  for (let from = 0; from < contentLength; from += partBytes) {
    const count = Math.min(partBytes, contentLength - from);
    const conditions = { ifMatch: etag };
    yield await known(call(abortSignal => blob.downloadToBuffer(from, count, { conditions, abortSignal })));
  }

  /** What was removed while it is read, and perhaps written anew, is not the snapshot any more that was begun. */
  async function known<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw isNotThere(error) || isTaken(error) ? new UnknownSnapshot(name) : error;
    }
  }
}
