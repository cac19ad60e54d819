import { DiskEntries } from '../../../src/engine/state/disk-entries.ts';
import { MemoryEntries } from '../../../src/engine/state/memory-entries.ts';
import { entriesContract } from '../../contract/entries.ts';

entriesContract('in memory', (_stored, options) => new MemoryEntries(options));

for (const entries of [0, 2, 1_000]) {
  entriesContract(
    `on disk, ${entries} of them in memory`,
    (stored, options) => new DiskEntries({ ...options, stored: () => stored, name: 'it', memory: { entries } }),
  );
}
