import { type Command, Option } from 'commander';
import { openPorts, type Ports } from '../../app/compose.ts';
import { EngineView } from '../../app/engine-view.ts';
import { engineLags, engineSource, type Watched } from '../../app/live.ts';
import { MovingEngine } from '../../app/moving-engine.ts';
import type { Config } from '../../app/config.ts';
import { Graph } from '../../engine/graph.ts';
import type { LiveSource } from '../../recommender/api/live/source.ts';
import { createTopics, engineOptions, loadApplication, partitionsOf } from '../application.ts';
import { Misuse } from '../errors.ts';
import { generateBeside, loadWhereEmpty } from '../first-data.ts';
import { type ConfigFlags, demoFlag, type DemoFlags, configurationOf, portFlags, withSettings } from '../flags.ts';
import { forget } from '../fresh.ts';
import { type CatchingUp, untilCaughtUp } from '../caught-up.ts';
import { events } from '../../operations/logging/events.ts';
import { type Logging, withLogging } from '../logging.ts';
import { withPatience } from '../patience.ts';
import { showProgress } from '../progress.ts';
import { serveUntilStopped, untilAborted, untilSignalled } from '../serving.ts';

const settings = [...portFlags, 'partitions', 'seed', 'port', 'host', 'keys', 'cutEvery', 'generate'] as const;
type Flags = ConfigFlags & DemoFlags & { readonly fresh?: true };

/** `millrace start`: everything in one process. */
export function addStart(program: Command): void {
  withSettings(program.command('start'), settings)
    .description('everything in one process: loads a data set where there is none, learns, serves, goes on')
    .addOption(new Option('--fresh', 'forget what is there and begin again'))
    .addOption(demoFlag())
    .addHelpText(
      'after',
      '\nThe data set is the bundled one; where none is shipped, films and ratings are invented from the seed.\nWithout credentials the server binds to loopback only; see `millrace keys --help`.',
    )
    .action(start);
}

async function start(flags: Flags): Promise<void> {
  const { config } = configurationOf(flags, settings);
  if (flags.fresh === true) forgetAll(config);
  await withLogging('start', config, logging => startAll(config, flags, logging));
}

async function startAll(config: Config, flags: Flags, logging: Logging): Promise<void> {
  const { seed } = config;
  using stopped = untilSignalled();
  const { signal } = stopped;
  await using ports = await openPorts(config);
  const application = await loadApplication({}, config);
  const waiting = withPatience(ports, config, logging.logger);
  const graph = new Graph(application.topologies, await createTopics(application, waiting.transport, config));
  const say = (reason: string): void => logging.logger.log(events.dataLoaded, { reason });
  await loadWhereEmpty({ ports: waiting, seed, signal, say });
  const optionsIn = (there: Ports) => ({
    ...engineOptions(application, config, there),
    untilCaughtUp: false,
    logging: logging.settings,
  });
  await using thread = new MovingEngine(optionsIn(ports), logging.logger);
  void thread.ended.then(stopped.stop, stopped.stop); // the engine's end is everybody's
  const serve = async (): Promise<void> => {
    const watchedIn = async (there: Ports): Promise<Watched> => {
      const partitions = await partitionsOf(application, there.transport);
      return { ...there, graph: new Graph(application.topologies, partitions), orders: there };
    };
    let lags = engineLags(await watchedIn(ports), thread);
    const view = new EngineView(ports, graph, thread);
    const liveIn = async (there: Ports): Promise<LiveSource> => {
      const watched = await watchedIn(there);
      if (there !== ports) view.enter(there, watched.graph);
      lags = engineLags(watched, thread);
      return engineSource(watched, thread);
    };
    const arrived = (there: Ports): Promise<void> => thread.moveTo(optionsIn(there));
    const follow = config.namespace === undefined ? { liveIn, arrived } : undefined;
    const live = await liveIn(ports);
    const generated = { ports: waiting, seed, signal, say, rate: config.generate.rate };
    await serveUntilStopped(
      { ports, config, thread, lags: () => lags(), live, view, follow, demo: flags.demo, logging, signal },
      async () => {
        if (generated.rate > 0) await generateBeside(generated);
      },
    );
  };
  try {
    await Promise.race([thread.restored, untilAborted(signal)]);
    await caughtUp({ ports: waiting, graph, thread, signal }, logging);
    if (!signal.aborted) await serve();
  } finally {
    logging.logger.log(events.stopping);
  }
  await thread.stop(); // rejects where it has failed
}

/** While people are shown how far it has come. */
async function caughtUp(
  { ports, thread, ...catching }: CatchingUp & { readonly ports: Ports; readonly thread: MovingEngine },
  { isForPeople, plain: to }: Logging,
): Promise<void> {
  using _ = isForPeople ? showProgress({ thread, documents: ports.documents, to }) : undefined;
  await untilCaughtUp({ ports, thread, ...catching });
}

/** Snapshots in a container may be those of another cluster: nobody removes them by a flag. */
function forgetAll({ data, snapshots, transport }: Config): void {
  if (transport !== 'embedded')
    throw new Misuse(
      '--fresh forgets what is in the folder of --data only, and the log is at brokers',
      'Have its topics deleted by whoever owns them, and begin with another --data',
    );
  if (snapshots !== 'directory')
    throw new Misuse(
      '--fresh forgets what is in the folder of --data only, and the snapshots are not there',
      'Begin again with another blob.prefix, or with the snapshots removed by whoever owns the container',
    );
  forget(data);
}
