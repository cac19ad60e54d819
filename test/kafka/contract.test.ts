import { describe } from 'vitest';
import { openKafkaLog } from '../../src/transport/kafka/open.ts';
import { transportContract } from '../contract/transport.ts';
import { brokers, noBroker } from '../support/kafka/suite.ts';

describe.skipIf(noBroker)('the kafka adapter', () => {
  transportContract(
    'Kafka',
    async () => {
      const open = () => openKafkaLog({ brokers, clientId: 'contract', clock: () => Date.now() });
      let transport = open();
      return {
        transport,
        reopen: async () => {
          await transport.close();
          return (transport = open());
        },
        close: () => transport.close(),
      };
    },
    { retention: 'The broker removes whole segments in its own time' },
  );
});
