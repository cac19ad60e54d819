import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import { transportContract } from '../contract/transport.ts';

transportContract('the embedded log in a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-log-'));
  // An hour: no test may pass because of the slow look.
  const open = () => openEmbeddedLog({ path: join(folder, 'log.sqlite'), recheckMs: 3_600_000 });
  let transport = open();
  return {
    transport,
    reopen: async () => {
      await transport.close();
      return (transport = open());
    },
    close: async () => {
      await transport.close();
      await rm(folder, { recursive: true });
    },
  };
});

transportContract(
  'the embedded log in memory',
  async () => {
    const transport = openEmbeddedLog({ path: ':memory:' });
    return { transport, close: () => transport.close() };
  },
  { durability: 'A log in memory ends with its connection' },
);
