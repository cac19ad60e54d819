import { Counter, Gauge, type Registry } from 'prom-client';

/** A metric that is read anew whenever it is asked for: what is gone is told no more. */
export interface ReadMetric<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly L[];
  /** Those without a value are left out. */
  readonly values: () => Iterable<Labelled<L>>;
}

type Labelled<L extends string> = readonly [labels: Readonly<Record<L, string>>, value: number | undefined];

/** What is read may have to be asked for. */
interface AskedMetric<L extends string> extends Omit<ReadMetric<L>, 'values'> {
  readonly values: () => Iterable<Labelled<L>> | Promise<Iterable<Labelled<L>>>;
}

/** Of what only grows while the process lives. */
export function registerReadCounter<L extends string>(registry: Registry, metric: AskedMetric<L>): void {
  const counter: Counter<L> = new Counter({
    ...described(registry, metric),
    collect: () => readAnew(metric, counter, (labels, value) => counter.inc(labels, value)),
  });
}

export function registerReadGauge<L extends string>(registry: Registry, metric: AskedMetric<L>): void {
  const gauge: Gauge<L> = new Gauge({
    ...described(registry, metric),
    collect: () => readAnew(metric, gauge, (labels, value) => gauge.set(labels, value)),
  });
}

const described = <L extends string>(registry: Registry, { name, help, labelNames }: AskedMetric<L>) => ({
  name,
  help,
  labelNames,
  registers: [registry],
});

/** What was told before is dropped only once it is known what is to be told instead. */
async function readAnew<L extends string>(
  { values }: AskedMetric<L>,
  told: { reset(): void },
  tell: (labels: Readonly<Record<L, string>>, value: number) => void,
): Promise<void> {
  const now = await values();
  told.reset();
  for (const [labels, value] of now) if (value !== undefined) tell(labels, value);
}
