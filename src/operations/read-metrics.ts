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
  const { name, help, labelNames, values } = metric;
  const counter: Counter<L> = new Counter({
    name,
    help,
    labelNames,
    registers: [registry],
    collect: async () => {
      const now = await values();
      counter.reset();
      for (const [labels, value] of now) if (value !== undefined) counter.inc(labels, value);
    },
  });
}

export function registerReadGauge<L extends string>(registry: Registry, metric: AskedMetric<L>): void {
  const { name, help, labelNames, values } = metric;
  const gauge: Gauge<L> = new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    collect: async () => {
      const now = await values();
      gauge.reset();
      for (const [labels, value] of now) if (value !== undefined) gauge.set(labels, value);
    },
  });
}
