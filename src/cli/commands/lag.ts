import type { Command } from 'commander';
import { Graph } from '../../engine/graph.ts';
import { loadApplication, openExisting, partitionsOf } from '../application.ts';
import { type AppFlags, appFlag, type DataFlags, dataFlag, jsonFlag } from '../flags.ts';
import { lagOf } from '../../operations/lag.ts';
import { type OutputFlags, print, table } from '../output.ts';

type Flags = DataFlags & Pick<AppFlags, 'app'> & OutputFlags;

/** `millrace lag`: how far each topology is behind. */
export function addLag(program: Command): void {
  program
    .command('lag')
    .description('how many records each topology is behind, partition by partition')
    .addOption(dataFlag())
    .addOption(appFlag())
    .addOption(jsonFlag())
    .action(lag);
}

async function lag(flags: Flags): Promise<void> {
  const application = await loadApplication(flags);
  await using ports = await openExisting(flags);
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
