import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDirectorySnapshots } from '../../../src/snapshots/directory/snapshots.ts';
import { snapshotsContract } from '../../contract/snapshots.ts';

snapshotsContract('directory', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'millrace-snapshots-'));
  return {
    connect: async () => openDirectorySnapshots({ directory: join(parent, 'made', 'snapshots') }),
    remove: () => rm(parent, { recursive: true }),
  };
});
