/** The table of the README: a few rows of all results. */
import type { Machine, Result } from '../../bench/support/shape.ts';
import { repeatOf } from './benchmarks.ts';
import { type Aim, type Headline, headlines } from './headlines.ts';
import type { Figure } from './picks.ts';
import type { Results } from './read.ts';
import { ratioCell, shown, table, timesAsGood } from './table.ts';

export const notMeasured = 'not measured yet';

/** Markdown: the table, then the machines that its figures came out on. @throws {UnusableResults} */
export function summary(results: Results, told: readonly Headline[] = headlines): string {
  const rows = told.map(headline => rowOf(headline, results.get(headline.from)));
  const measured = new Set(told.flatMap(({ from }) => results.get(from) ?? []));
  const machines = new Set([...measured].map(({ machine }) => machineText(machine)));
  const below = machines.size === 0 ? [] : [`Measured on ${[...machines].join('; ')}.`];
  return [table([['what', 'Millrace', 'rival', 'ratio', 'aim', 'repeat with'], ...rows]), ...below].join('\n\n');
}

export const machineText = ({ processors, processor, memoryGiB, platform, node }: Machine): string =>
  `${processors} × ${processor}, ${memoryGiB} GiB, ${platform}, Node ${node}`;

function rowOf(headline: Headline, result: Result | undefined): string[] {
  const { what, from, rival, aims = [] } = headline;
  const repeat = `\`${repeatOf(from)}\``;
  if (result === undefined) {
    const aimed = aims.map(aim => aimText(aim)).join('; ');
    return [what, notMeasured, rival?.name ?? '', '', aimed, repeat];
  }
  const ours = headline.ours(result);
  const theirs = rival?.pick(result);
  const ratio = theirs === undefined ? undefined : timesAsGood(ours.value, theirs.value, ours.better);
  const rivalCell = theirs === undefined ? '' : `${rival?.name ?? ''}: ${withUnit(theirs)}`;
  const aimed = aims.map(aim => judged(aim, (aim.of === 'figure' ? ours.value : ratio) ?? NaN, ours.unit)).join('; ');
  return [what, withUnit(ours), rivalCell, ratio === undefined ? '' : ratioCell(ratio), aimed, repeat];
}

const withUnit = ({ value, unit }: Figure): string => `${shown(value)} ${unit}`.trim();

function aimText(aim: Aim, unit = ''): string {
  const bound = 'least' in aim ? `at least ${shown(aim.least)}` : `below ${shown(aim.below)}`;
  return aim.of === 'ratio' ? `ratio ${bound}` : `${bound} ${unit}`.trim();
}

/** NaN meets nothing. */
function judged(aim: Aim, value: number, unit: string): string {
  const isMet = 'least' in aim ? value >= aim.least : value < aim.below;
  const text = aimText(aim, unit);
  return isMet ? `${text}: met` : `**${text}: missed**`;
}
