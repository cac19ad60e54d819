/** How soon after a rating the lists and documents of its user have changed, where the log is a broker. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KafkaBroker } from '../../../test/support/kafka/broker.ts';
import { type Benchmark, type Rival, together } from '../../report.ts';
import { DataflowFigures } from '../dataflow-figures.ts';

/** On a broker of its own, since the streams have names that other runs have used. */
export function freshness(): Pick<Benchmark, 'question' | 'unit' | 'better' | 'runs' | 'warmUp' | 'rivals'> {
  const figureOf = together(async () => {
    await using broker = await KafkaBroker.start();
    const script = join(import.meta.dirname, '../dataflow.ts');
    const given = [script, 1, 100_836, 200, 5, broker.brokers().join(',')].map(String);
    const { stdout } = await promisify(execFile)(process.execPath, given);
    return DataflowFigures.parse(JSON.parse(stdout));
  });
  const figure = (subject: string, unit: string, of: (figures: DataflowFigures) => number): Rival => ({
    subject,
    name: 'Millrace over Kafka',
    unit,
    run: figureOf(of),
  });
  return {
    question: 'The whole dataflow over a broker: backlog to lists, then rating to changed documents',
    unit: 's',
    better: 'less',
    runs: 1,
    warmUp: false,
    rivals: [
      figure('backlog to lists', 's', ({ seconds }) => seconds),
      figure('restart', 's', ({ restartSeconds }) => restartSeconds),
      figure('rating to changed documents, p50', 'ms', ({ p50 }) => p50),
      figure('rating to changed documents, p99', 'ms', ({ p99 }) => p99),
      figure('rating to changed documents, worst', 'ms', ({ worst }) => worst),
      figure('heap in use', 'MiB', ({ heap }) => heap),
      figure('resident memory', 'MiB', ({ rss }) => rss),
    ],
  };
}
