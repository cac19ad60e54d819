import { type Command, Option } from 'commander';
import { Namespaces } from '../../replay/namespaces.ts';
import { loadApplication, openExisting } from '../application.ts';
import { Misuse } from '../errors.ts';
import {
  type AppFlags,
  appFlag,
  type ConfigFlags,
  configurationOf,
  jsonFlag,
  portFlags,
  withSettings,
} from '../flags.ts';
import { type OutputFlags, print } from '../output.ts';
import { switchIn } from '../replay/switch.ts';

type Flags = ConfigFlags & AppFlags & OutputFlags & { readonly back?: true };

/** `millrace replay switch`: from one moment on another namespace is served and run. */
export function addReplaySwitch(replay: Command): void {
  withSettings(replay.command('switch'), portFlags)
    .description('serve and run another namespace from now on; processes that run follow within a second')
    .argument('[name]', 'the namespace to switch to')
    .addOption(new Option('--back', 'take the last switch back'))
    .addOption(appFlag())
    .addOption(jsonFlag())
    .action(switchTo);
}

async function switchTo(name: string | undefined, _: unknown, command: Command): Promise<void> {
  const flags = command.optsWithGlobals<Flags>();
  if ((name === undefined) !== (flags.back === true))
    throw new Misuse('It is not clear what to switch to', 'Give the name of a namespace, or --back');
  const { config } = configurationOf(flags, portFlags);
  const application = await loadApplication(flags, config);
  await using base = await openExisting(config);
  const namespaces = new Namespaces(base.documents);
  const before = await namespaces.active();
  if (name === undefined) await namespaces.switchBack(base.clock.now());
  else await switchIn({ name, base, application });
  const active = await namespaces.active();
  print(flags, { active, before }, () => `'${active}' is served now, '${before}' was`);
}
