/** What the log takes: records and bytes a second, partitions, throughput units, and what it keeps. */
import { type Figure, valueOf } from './figure.ts';
import type { Settled } from './load.ts';
import { measured } from './measured.ts';
import { type Rates, ratesOf } from './rates.ts';

/** Of Event Hubs Standard, a throughput unit: https://learn.microsoft.com/azure/event-hubs/event-hubs-scalability */
const unit = { ingressBytes: 1e6, ingressRecords: 1_000, egressBytes: 2e6 } as const;
const unitsFrom = 'Microsoft, Scalability of Event Hubs: 1 MB/s or 1,000 events in, 2 MB/s out';
/** Who reads what is written: the topologies, the servers' live figures, and a takeover. */
const readers = 3;
const safety = 1.25;
/** Share of what a task can do that it is to do in the busiest minute. */
const busy = 0.5;
const leastPartitions = 4;
const day_s = 86_400;

const from = `${measured.bytes.from}; ${measured.records.from}`;

export function logFigures(shop: Settled): Figure[] {
  const { mean, peak } = ratesOf(shop);
  return [partitionsOf(peak), ...flow(peak), keptOf(mean, shop.retentionDays)];
}

function flow(peak: Rates): Figure[] {
  const [bytes, records] = [perSecond(measured.bytes, peak) * safety, perSecond(measured.records, peak) * safety];
  const units = Math.max(
    bytes / unit.ingressBytes,
    records / unit.ingressRecords,
    (bytes * readers) / unit.egressBytes,
  );
  const both = { part: 'log', from, safety } as const;
  return [
    { ...both, name: 'logRecordsPerSecond', what: 'records in, busiest minute', value: records, unit: '1/s' },
    {
      ...both,
      name: 'logBytesPerSecond',
      what: 'bytes in, busiest minute: the network to the log, and as many for each reader from it',
      value: bytes,
      unit: 'bytes/s',
    },
    {
      ...both,
      name: 'throughputUnits',
      what: 'throughput units of Event Hubs Standard, busiest minute',
      value: Math.max(1, Math.ceil(units)),
      unit: '',
      from: `${from}; ${unitsFrom}`,
    },
  ];
}

const keptOf = (mean: Rates, days: number): Figure => ({
  name: 'logBytes',
  part: 'log',
  what: `kept for ${days} days, without copies`,
  value: perSecond(measured.bytes, mean) * day_s * days * safety,
  unit: 'bytes',
  from,
  safety,
});

const partitionsOf = (peak: Rates): Figure => ({
  name: 'partitions',
  part: 'log',
  what: 'partitions of each topic',
  value: partitionsFor(peak),
  unit: '',
  from: measured.trends_perSecond.from,
  safety: 1 / busy,
});

const perSecond = (plane: Parameters<typeof valueOf>[0], rates: Rates): number =>
  valueOf(plane, { ...rates, seconds: 1 });

/** A power of two, so that it can be doubled; the slowest of the topologies that scale by partitions is `trends`. */
function partitionsFor({ events }: Rates): number {
  const needed = Math.max(leastPartitions, events / (busy * measured.trends_perSecond.value));
  return 2 ** Math.ceil(Math.log2(needed));
}
