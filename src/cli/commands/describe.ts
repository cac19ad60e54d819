import { type Command, Option } from 'commander';
import { descriptionOf } from '../../engine/description.ts';
import { describe as asText } from '../../engine/describe.ts';
import { Graph } from '../../engine/graph.ts';
import { mermaid } from '../../engine/mermaid.ts';
import { isThere, loadApplication, openExisting, partitionsOf } from '../application.ts';
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

const settings = [...portFlags, 'partitions'] as const;
type Flags = ConfigFlags & AppFlags & OutputFlags & { readonly mermaid?: true };

/** `millrace describe`: the graph of an application. */
export function addDescribe(program: Command): void {
  withSettings(program.command('describe'), settings)
    .description('the topologies, what they read, their steps and what they write')
    .addOption(new Option('--mermaid', "a flowchart in Mermaid's language").conflicts('json'))
    .addOption(appFlag())
    .addOption(jsonFlag())
    .action(describe);
}

async function describe(flags: Flags): Promise<void> {
  const { config } = configurationOf(flags, settings);
  const application = await loadApplication(flags, config);
  const graph = new Graph(application.topologies, await partitions());
  print(flags, descriptionOf(graph), () => (flags.mermaid === true ? mermaid(graph) : asText(graph)));

  /** Before the first run the graph is shown as it would be. */
  async function partitions(): Promise<Map<string, number>> {
    if (!(await isThere(config))) return partitionsOf(application, undefined, config.partitions);
    await using ports = await openExisting(config);
    return await partitionsOf(application, ports.transport, config.partitions);
  }
}
