/** What the log takes: records and bytes a second, partitions, throughput units, and what it keeps. */
import type { Figure } from './figure.ts';
import { valueOf } from './figure.ts';
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

export function logFigures(shop: Settled): Figure[] {
  const { mean, peak } = ratesOf(shop);
  const [meanBytes, peakBytes] = [perSecond(measured.bytes, mean), perSecond(measured.bytes, peak)];
  const records = perSecond(measured.records, peak);
  const units = Math.max(
    peakBytes / unit.ingressBytes,
    records / unit.ingressRecords,
    (peakBytes * readers) / unit.egressBytes,
  );
  const from = `${measured.bytes.from}; ${measured.records.from}`;
  return [
    {
      name: 'partitions',
      part: 'log',
      what: 'partitions of each topic',
      value: partitionsFor(peak),
      unit: '',
      from: measured.trends_perSecond.from,
      safety: 1 / busy,
    },
    {
      name: 'logRecordsPerSecond',
      part: 'log',
      what: 'records in, busiest minute',
      value: records * safety,
      unit: '1/s',
      from,
      safety,
    },
    {
      name: 'logBytesPerSecond',
      part: 'log',
      what: 'bytes in, busiest minute: the network to the log, and as many for each reader from it',
      value: peakBytes * safety,
      unit: 'bytes/s',
      from,
      safety,
    },
    {
      name: 'throughputUnits',
      part: 'log',
      what: 'throughput units of Event Hubs Standard, busiest minute',
      value: Math.max(1, Math.ceil(units * safety)),
      unit: '',
      from: `${from}; ${unitsFrom}`,
      safety,
    },
    {
      name: 'logBytes',
      part: 'log',
      what: `kept for ${shop.retentionDays} days, without copies`,
      value: meanBytes * day_s * shop.retentionDays * safety,
      unit: 'bytes',
      from,
      safety,
    },
  ];
}

const perSecond = (plane: Parameters<typeof valueOf>[0], rates: Rates): number =>
  valueOf(plane, { ...rates, seconds: 1 });

/** A power of two, so that it can be doubled; the slowest of the topologies that scale by partitions is `trends`. */
function partitionsFor({ events }: Rates): number {
  const needed = Math.max(leastPartitions, events / (busy * measured.trends_perSecond.value));
  return 2 ** Math.ceil(Math.log2(needed));
}
