import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Figure, Part } from '../../recommender/sizing/figure.ts';
import { load, type LoadInput } from '../../recommender/sizing/load.ts';
import { size as sizeOf, type Sizing } from '../../recommender/sizing/size.ts';
import { jsonFlag } from '../flags.ts';
import { type OutputFlags, print, table } from '../output.ts';

type Flags = OutputFlags & LoadInput;

const flags: readonly (readonly [flag: string, description: string, of: keyof LoadInput])[] = [
  ['--ratings-per-second <n>', 'ratings that come, mean over a day (default: 1)', 'ratingsPerSecond'],
  [
    '--peak-ratings-per-second <n>',
    'ratings of the busiest minute (default: four times the mean)',
    'peakRatingsPerSecond',
  ],
  ['--orders-per-second <n>', 'lines of orders that come, mean over a day (default: 0)', 'ordersPerSecond'],
  ['--requests-per-second <n>', 'lists that are asked for in the busiest minute (default: 10)', 'requestsPerSecond'],
  ['--users <n>', 'users who have a list (default: 10,000)', 'users'],
  ['--items <n>', 'items of the catalogue (default: 10,000)', 'items'],
  ['--ratings <n>', 'pairs of a user and an item that are kept (default: 20 a user)', 'ratings'],
  ['--tenants <n>', 'tenants that share it (default: 1)', 'tenants'],
  ['--factors <n>', 'model.factors (default: 32)', 'factors'],
  ['--every-versions <n>', 'lists.everyVersions (default: 64)', 'everyVersions'],
  ['--retention-days <n>', 'how long the log keeps (default: 7)', 'retentionDays'],
];

/** `millrace size`: what a shop needs, by what was measured. */
export function addSize(program: Command): void {
  const command = program
    .command('size')
    .description('partitions, processes, memory, disk and request units that a shop needs, each with its measurement');
  for (const [flag, description, of] of flags)
    command.addOption(new Option(flag, description).argParser(text => numberOf(text, of)));
  command
    .addOption(jsonFlag())
    .addHelpText('after', '\nNumbers may be written as 1e6. It looks at nothing but these numbers.')
    .action(size);
}

function size({ json, ...given }: Flags): void {
  const sized = sizeOf(given);
  print(json === undefined ? {} : { json }, sized, () => textOf(sized));
}

const parts: readonly (readonly [part: Part, title: string])[] = [
  ['log', 'log'],
  ['engine', 'run'],
  ['server', 'serve'],
  ['documents', 'documents'],
  ['snapshots', 'snapshots'],
];

function textOf({ figures, notes }: Sizing): string {
  const rows = parts.flatMap(([part, title]) =>
    figures.filter(figure => figure.part === part).map(figure => [title, figure.what, shown(figure), ...told(figure)]),
  );
  return [
    table(['of', 'what', 'needed', 'times', 'from'], rows),
    ...notes.map(note => `\n${note}`),
    '\n`times` is what the figure is multiplied by to be on the safe side, and is in it.',
  ].join('\n');
}

const told = ({ safety, from }: Figure): [string, string] => [`×${Number(safety.toPrecision(3))}`, from];

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

function shown({ value, unit }: Figure): string {
  if (!unit.startsWith('bytes')) return `${rounded(value)} ${unit}`.trim();
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)));
  return `${rounded(value / 2 ** (10 * power))} ${units[power] ?? ''}${unit.slice('bytes'.length)}`;
}

const rounded = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(2)));

function numberOf(text: string, of: keyof LoadInput): number {
  const digits = text.replaceAll(/[_,]/g, '').trim();
  const { data, error } = load.shape[of].safeParse(digits === '' ? NaN : Number(digits));
  if (data !== undefined) return data;
  throw new InvalidArgumentError(error?.issues[0]?.message ?? 'Give a number.');
}
