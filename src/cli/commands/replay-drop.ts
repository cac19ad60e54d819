import type { Command } from 'commander';
import { loadApplication, openExisting } from '../application.ts';
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
import { type Dropped, dropNamespace } from '../replay/drop.ts';

type Flags = ConfigFlags & AppFlags & OutputFlags;

/** `millrace replay drop`: a namespace that nobody serves is gone. */
export function addReplayDrop(replay: Command): void {
  withSettings(replay.command('drop'), portFlags)
    .description('remove a namespace that is not served: its topics, documents, journals, state and snapshots')
    .argument('<name>', 'the namespace')
    .addOption(appFlag())
    .addOption(jsonFlag())
    .action(drop);
}

async function drop(name: string, _: unknown, command: Command): Promise<void> {
  const flags = command.optsWithGlobals<Flags>();
  const { config } = configurationOf(flags, portFlags);
  const application = await loadApplication(flags, config);
  await using base = await openExisting(config);
  const dropped = await dropNamespace({ name, base, application });
  print(flags, { namespace: name, ...dropped }, () => textOf(name, dropped));
}

const textOf = (name: string, { topics, topicsLeft, documents, snapshots }: Dropped): string =>
  [
    `'${name}' is gone: ${topics.length} topics, ${documents} documents, ${snapshots} snapshots`,
    ...(topicsLeft.length === 0 ? [] : [`whoever has made these topics may remove them: ${topicsLeft.join(', ')}`]),
  ].join('\n');
