/** What a chart shows, independent of how it is drawn: pure. */
import type uPlot from 'uplot';

export interface Series {
  readonly label: string;
  /** The one that the chart is about is strong. */
  readonly weight: 'strong' | 'faint';
  /** One for each x; null where there is none. */
  readonly values: readonly (number | null)[];
}

export interface Axis {
  readonly label: string;
  /** Of a tick, and of a cell in the table. */
  readonly format: (value: number) => string;
  /** For the table, where it says more than a tick can. */
  readonly formatLong?: (value: number) => string;
}

export interface Plot {
  /** Charts of one shape differ in their data only, and are drawn by the same uPlot. */
  readonly shape: string;
  readonly height: number;
  readonly kind: 'line' | 'bars';
  readonly x: Axis & { readonly values: readonly number[]; readonly time: boolean };
  readonly y: Axis & { readonly fromZero: boolean };
  readonly series: readonly Series[];
}

/** Colours and type that a chart is drawn with. */
export interface Look {
  readonly font: string;
  readonly text: string;
  readonly grid: string;
  readonly strong: string;
  readonly faint: string;
  readonly fill: string;
}

/** Rows of the table at most: the newest. */
const mostRows = 200;

/** The same figures as text, newest first. */
export function rowsOf({ x, y, series }: Plot): string[][] {
  const from = Math.max(0, x.values.length - mostRows);
  return x.values
    .slice(from)
    .map((value, at) => [
      (x.formatLong ?? x.format)(value),
      ...series.map(({ values }) => cellOf(values[from + at], y.formatLong ?? y.format)),
    ])
    .reverse();
}

const cellOf = (value: number | null | undefined, format: (value: number) => string): string =>
  value === null || value === undefined ? '–' : format(value);

/** As uPlot wants them. */
export const dataOf = ({ x, series }: Plot): uPlot.AlignedData => [
  [...x.values],
  ...series.map(({ values }) => [...values]),
];
