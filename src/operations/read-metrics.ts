import { Counter, Gauge, type Registry } from 'prom-client';

/** A metric that is read anew whenever it is asked for: what is gone is told no more. */
export interface ReadMetric<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly L[];
  /** Those without a value are left out. */
  readonly values: () => Iterable<readonly [labels: Readonly<Record<L, string>>, value: number | undefined]>;
}

/** Of what only grows while the process lives. */
export function registerReadCounter<L extends string>(registry: Registry, metric: ReadMetric<L>): void {
  const { name, help, labelNames, values } = metric;
  const counter: Counter<L> = new Counter({
    name,
    help,
    labelNames,
    registers: [registry],
    collect: () => {
      counter.reset();
      for (const [labels, value] of values()) if (value !== undefined) counter.inc(labels, value);
    },
  });
}

export function registerReadGauge<L extends string>(registry: Registry, metric: ReadMetric<L>): void {
  const { name, help, labelNames, values } = metric;
  const gauge: Gauge<L> = new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    collect: () => {
      gauge.reset();
      for (const [labels, value] of values()) if (value !== undefined) gauge.set(labels, value);
    },
  });
}
