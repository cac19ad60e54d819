import type { Command } from 'commander';
import { ratings } from '../../../topologies/streams.ts';
import { openPorts, type Ports } from '../../app/compose.ts';
import type { Config } from '../../app/config.ts';
import { EngineView } from '../../app/engine-view.ts';
import { logSource } from '../../app/live.ts';
import { Graph } from '../../engine/graph.ts';
import type { LiveSource } from '../../recommender/api/live/source.ts';
import { isThere, loadApplication, logOf, partitionsOf } from '../application.ts';
import { NoData } from '../errors.ts';
import { type ConfigFlags, demoFlag, type DemoFlags, configurationOf, portFlags, withSettings } from '../flags.ts';
import { type Logging, withLogging } from '../logging.ts';
import { serveUntilStopped, untilSignalled } from '../serving.ts';

const settings = [...portFlags, 'port', 'host', 'keys'] as const;

/** `millrace serve`: API and pages on what another process learns. */
export function addServe(program: Command): void {
  withSettings(program.command('serve'), settings)
    .description('API and pages without an engine: on the log and the documents that `millrace run` writes')
    .addOption(demoFlag())
    .addHelpText('after', '\nWithout credentials the server binds to loopback only; see `millrace keys --help`.')
    .action(serve);
}

async function serve(flags: ConfigFlags & DemoFlags): Promise<void> {
  const { config } = configurationOf(flags, settings);
  await withLogging('serve', config, logging => serveWhatIsThere(config, flags, logging));
}

async function serveWhatIsThere(config: Config, { demo }: DemoFlags, logging: Logging): Promise<void> {
  using stopped = untilSignalled();
  if (!(await isThere(config))) throw new NoData(logOf(config));
  await using ports = await openPorts(config); // a request that cannot be served now is told at once
  const topics = await ports.transport.topics();
  if (!topics.some(({ topic }) => topic === ratings.name)) throw new NoData(logOf(config));
  const application = await loadApplication({}, config);
  const graphIn = async ({ transport }: Ports): Promise<Graph> =>
    new Graph(application.topologies, await partitionsOf(application, transport));
  const view = new EngineView(ports, await graphIn(ports));
  const liveIn = async (there: Ports): Promise<LiveSource> => {
    const graph = await graphIn(there);
    if (there !== ports) view.enter(there, graph);
    return logSource({ ...there, graph, orders: there });
  };
  const follow = config.namespace === undefined ? { liveIn } : undefined;
  const { signal } = stopped;
  await serveUntilStopped({ ports, config, live: await liveIn(ports), view, follow, demo, logging, signal });
}
