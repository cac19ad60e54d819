import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Figure, Part } from '../../recommender/sizing/figure.ts';
import type { LoadInput } from '../../recommender/sizing/load.ts';
import { size as sizeOf, type Sizing } from '../../recommender/sizing/size.ts';
import { atLeastOne, jsonFlag } from '../flags.ts';
import { type OutputFlags, print, table } from '../output.ts';

type Flags = OutputFlags & LoadInput;

const flags: readonly (readonly [flag: string, description: string, parse: (text: string) => number])[] = [
  ['--ratings-per-second <n>', 'ratings that come, mean over a day (default: 1)', aNumber],
  ['--peak-ratings-per-second <n>', 'ratings of the busiest minute (default: four times the mean)', aNumber],
  ['--orders-per-second <n>', 'lines of orders that come, mean over a day (default: 0)', aNumber],
  ['--requests-per-second <n>', 'lists that are asked for in the busiest minute (default: 10)', aNumber],
  ['--users <n>', 'users who have a list (default: 10,000)', aNumber],
  ['--items <n>', 'items of the catalogue (default: 10,000)', aNumber],
  ['--ratings <n>', 'pairs of a user and an item that are kept (default: 20 a user)', aNumber],
  ['--tenants <n>', 'tenants that share it (default: 1)', atLeastOne],
  ['--factors <n>', 'model.factors (default: 32)', atLeastOne],
  ['--every-versions <n>', 'lists.everyVersions (default: 64)', atLeastOne],
  ['--retention-days <n>', 'how long the log keeps (default: 7)', aNumber],
];

/** `millrace size`: what a shop needs, by what was measured. */
export function addSize(program: Command): void {
  const command = program
    .command('size')
    .description('partitions, processes, memory, disk and request units that a shop needs, each with its measurement');
  for (const [flag, description, parse] of flags) command.addOption(new Option(flag, description).argParser(parse));
  command
    .addOption(jsonFlag())
    .addHelpText('after', '\nNumbers may be written as 1e6. It looks at nothing but these numbers.')
    .action(size);
}

function size({ json, ...load }: Flags): void {
  const sized = sizeOf(load);
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

function aNumber(text: string): number {
  const value = Number(text.replaceAll(/[_,]/g, ''));
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('Give a number of 0 or more, such as 500 or 1e6.');
}
