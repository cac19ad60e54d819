import type { Command } from 'commander';
import { original } from '../../replay/namespace.ts';
import { Namespaces } from '../../replay/namespaces.ts';
import { openExisting } from '../application.ts';
import { type ConfigFlags, configurationOf, jsonFlag, portFlags, withSettings } from '../flags.ts';
import { type OutputFlags, print, table } from '../output.ts';

type Flags = ConfigFlags & OutputFlags;

/** `millrace replay list`: the namespaces that there are, and which of them is served. */
export function addReplayList(replay: Command): void {
  withSettings(replay.command('list'), portFlags)
    .description('the namespaces, and which of them is switched in')
    .addOption(jsonFlag())
    .action(list);
}

async function list(_: unknown, command: Command): Promise<void> {
  const flags = command.optsWithGlobals<Flags>();
  await using ports = await openExisting(configurationOf(flags, portFlags).config);
  const namespaces = new Namespaces(ports.documents);
  const active = await namespaces.active();
  const all = (await namespaces.all()).map(({ name, base, createdAt, topologies, request, sources }) => {
    return { name, base, createdAt, topologies, request, live: sources.every(({ to }) => to === null) };
  });
  print(flags, { active, namespaces: all }, () =>
    table(
      ['namespace', 'served', 'beside', 'begun', 'from', 'to', 'topologies'],
      [
        [original, isActive(original), null, null, null, null, null],
        ...all.map(({ name, base, createdAt, topologies, request, live }) => [
          name,
          isActive(name),
          base,
          new Date(createdAt).toISOString(),
          request.from,
          live ? 'live' : (request.to ?? 'its beginning'),
          topologies.join(', '),
        ]),
      ],
    ),
  );

  function isActive(name: string): string {
    return name === active ? 'yes' : 'no';
  }
}
