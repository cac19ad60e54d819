/** The dataflow of the windows' proofs: clicks are re-keyed by page and collected in windows; some of them are bad. */
import { map, type OperatorFunction } from 'rxjs';
import { schema, seconds, stream, topology, type Topology, type Windowed, type Windows } from '../../src/index.ts';
import type { WindowedOptions } from '../../src/engine/operators/windowed.ts';
import { ids } from './ids.ts';

export interface Click {
  readonly id: number;
  readonly visitor: string;
  readonly page: string;
  readonly at: number;
}

/** `rekey` and the windows' own topology fail on it: it is decodable and valid. */
export const poisonPage = 'poison';

const fields = [
  { name: 'id', type: 'int' },
  { name: 'visitor', type: 'string' },
  { name: 'page', type: 'string' },
  { name: 'at', type: 'double' },
];
const clickSchema = schema<Click>({ type: 'record', name: 'Click', fields });

export const clicks = stream<Click>('clicks', {
  schema: clickSchema,
  key: click => click.visitor,
  time: click => click.at,
  lateness: 12,
  idleAfter: seconds(5),
});

export const clicksByPage = stream<Click>('clicks-by-page', {
  schema: clickSchema,
  key: click => click.page,
  time: click => click.at,
});

/** The numbers of the clicks in a window. */
export type Visit = Windowed<readonly number[]>;

export const visits = stream<Visit>('visits', {
  schema: schema<Visit>({
    type: 'record',
    name: 'Visit',
    fields: [
      { name: 'key', type: 'string' },
      { name: 'start', type: 'double' },
      { name: 'end', type: 'double' },
      { name: 'value', type: { type: 'array', items: 'int' } },
      { name: 'retracted', type: 'boolean' },
    ],
  }),
  key: visit => visit.key,
  time: visit => visit.start,
});

export const by = (click: Click): string => click.page;

/** Fails on poison. */
export const wholesome: OperatorFunction<Click, Click> = map(click => {
  if (click.page === poisonPage) throw new Error('poison');
  return click;
});

export const rekey = topology('rekey', task => {
  task.read(clicks).pipe(wholesome).subscribe(task.write(clicksByPage));
});

export type How = Partial<WindowedOptions<Click, number[]>> & Pick<WindowedOptions<Click, number[]>, 'emit'>;

/** Windows over clicks, or over what `rekey` makes of them. */
export const visitsOf = (windows: Windows, how: How, from = clicks): Topology =>
  topology('visits', task => {
    const collected = task.read(from).pipe(wholesome, task.windowed('visits', windows, { by, fold: ids, ...how }));
    collected.subscribe(task.write(visits));
  });

export const click = (id: number, at: number, more: Partial<Click> = {}): Click => ({
  id,
  visitor: 'ann',
  page: 'home',
  at,
  ...more,
});
