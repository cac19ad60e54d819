import { type Command, Option } from 'commander';
import { openPorts } from '../../app/compose.ts';
import { importCsv, type Imported, importMovielens, type ImportOptions } from '../../recommender/jobs/import/index.ts';
import { loadWhereEmpty } from '../first-data.ts';
import { createTopics, loadApplication } from '../application.ts';
import {
  atLeastOne,
  type ConfigFlags,
  configurationOf,
  jsonFlag,
  portFlags,
  tenantFlag,
  tenantToWrite,
  type TenantFlags,
  withSettings,
} from '../flags.ts';
import { type OutputFlags, print } from '../output.ts';
import { withPatience } from '../patience.ts';
import { untilSignalled } from '../serving.ts';

const settings = [...portFlags, 'partitions'] as const;
const firstSettings = [...settings, 'seed'] as const;
type Flags = ConfigFlags & OutputFlags & TenantFlags & { readonly rate?: number; readonly items?: string };
type Job = (options: ImportOptions) => Promise<Imported>;

/** Rejected lines that are shown one by one; the result counts all. */
const shownRejections = 20;

/** `millrace import movielens DIR`, `millrace import csv FILE` and `millrace import bundled`: a data set into `items` and `ratings`. */
export function addImport(program: Command): void {
  const parent = program.command('import').description('bring a data set into the log, in event-time order');
  withFlags(parent.command('movielens').description('a folder as GroupLens publishes it').argument('<dir>')).action(
    (directory: string, flags: Flags) => importWith(flags, options => importMovielens({ directory, ...options })),
  );
  withFlags(
    parent
      .command('csv')
      .description('ratings with userId, itemId or movieId, rating and timestamp in seconds')
      .argument('<file>')
      .addOption(new Option('--items <file>', 'items with itemId or movieId, title and genres')),
  ).action((file: string, flags: Flags) =>
    importWith(flags, options =>
      importCsv({ file, ...(flags.items === undefined ? {} : { itemsFile: flags.items }), ...options }),
    ),
  );
  withSettings(parent.command('bundled'), firstSettings)
    .description('what `start` loads, where the log holds no rating yet: the bundled data set, else invented films')
    .addOption(whose())
    .addOption(jsonFlag())
    .action(importFirst);
}

const whose = (): Option => tenantFlag('whose it is, where there are several tenants');

async function importFirst(flags: ConfigFlags & OutputFlags & TenantFlags): Promise<void> {
  const { config } = configurationOf(flags, firstSettings);
  const tenant = tenantToWrite(config, flags);
  using stopped = untilSignalled();
  await using ports = await openPorts(config);
  await createTopics(await loadApplication({}, config), ports.transport, config);
  const { signal } = stopped;
  const loaded = await loadWhereEmpty({ ports, tenant, seed: config.seed, signal });
  const { ratings, items, rejected, seconds } = loaded ?? { ratings: 0, items: 0, rejected: 0, seconds: 0 };
  const text =
    loaded === undefined ? 'nothing: the log holds ratings already' : `${ratings} ratings and ${items} items`;
  print(flags, { ratings, items, rejected, seconds }, () => text);
  if (signal.aborted) process.exitCode = 1;
}

const withFlags = (command: Command): Command =>
  withSettings(command, settings)
    .addOption(
      new Option('--rate <n>', 'records a second (default: as fast as the log takes them)').argParser(atLeastOne),
    )
    .addOption(whose())
    .addOption(jsonFlag());

/** SIGINT and SIGTERM end it after what is in the log by then; the same import again repeats the same event ids. */
async function importWith(flags: Flags, job: Job): Promise<void> {
  const { config } = configurationOf(flags, settings);
  const tenant = tenantToWrite(config, flags);
  await using opened = await openPorts(config);
  const ports = withPatience(opened, config);
  await createTopics(await loadApplication({}, config), ports.transport, config);
  using stopped = untilSignalled();
  let rejections = 0;
  const result = await job({
    ports,
    signal: stopped.signal,
    tenant,
    ...(flags.rate === undefined ? {} : { rate: flags.rate }),
    onRejected: ({ file, line, problem }) => {
      if (++rejections <= shownRejections) process.stderr.write(`${file}:${line}: ${problem}\n`);
    },
  });
  const ended = stopped.signal.aborted ? ', stopped before the end' : '';
  const { ratings, items, rejected, seconds } = result;
  const text = `${ratings} ratings and ${items} items in ${seconds.toFixed(1)} s, ${rejected} lines rejected${ended}`;
  print(flags, { ratings, items, rejected, seconds }, () => text);
  if (stopped.signal.aborted) process.exitCode = 1;
}
