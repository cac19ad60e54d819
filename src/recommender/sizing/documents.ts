/** What the documents take in Cosmos DB: request units and bytes. */
import { type Figure, valueOf } from './figure.ts';
import type { Settled } from './load.ts';
import { measured } from './measured.ts';
import { ratesOf } from './rates.ts';

/** The request units are a model, and throughput that is too low delays. */
const safety = 1.6;
/** Index, system properties and free pages beside the JSON. */
const storageSafety = 2;
const step = 1_000;

export function documentFigures(shop: Settled): Figure[] {
  const { mean, peak } = ratesOf(shop);
  const unitsOf = (rates: typeof mean, lists: number): number =>
    valueOf(measured.requestUnits, { ...rates, seconds: 1 }) + lists * measured.listRead.value;
  const peakUnits = unitsOf(peak, shop.requestsPerSecond) * safety;
  const share = peak.events === 0 ? 1 : mean.events / peak.events;
  const from = `${measured.requestUnits.from}; ${measured.listRead.from} (a model of published figures)`;
  return [
    {
      name: 'requestUnitsMean',
      part: 'documents',
      what: 'request units a second, mean',
      value: unitsOf(mean, shop.requestsPerSecond * share) * safety,
      unit: 'RU/s',
      from,
      safety,
    },
    {
      name: 'requestUnitsPeak',
      part: 'documents',
      what: 'request units a second, busiest minute',
      value: peakUnits,
      unit: 'RU/s',
      from,
      safety,
    },
    {
      name: 'requestUnitsAutoscale',
      part: 'documents',
      what: 'most of autoscale: below it lists come later, and nothing is lost',
      value: Math.max(step, Math.ceil(peakUnits / step) * step),
      unit: 'RU/s',
      from,
      safety,
    },
    ...stored(shop),
  ];
}

/** One for each user or item. Histories, windows and orders grow with what happens, and are in the sum alone. */
function stored({ users, items, ratings, factors }: Settled): Figure[] {
  const counts = [
    ['userVectors', users, measured.userVectors_bytes],
    ['itemVectors', items, measured.itemVectors_bytes],
    ['recommendations', users, measured.recommendations_bytes],
    ['profiles', users, measured.profiles_bytes],
    ['items', items, measured.items_bytes],
  ] as const;
  const { documents } = measured;
  return [
    ...counts.map(([name, count, { value, from }]): Figure => ({
      name: `${name}Bytes`,
      part: 'documents',
      what: `of them ${name}`,
      value: count * value * storageSafety,
      unit: 'bytes',
      from,
      safety: storageSafety,
    })),
    {
      name: 'documentBytes',
      part: 'documents',
      what: 'all documents and journals; orders come on top',
      value: valueOf(documents, { users, items, ratings, values: (users + items) * factors }) * storageSafety,
      unit: 'bytes',
      from: documents.from,
      safety: storageSafety,
    },
  ];
}
