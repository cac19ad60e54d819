/** What a soak says: in words, and what of it is wrong. */
import type { Soak } from './run-soak.ts';
import type { Sample } from './samples.ts';

/** What may come with an hour, of what there is. */
const flat = { resident: 0.15, heap: 0.2, engineHeap: 0.2, openFiles: 0.2, timers: 0.5 } as const;
/** Shorter lives are still warming up: their growth is told, and nothing is made of it. */
const leastSeconds = 1_500;
const mostResidentBytes = 1.5 * 2 ** 30;

/** Empty where nothing is wrong. */
export function faultsOf({ balance, counts, growth, samples }: Soak): string[] {
  const unbalanced = Object.entries(balance)
    .filter(([, { lost, doubled }]) => lost !== 0 || doubled !== 0)
    .map(([what, { lost, doubled }]) => `${what}: ${lost} lost, ${doubled} doubled`);
  const grown = growth
    .filter(({ seconds }) => seconds >= leastSeconds)
    .flatMap(life =>
      (['resident', 'heap', 'engineHeap', 'openFiles', 'timers'] as const)
        .filter(what => life[what] > flat[what])
        .map(what => `life ${life.life}: ${what} grows by ${percent(life[what])} an hour`),
    );
  const most = Math.max(0, ...samples.map(({ residentBytes }) => residentBytes));
  const large = most > mostResidentBytes ? [`resident memory came to ${mebibytes(most)}`] : [];
  return [...unbalanced, ...counts.wrong.slice(0, 20), ...grown, ...large];
}

export function textOf(soak: Soak): string {
  const { minutes, seed, lives, faults, counts, balance, growth, samples } = soak;
  const wrong = faultsOf(soak);
  return [
    `Soak of ${minutes} minutes, seed ${seed}: ${wrong.length === 0 ? 'nothing lost, nothing doubled' : `${wrong.length} faults`}`,
    '',
    `lives       ${lives}, ended by ${faults.map(({ what, at }) => `${what} at ${Math.round(at)} s`).join(', ')}`,
    `requests    ${counts.reads} reads answered, ${counts.troubles} without an answer or told to come again, ${counts.told} events to listeners`,
    ...Object.entries(balance).map(
      ([what, { sent, lost, doubled }]) => `${what.padEnd(12)}${sent} sent, ${lost} lost, ${doubled} doubled`,
    ),
    '',
    'least and most over time',
    ...figures.map(([name, of, shown]) => `  ${name.padEnd(22)}${range(samples, of, shown)}`),
    '',
    'growth in an hour at the end of a life, by its second half',
    ...growth.map(
      ({ life, seconds, resident, heap, engineHeap, engineBytesPerEvent, openFiles, timers }) =>
        `  life ${life}, ${Math.round(seconds)} s: resident ${percent(resident)}, heap of the server ${percent(heap)}, of the engine ${percent(engineHeap)} (${whole(engineBytesPerEvent)} bytes an event), files ${percent(openFiles)}, timers ${percent(timers)}`,
    ),
    ...wrong.map(line => `WRONG: ${line}`),
    '',
  ].join('\n');
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
const percent = (part: number): string => `${part >= 0 ? '+' : ''}${(part * 100).toFixed(1)} %`;
const whole = (value: number): string => String(Math.round(value));

const figures: readonly (readonly [string, (sample: Sample) => number, (value: number) => string])[] = [
  ['resident memory', ({ residentBytes }) => residentBytes, mebibytes],
  ['held by the server', ({ heapBytes }) => heapBytes, mebibytes],
  ['held by the engine', ({ engineHeapBytes }) => engineHeapBytes, mebibytes],
  ['open files', ({ openFiles }) => openFiles, whole],
  ['timers', ({ timers }) => timers, whole],
  ['event loop, p99', ({ eventLoopP99Seconds }) => eventLoopP99Seconds, value => `${(value * 1_000).toFixed(1)} ms`],
  ['SQLite on disk', ({ sqliteBytes }) => sqliteBytes, mebibytes],
  ['records not read yet', ({ lagRecords }) => lagRecords, whole],
];

function range(samples: readonly Sample[], of: (sample: Sample) => number, shown: (value: number) => string): string {
  if (samples.length === 0) return 'nothing was measured';
  const values = samples.map(of);
  return `${shown(Math.min(...values))} to ${shown(Math.max(...values))}`;
}

/** All samples as CSV, for whoever wants to judge by another rule. */
export function tableOf(samples: readonly Sample[]): string {
  const [first] = samples;
  if (first === undefined) return '';
  const rows = samples.map(sample =>
    Object.values<number>({ ...sample }).map(value => `${Number(value.toPrecision(10))}`),
  );
  return [Object.keys(first), ...rows].map(row => `${row.join(',')}\n`).join('');
}
