import { type Command, Option } from 'commander';
import type { Ports } from '../../app/compose.ts';
import { Capture } from '../../replay/capture/capture.ts';
import { Namespaces } from '../../replay/namespaces.ts';
import { loadApplication, openExisting } from '../application.ts';
import { Misuse } from '../errors.ts';
import {
  type AppFlags,
  appFlag,
  atLeastOne,
  type ConfigFlags,
  configurationOf,
  jsonFlag,
  portFlags,
  withSettings,
} from '../flags.ts';
import { type OutputFlags, print } from '../output.ts';
import { beginReplay, liftEnd, planOf } from '../replay/prepare.ts';
import { withPatience } from '../patience.ts';
import type { RequestFlags } from '../replay/request.ts';
import { withLogging } from '../logging.ts';
import { type Replayed, runReplay } from '../replay/run.ts';
import { switchIn } from '../replay/switch.ts';
import { asJson, planText } from '../replay/text.ts';
import { addReplayDrop } from './replay-drop.ts';
import { addReplayList } from './replay-list.ts';
import { addReplaySwitch } from './replay-switch.ts';

const settings = [...portFlags, 'seed', 'cutEvery'] as const;
type Flags = ConfigFlags &
  AppFlags &
  OutputFlags &
  RequestFlags & { readonly into?: string; readonly dryRun?: true; readonly switch?: true };

/** `millrace replay`: once more through the topologies, into a namespace of its own. */
export function addReplay(program: Command): void {
  const command = withSettings(program.command('replay'), settings)
    .description('run topologies once more over what is in the log, beside what is live, into a namespace of its own')
    .addOption(new Option('--into <name>', 'the namespace; one that was begun goes on'))
    .addOption(new Option('--from <point>', 'where to begin (default: earliest)'))
    .addOption(new Option('--to <point>', 'where to end (default: the end of the log at the beginning)'))
    .addOption(new Option('--topology <name...>', 'only these topologies (default: all)'))
    .addOption(new Option('--partitions <n>', 'partitions of what is written (default: as now)').argParser(atLeastOne))
    .addOption(new Option('--capture <dir>', 'files of Event Hubs Capture, for what retention has removed'))
    .addOption(new Option('--follow', 'go on with what comes, until it is stopped').conflicts('to'))
    .addOption(new Option('--switch', 'switch the namespace in once it has caught up'))
    .addOption(new Option('--dry-run', 'only print what would be read and written'))
    .addOption(appFlag())
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nA point is earliest, a datetime (2026-03-01T08:30:00Z), how long ago (7d, 36h, 90m) or offsets (ratings/0:1200,ratings/1:1187).',
    )
    .action(replay);
  addReplayList(command);
  addReplaySwitch(command);
  addReplayDrop(command);
}

async function replay(flags: Flags): Promise<void> {
  const { config } = configurationOf(flags, settings);
  const { into: name } = flags;
  if (name === undefined)
    throw new Misuse('No namespace was named', 'Name one with --into; see `millrace replay --help`');
  const application = await loadApplication(flags, config);
  await using base = await openExisting(config);
  const capture = flags.capture === undefined ? undefined : await Capture.open(flags.capture);
  const plan = await planOf({ name, flags, application, base, capture });
  if (flags.dryRun === true) return print(flags, { dryRun: true, ...asJson(plan) }, () => planText(plan));
  await beginReplay(plan, base, capture);
  const namespace = flags.follow === true ? await liftEnd(base, name) : plan.namespace;
  const ports = withPatience<Ports>(await base.at(name), config);
  const caughtUp = async (): Promise<void> => {
    if (flags.switch === true) await switchIn({ name, base, application });
  };
  const follow = flags.follow === true;
  const result = await withLogging('replay', config, logging =>
    runReplay({ namespace, ports, application, config, follow, logging, caughtUp }),
  );
  const active = await new Namespaces(base.documents).active();
  print(flags, { ...result, active } satisfies Replayed & { active: string }, () => textOf(result, active));
}

const textOf = (result: Replayed, active: string): string =>
  [
    `${result.records} records in ${result.seconds.toFixed(1)} s (${Math.round(result.recordsPerSecond)} records/s), ${result.epochs} epochs`,
    ...(result.modelVersion === null ? [] : [`model ${result.modelVersion}, hash ${result.modelHash ?? ''}`]),
    nextStep(result, active),
  ].join('\n');

function nextStep({ namespace, finished }: Replayed, active: string): string {
  if (active === namespace) return `'${namespace}' is switched in: \`millrace run\` goes on with it`;
  if (!finished) return `'${namespace}' is not finished: the same command goes on`;
  return `'${namespace}' is finished, '${active}' is served: \`millrace replay switch ${namespace}\` changes that`;
}
