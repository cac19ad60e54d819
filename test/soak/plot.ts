/** Lines over time as a picture (SVG): one strip for each figure, with a mark where the process was ended. */
import type { Sample } from './samples.ts';

export interface Mark {
  readonly at: number;
  readonly what: string;
}

const width = 960;
const strip = 110;
const margin = { left: 70, right: 20, top: 40 };

const mebibytes = (bytes: number): number => bytes / 2 ** 20;
const strips: readonly (readonly [name: string, of: (sample: Sample) => number])[] = [
  ['resident memory, MiB', ({ residentBytes }) => mebibytes(residentBytes)],
  ['held by the server (heap after a full collection), MiB', ({ heapBytes }) => mebibytes(heapBytes)],
  ['held by the engine (heap after a full collection), MiB', ({ engineHeapBytes }) => mebibytes(engineHeapBytes)],
  ['open files', ({ openFiles }) => openFiles],
  ['timers', ({ timers }) => timers],
  ['event loop, p99, ms', ({ eventLoopP99Seconds }) => eventLoopP99Seconds * 1_000],
  ['SQLite on disk, MiB', ({ sqliteBytes }) => mebibytes(sqliteBytes)],
  ['records not read yet', ({ lagRecords }) => lagRecords],
];

export function plotOf(samples: readonly Sample[], marks: readonly Mark[], title: string): string {
  const end = Math.max(1, ...samples.map(({ at }) => at), ...marks.map(({ at }) => at));
  const x = (at: number): string => (margin.left + (at / end) * (width - margin.left - margin.right)).toFixed(1);
  const height = margin.top + strips.length * strip + 30;
  const parts = strips.map(([name, of], index) => {
    const top = margin.top + index * strip;
    const most = Math.max(1e-9, ...samples.map(of));
    const y = (value: number): string => (top + strip - 20 - (value / most) * (strip - 40)).toFixed(1);
    const lines = [...Map.groupBy(samples, ({ life }) => life).values()].map(
      life =>
        `<polyline fill="none" stroke="#1c6dd0" stroke-width="1.2" points="${life.map(one => `${x(one.at)},${y(of(one))}`).join(' ')}"/>`,
    );
    return [
      `<text x="${margin.left}" y="${top + 10}">${name}</text>`,
      `<text x="${margin.left - 8}" y="${y(most)}" text-anchor="end" fill="#666">${shown(most)}</text>`,
      `<text x="${margin.left - 8}" y="${y(0)}" text-anchor="end" fill="#666">0</text>`,
      `<line x1="${margin.left}" x2="${width - margin.right}" y1="${y(0)}" y2="${y(0)}" stroke="#ccc"/>`,
      ...lines,
    ].join('\n');
  });
  const bottom = margin.top + strips.length * strip;
  const ends = marks.map(
    ({ at, what }) =>
      `<line x1="${x(at)}" x2="${x(at)}" y1="${margin.top}" y2="${bottom}" stroke="#d9480f" stroke-dasharray="3 3"><title>${what} at ${Math.round(at)} s</title></line>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="10" y="22" font-size="15">${title}</text>`,
    ...ends,
    ...parts,
    `<text x="${margin.left}" y="${bottom + 15}">0</text>`,
    `<text x="${width - margin.right}" y="${bottom + 15}" text-anchor="end">${Math.round(end / 6) / 10} min</text>`,
    '</svg>',
    '',
  ].join('\n');
}

const shown = (value: number): string => (value >= 100 ? String(Math.round(value)) : value.toPrecision(2));
