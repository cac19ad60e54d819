import { type Command, Option } from 'commander';
import { openPorts } from '../../app/compose.ts';
import { createTopics, loadApplication } from '../application.ts';
import { generateLive } from '../first-data.ts';
import { Misuse } from '../errors.ts';
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

const settings = [...portFlags, 'partitions', 'seed', 'rate'] as const;
type Flags = ConfigFlags & OutputFlags & TenantFlags & { readonly count?: number };

/** `millrace generate`: a live stream of plausible ratings, until SIGINT or SIGTERM. */
export function addGenerate(program: Command): void {
  withSettings(program.command('generate'), settings)
    .description('a live stream of plausible ratings; invents films and users where the log holds none')
    .addOption(new Option('--count <n>', 'end after so many (default: when it is told to)').argParser(atLeastOne))
    .addOption(tenantFlag('whose users rate whose items, where there are several tenants'))
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\n--rate 0 generates as fast as the log takes them, and needs --count.\nThe same seed on the same log gives the same users, items and stars; their times are those of the clock.',
    )
    .action(generate);
}

async function generate(flags: Flags): Promise<void> {
  const { config } = configurationOf(flags, settings);
  const { seed, generate: live } = config;
  const tenant = tenantToWrite(config, flags);
  if (live.rate === 0 && flags.count === undefined)
    throw new Misuse('As fast as possible and without an end would fill the disk', 'Give --count, or a --rate above 0');
  using stopped = untilSignalled();
  await using opened = await openPorts(config);
  const ports = withPatience(opened, config);
  await createTopics(await loadApplication({}, config), ports.transport, config);
  const begin = performance.now();
  const rate = live.rate === 0 ? Infinity : live.rate;
  const ratings = await generateLive({
    ports,
    tenant,
    seed,
    rate,
    count: flags.count,
    signal: stopped.signal,
  });
  const seconds = (performance.now() - begin) / 1_000;
  print(flags, { ratings, seconds }, () => `${ratings} ratings in ${seconds.toFixed(1)} s`);
}
