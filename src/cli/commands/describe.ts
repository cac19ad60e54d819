import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { describe as asText } from '../../engine/describe.ts';
import { Graph } from '../../engine/graph.ts';
import { mermaid } from '../../engine/mermaid.ts';
import { loadApplication, openExisting, partitionsOf } from '../application.ts';
import { type AppFlags, appFlag, type DataFlags, dataFlag, jsonFlag, partitionsFlag } from '../flags.ts';
import { type OutputFlags, print } from '../output.ts';

type Flags = DataFlags & AppFlags & OutputFlags & { readonly mermaid?: true };

/** `millrace describe`: the graph of an application. */
export function addDescribe(program: Command): void {
  program
    .command('describe')
    .description('the topologies, what they read, their steps and what they write')
    .addOption(new Option('--mermaid', "a flowchart in Mermaid's language").conflicts('json'))
    .addOption(dataFlag())
    .addOption(appFlag())
    .addOption(partitionsFlag())
    .addOption(jsonFlag())
    .action(describe);
}

async function describe(flags: Flags): Promise<void> {
  const application = await loadApplication(flags);
  const graph = new Graph(application.topologies, await partitions());
  const topologies = graph.topologies;
  print(flags, { topologies }, () => (flags.mermaid === true ? mermaid(graph) : asText(graph)));

  /** Before the first run the graph is shown as it would be. */
  async function partitions(): Promise<Map<string, number>> {
    if (!existsSync(join(flags.data, 'log.db'))) return partitionsOf(application, undefined, flags.partitions);
    await using ports = await openExisting(flags);
    return await partitionsOf(application, ports.transport, flags.partitions);
  }
}
