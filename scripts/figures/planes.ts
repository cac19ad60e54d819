/** Planes through the results of bench/sizing.ts and bench/sizing-live.ts, by which `millrace size` reckons. */
import { fittedFigures } from '../../bench/support/sizing/kept-rows.ts';
import { planeThrough, valueAt } from '../../bench/support/sizing/planes.ts';
import type { Result, Table } from '../../bench/support/shape.ts';
import type { Plane } from '../../src/recommender/sizing/figure.ts';
import { type Results, UnusableResults } from './read.ts';

type Row = Table['rows'][number];
/** What a figure may depend on, by name. */
type Features = Readonly<Record<string, (row: Row) => number>>;

export interface Fitted extends Plane {
  readonly points: readonly { readonly row: Row; readonly measured: number; readonly predicted: number }[];
}

const cell = (row: Row, name: string): number => {
  const value = row[name];
  if (typeof value === 'number') return value;
  throw new UnusableResults(`A row has no number '${name}'`, 'Measure it again');
};
const of =
  (name: string) =>
  (row: Row): number =>
    cell(row, name);

/** Sizes of a shop; `values` are the numbers of all vectors. */
const shopFeatures: Features = {
  base: () => 1,
  users: of('users'),
  items: of('items'),
  ratings: of('ratings'),
  values: row => (cell(row, 'users') + cell(row, 'items')) * cell(row, 'factors'),
};

const idle = 'seconds without any';
/** What a shop does, a line of an order like a rating; with each version comes round one of so many users' lists. */
const liveFeatures: Features = {
  seconds: of('seconds'),
  events: row => (row['what'] === idle ? 0 : cell(row, 'count')),
  lists: row => (cell(row, 'versions') * cell(row, 'users')) / cell(row, 'everyVersions'),
};

const liveFigures = { requestUnits: 'request units', records: 'records', bytes: 'bytes' } as const;

export function shopPlanes(results: Results): ReadonlyMap<string, Fitted> {
  const { rows } = tableOf(results, 'sizing');
  return new Map(
    fittedFigures.map(name => [name, fitted(rows, of(name), shopFeatures, `bench/results/sizing.json, ${name}`)]),
  );
}

export function livePlanes(results: Results): ReadonlyMap<string, Fitted> {
  const { rows } = tableOf(results, 'sizing-live');
  return new Map(
    Object.entries(liveFigures).map(([name, column]) => [
      name,
      fitted(rows, of(column), liveFeatures, `bench/results/sizing-live.json, ${column}`),
    ]),
  );
}

export function tableOf(results: Results, name: string): Table {
  const result: Result | undefined = results.get(name);
  if (result?.kind === 'table') return result;
  throw new UnusableResults(`There are no results of '${name}'`, 'Measure them');
}

function fitted(rows: readonly Row[], measured: (row: Row) => number, features: Features, from: string): Fitted {
  const point = (row: Row) => ({
    features: Object.values(features).map(feature => feature(row)),
    value: measured(row),
  });
  const { coefficients, residual } = planeThrough(rows.filter(({ use }) => use === 'fit').map(point));
  const points = rows.map(row => ({
    row,
    measured: measured(row),
    predicted: valueAt(coefficients, point(row).features),
  }));
  const heldOut = points.filter(({ row }) => row['use'] === 'held out');
  const named = Object.keys(features).map(
    (name, at) => [name, Number((coefficients[at] ?? NaN).toPrecision(4))] as const,
  );
  return {
    coefficients: Object.fromEntries(named.filter(([, each]) => each > 0)),
    residual: share(residual),
    heldOut: share(Math.max(...heldOut.map(({ measured: value, predicted }) => Math.abs(predicted / value - 1)))),
    from,
    points,
  };
}

const share = (value: number): number => Number(value.toFixed(3));
