/** How soon after a rating the lists and documents of its user have changed, where the log is a broker. */
import { KafkaBroker } from '../../../test/support/kafka/broker.ts';
import type { Benchmark } from '../../report.ts';
import { dataflowRivals, measured } from '../dataflow-rivals.ts';

/** On a broker of its own, since the streams have names that other runs have used. */
export function freshness(): Pick<Benchmark, 'question' | 'unit' | 'better' | 'runs' | 'warmUp' | 'rivals'> {
  const measure = async () => {
    await using broker = await KafkaBroker.start();
    return await measured(1, 100_836, 200, 5, broker.brokers().join(','));
  };
  return {
    question: 'The whole dataflow over a broker: backlog to lists, then rating to changed documents',
    unit: 's',
    better: 'less',
    runs: 1,
    warmUp: false,
    rivals: dataflowRivals('Millrace over Kafka', measure),
  };
}
