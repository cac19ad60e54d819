import { accessSync, constants } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { modelSettings, openKernel } from '../../als/index.ts';
import { applicationSettings, type Config } from '../../app/config.ts';
import { protocols, readRatings, type Ratings } from '../../recommender/jobs/evaluate/index.ts';
import { fragment, ratingsOfLog, tune as search } from '../../recommender/jobs/tune/index.ts';
import { openExisting } from '../application.ts';
import { Misuse } from '../errors.ts';
import {
  atLeastOne,
  type ConfigFlags,
  configurationOf,
  jsonFlag,
  portFlags,
  tenantFlag,
  type TenantFlags,
  withSettings,
} from '../flags.ts';
import { type OutputFlags, print } from '../output.ts';
import { untilSignalled } from '../serving.ts';
import { progressText, tuningText } from '../tuning-text.ts';

const settings = [...portFlags, 'seed', 'factors'] as const;

interface Flags extends ConfigFlags, OutputFlags, TenantFlags {
  readonly ratings?: string;
  readonly protocol?: (typeof protocols)[number];
  readonly budget?: number;
  readonly minutes?: number;
  readonly resamples?: number;
  readonly out?: string;
}

const help = `
Divides the ratings by time: the last fifth is the test, which the search never sees. The rest is divided once more by
--protocol, and each trial trains on the one part and is judged by the other: lists by nDCG@10, stars by RMSE, which are
models of their own. Trial 0 is the configuration as it is. With many users the trials begin on few of them, and the best
third goes on to three times as many. The best is trained once more on all before the test, and confirmed by the test.

The best of many is lucky, too: what counts is whether the test confirms it, and whether the interval of its gain holds 0.
Ctrl-C ends the search after the trial that runs, and prints what was found so far.`;

/** `millrace tune`: hyper-parameters that are better than the configured ones, on this data. */
export function addTune(program: Command): void {
  withSettings(program.command('tune'), settings)
    .description('search hyper-parameters on validation data that precedes the test')
    .addOption(new Option('--ratings <file>', 'ratings to search with (default: those in the log)'))
    .addOption(tenantFlag('whose ratings in the log, where there are several tenants'))
    .addOption(
      new Option('--protocol <name>', 'how what precedes the test is divided (default: temporal)').choices(protocols),
    )
    .addOption(new Option('--budget <n>', 'trials at most (default: 30)').argParser(atLeastOne))
    .addOption(new Option('--minutes <n>', 'begin no trial after so many').argParser(positive))
    .addOption(new Option('--resamples <n>', 'draws of users for each interval (default: 1000)').argParser(atLeastOne))
    .addOption(new Option('--out <file>', 'write the best as YAML that --config takes'))
    .addOption(jsonFlag())
    .addHelpText('after', help)
    .action(tune);
}

async function tune(flags: Flags): Promise<void> {
  const { config } = configurationOf(flags, settings);
  const { protocol, budget, minutes, resamples, out } = flags;
  if (out !== undefined) checkFolder(out);
  using stopped = untilSignalled();
  using kernel = openKernel();
  const found = await search({
    ratings: await ratingsOf(flags, config),
    base: modelSettings(applicationSettings(config).learner.model),
    protocol,
    budget,
    most_ms: minutes === undefined ? undefined : minutes * 60_000,
    resamples,
    kernel,
    now: () => performance.now(),
    signal: stopped.signal,
    told: progress => process.stderr.write(`${progressText(progress)}\n`),
  });
  if (out !== undefined) await writeFile(out, fragment(found));
  print(flags, found, () => tuningText(found));
}

async function ratingsOf({ ratings, tenant }: Flags, config: Config): Promise<Ratings> {
  if (ratings !== undefined) return readRatings(ratings);
  await using ports = await openExisting(config);
  const found = await ratingsOfLog(ports, tenant);
  process.stderr.write(`${found.ratings.users.length} ratings in the log, ${found.others} other records\n`);
  return found.ratings;
}

/** Before a search of hours, not after it. */
function checkFolder(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (cause) {
    throw new Misuse(`${path} of --out cannot be written`, 'Name a file in a folder that is there', { cause });
  }
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Give a number above 0.');
}
