/** `src/recommender/sizing/measured.ts`: what `millrace size` knows of bench/results. */
import { pickCell, pickMedian } from './single.ts';
import { type Fitted, livePlanes, shopPlanes, tableOf } from './planes.ts';
import type { Results } from './read.ts';

const head = `/** What was measured, for \`millrace size\`. Made from bench/results by \`node scripts/figures.ts generate\`. */
import type { Plane } from './figure.ts';

interface Measured {
  readonly value: number;
  readonly from: string;
}
`;

/** TypeScript, not laid out yet. @throws {UnusableResults} */
export function measuredSource(results: Results): string {
  const [shop, live] = [shopPlanes(results), livePlanes(results)];
  const planes = { ...Object.fromEntries(shop), ...Object.fromEntries(live) };
  const values = {
    tenant: pickCell(results, 'tenants', { where: 'the model in memory, histories and vectors' }, 'more a tenant'),
    rating_bytes: pickCell(
      results,
      'als-bytes',
      { where: 'the model in memory, histories and vectors' },
      'bytes a rating',
    ),
    event_bytes: pickCell(results, 'sizing-ids', { what: 'an event of the last day' }, 'bytes on disk'),
    listRead: pickMedian(results, 'cosmos', 'a list of 100, read'),
    freshness_ms: pickCell(results, 'api', { what: 'from a rating to the list that it has changed' }, 'p50'),
    trends_perSecond: pickMedian(results, 'trends', 'trends (hours and days, on update)'),
    intake_perSecond: pickMedian(results, 'trends', 'intake (validate, once, by item)'),
    learn_us: pickCell(results, 'als-events', { 'events a cut': 1 }, 'of processor'),
    list_us: pickMedian(results, 'kernel', 'one thread', 'top-100, a user'),
    broker_sPerMillion: pickMedian(results, 'kafka-produce', 'Millrace', '1 partition, CPU'),
    requests_perCpuSecond: pickCell(
      results,
      'api',
      { what: 'the same without remembered answers, at 5,000 requests a second' },
      'a CPU second',
    ),
    answer_bytes: pickCell(results, 'sizing-documents', { what: 'an answer with a list of ten' }, 'bytes'),
    ...Object.fromEntries(
      ['userVectors', 'itemVectors', 'recommendations', 'profiles', 'items'].map(name => [
        `${name}_bytes`,
        pickCell(results, 'sizing-documents', { what: name }, 'bytes'),
      ]),
    ),
  };
  const lines = [
    ...Object.entries(planes).map(([name, plane]) => `  ${name}: ${JSON.stringify(asPlane(plane))} satisfies Plane,`),
    ...Object.entries(values).map(([name, value]) => `  ${name}: ${JSON.stringify(value)} satisfies Measured,`),
  ];
  return `${head}\nexport const measuredUpTo = ${JSON.stringify(measuredUpTo(results))} as const;\n\nexport const measured = {\n${lines.join('\n')}\n} as const;\n`;
}

const asPlane = ({ coefficients, residual, heldOut, from }: Fitted) => ({ coefficients, residual, heldOut, from });

/** The most that planes were fitted to. */
function measuredUpTo(results: Results) {
  const fitted = tableOf(results, 'sizing').rows.filter(({ use }) => use === 'fit');
  const most = (name: string): number => Math.max(...fitted.map(row => Number(row[name])));
  return { users: most('users'), items: most('items'), ratings: most('ratings') };
}
