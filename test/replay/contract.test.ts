import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import { transportContract } from '../contract/transport.ts';
import { withinNamespace } from '../support/namespace.ts';

transportContract(
  'the own topics of a namespace on the embedded log',
  async () => {
    const transport = withinNamespace(openEmbeddedLog({ path: ':memory:' }));
    return { transport, close: () => transport.close() };
  },
  { durability: 'A log in memory ends with its connection' },
);
