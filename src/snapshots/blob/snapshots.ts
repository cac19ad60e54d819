import { isSnapshotName, snapshotName, snapshotPrefix } from '../name.ts';
import { BadSnapshotName, type Snapshots } from '../port.ts';
import { callsTo } from './call.ts';
import { type BlobPlace, containerAt } from './container.ts';
import { type BlobLimits, defaultLimits } from './limits.ts';
import { readParts } from './read.ts';
import { writeOnce } from './write.ts';

export interface BlobOptions {
  readonly place: BlobPlace;
  /** Folder of the container in which the snapshots lie; '' is its root. */
  readonly prefix: string;
  /** Create the container where it is missing; else that is an error. */
  readonly createContainer: boolean;
  readonly limits?: Partial<BlobLimits>;
}

/** Azure holds so many characters. */
const longestName = 1_024;

/** Snapshots as block blobs in a container of Azure Blob Storage, which any number of processes may share. */
export async function openBlobSnapshots({ place, createContainer, ...options }: BlobOptions): Promise<Snapshots> {
  const limits = { ...defaultLimits, ...options.limits };
  const folder = options.prefix === '' ? '' : `${snapshotName(options.prefix)}/`;
  const container = await containerAt(place);
  const call = callsTo(container, { ...limits, createContainer });

  const blobOf = (name: string) => {
    const path = folder + snapshotName(name);
    if (path.length > longestName) throw new BadSnapshotName(name);
    return container.getBlockBlobClient(path);
  };

  return {
    async put(name, parts) {
      await writeOnce(blobOf(name), name, parts, { call, ...limits });
    },

    async *get(name) {
      yield* readParts(blobOf(name), name, { call, ...limits });
    },

    async list(prefix) {
      const names: string[] = [];
      const under = folder + snapshotPrefix(prefix);
      for (let token: string | undefined; ;) {
        const page = await pageOf(under, token);
        names.push(...page.names.filter(isSnapshotName));
        token = page.next;
        if (token === undefined) return names.sort();
      }
    },

    async remove(name) {
      const blob = blobOf(name);
      await call(abortSignal => blob.deleteIfExists({ abortSignal }));
    },

    async close() {
      // Connections are the library's, and are let go of when they are idle.
    },
  };

  async function pageOf(prefix: string, token: string | undefined): Promise<Page> {
    const settings = { maxPageSize: limits.pageNames, ...(token === undefined ? {} : { continuationToken: token }) };
    return call(async abortSignal => {
      for await (const page of container.listBlobsFlat({ prefix, abortSignal }).byPage(settings)) {
        const names = page.segment.blobItems.map(({ name }) => name.slice(folder.length));
        return page.continuationToken === '' ? { names } : { names, next: page.continuationToken };
      }
      return { names: [] };
    });
  }
}

interface Page {
  readonly names: readonly string[];
  /** What the next one is asked for with; absent in the last one. */
  readonly next?: string | undefined;
}
