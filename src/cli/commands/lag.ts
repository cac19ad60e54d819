import type { Command } from 'commander';
import { Graph } from '../../engine/graph.ts';
import { loadApplication, openExisting, partitionsOf } from '../application.ts';
import {
  type AppFlags,
  appFlag,
  type ConfigFlags,
  configurationOf,
  jsonFlag,
  portFlags,
  withSettings,
} from '../flags.ts';
import { lagOf } from '../../operations/lag.ts';
import { type OutputFlags, print, table } from '../output.ts';

type Flags = ConfigFlags & AppFlags & OutputFlags;

/** `millrace lag`: how far each topology is behind. */
export function addLag(program: Command): void {
  withSettings(program.command('lag'), portFlags)
    .description('how many records each topology is behind, partition by partition')
    .addOption(appFlag())
    .addOption(jsonFlag())
    .action(lag);
}

async function lag(flags: Flags): Promise<void> {
  const { config } = configurationOf(flags, portFlags);
  const application = await loadApplication(flags, config);
  await using ports = await openExisting(config);
  const { transport } = ports;
  const graph = new Graph(application.topologies, await partitionsOf(application, transport));
  const rows = await lagOf(graph, transport);
  const behind = rows.reduce((sum, row) => sum + row.behind, 0);
  const head = ['topology', 'topic', 'partition', 'end', 'committed', 'behind'];
  print(flags, { behind, lag: rows }, () =>
    table(
      head,
      rows.map(row => [row.topology, row.topic, row.partition, row.end, row.committed, row.behind]),
    ),
  );
}
