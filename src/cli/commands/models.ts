import type { Command } from 'commander';
import type { Ports } from '../../app/compose.ts';
import { applicationSettings } from '../../app/config.ts';
import { importGeneration } from '../../recommender/generations/import.ts';
import { type GenerationRow, listed } from '../../recommender/generations/listed.ts';
import { openExisting } from '../application.ts';
import { type ConfigFlags, configurationOf, jsonFlag, portFlags, withSettings } from '../flags.ts';
import { type OutputFlags, print, table } from '../output.ts';
import { shareFlag } from '../try-out.ts';
import { askFor, waitFlag, wordsOf } from './retrain.ts';

type Flags = ConfigFlags & OutputFlags & { readonly wait?: true; readonly share?: number };

const help = `
With --share another generation than the live one is tried out with that part of the users: both learn whatever comes, and
\`GET /v2/experiment\` compares them. Given again it is another share; without --share the one that is tried out becomes
the live one. Nothing else is switched or trained meanwhile, but for an erasure, which ends the experiment.`;

/** `millrace models`: the generations that are kept, and which of them is live. */
export function addModels(program: Command): void {
  const parent = program.command('models').description('generations of the model: list, switch, try out, import');
  withSettings(parent.command('list', { isDefault: true }), portFlags)
    .description('what is kept: state, cause, size, quality, age')
    .addOption(jsonFlag())
    .action(list);
  withSettings(parent.command('use'), portFlags)
    .description('switch a kept generation in, or try it out; what was learnt since it was trained is solved anew')
    .argument('<generation>', 'its number or name, as `models list` shows them')
    .addOption(shareFlag())
    .addOption(waitFlag('until it is live, or tried out'))
    .addOption(jsonFlag())
    .addHelpText('after', help)
    .action((generation: string, flags: Flags) =>
      asked(flags, flags.share === undefined ? 'use' : 'experiment', generation),
    );
  withSettings(parent.command('stop'), portFlags)
    .description('end an experiment: everybody is served by the live generation again')
    .addOption(waitFlag('until it has ended'))
    .addOption(jsonFlag())
    .action((flags: Flags) => asked(flags, 'stop', null));
  withSettings(parent.command('rollback'), portFlags)
    .description('switch the generation before the live one in')
    .addOption(waitFlag())
    .addOption(jsonFlag())
    .action((flags: Flags) => asked(flags, 'rollback', null));
  withSettings(parent.command('import'), portFlags)
    .description('take a generation that was trained elsewhere, as Avro files, into those that are kept')
    .argument('<dir>', 'folder with generation.avro, users.avro and items.avro')
    .addOption(jsonFlag())
    .action(importFrom);
}

async function list(flags: Flags): Promise<void> {
  await using ports = await openExisting(configurationOf(flags, portFlags).config);
  const generations = await listed(ports);
  print(flags, { generations }, () => textOf(generations, ports.clock.now()));
}

async function asked(
  flags: Flags,
  kind: 'use' | 'experiment' | 'rollback' | 'stop',
  target: string | null,
): Promise<void> {
  await using ports = await openExisting(configurationOf(flags, portFlags).config);
  const answered = await askFor(ports, { kind, target, share: flags.share ?? null, wait: flags.wait === true });
  print(flags, answered, () => wordsOf(answered));
}

async function importFrom(directory: string, flags: Flags): Promise<void> {
  const { config } = configurationOf(flags, portFlags);
  await using ports: Ports = await openExisting(config);
  const { model } = applicationSettings(config).learner;
  const { snapshots, clock } = ports;
  const { head, bytes } = await importGeneration({ snapshots, directory, model, now: clock.now() });
  const { name, users, items, factors } = head;
  const imported = { name, users, items, factors, bytes };
  print(
    flags,
    imported,
    () =>
      `${name}: ${users} users and ${items} items of ${factors} factors; \`millrace models use ${name}\` switches it in`,
  );
}

function textOf(generations: readonly GenerationRow[], now: number): string {
  if (generations.length === 0) return 'no generation is kept yet';
  const rows = generations.map(row => [
    row.number ?? '-',
    row.name,
    row.share === null ? row.state : `${row.state} ${row.share}`,
    row.cause,
    row.users,
    row.items,
    row.factors,
    row.bytes,
    row.objective,
    ageOf(now - row.trainedAt),
  ]);
  const head = ['generation', 'name', 'state', 'cause', 'users', 'items', 'k', 'bytes', 'loss', 'age'];
  return table(head, rows);
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** In the largest unit that it fills. */
function ageOf(ms: number): string {
  const [unit, size] = units.find(([, least]) => ms >= least) ?? ['s', 1_000];
  return `${Math.max(0, Math.floor(ms / size))} ${unit}`;
}
