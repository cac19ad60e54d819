/** Whether each broker answers and lets us in: those that we were told of, and those that they name. */
import { found, type Finding } from '../../inspection.ts';
import { Broker } from '../broker.ts';
import { addressOf, type Cluster } from '../cluster.ts';
import { type Address, nameOfAddress } from '../connection.ts';
import type { KafkaOptions } from '../options.ts';
import { askMetadata } from '../requests/metadata.ts';

export async function reach(cluster: Cluster, options: KafkaOptions): Promise<Finding[]> {
  const others = new Map<string, Address>();
  const look = (address: Address, how: string): Promise<Finding> =>
    found(`broker ${nameOfAddress(address)}`, async () => {
      const broker = await Broker.open(address, options, cluster.brokers.closing);
      try {
        const { brokers } = await askMetadata(broker, []);
        for (const other of brokers.values()) others.set(nameOfAddress(other), other);
        return `answers${options.sasl === undefined ? '' : ' and lets us in'}${how}`;
      } finally {
        broker.close('was only looked at');
      }
    });
  const first = options.brokers.map(addressOf);
  const findings = await Promise.all(first.map(address => look(address, '')));
  for (const address of first) others.delete(nameOfAddress(address));
  const rest = await Promise.all(
    [...others.values()].map(address => look(address, '; another broker names it by this address')),
  );
  return [...findings, ...rest];
}
