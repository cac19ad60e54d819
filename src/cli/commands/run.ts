import { type Command, Option } from 'commander';
import { openPorts, type Ports } from '../../app/compose.ts';
import { EngineView } from '../../app/engine-view.ts';
import type { Config } from '../../app/config.ts';
import { followSwitches } from '../../app/follow-switches.ts';
import { engineLags } from '../../app/live.ts';
import { MovingEngine } from '../../app/moving-engine.ts';
import { Graph } from '../../engine/graph.ts';
import { answerForTasks } from '../answering.ts';
import {
  type Application,
  createTopics,
  engineOptions,
  loadApplication,
  openExisting,
  partitionsOf,
} from '../application.ts';
import { didYouMeanOneOf, Misuse } from '../errors.ts';
import { previewAll, previewText } from '../evolution.ts';
import {
  type AppFlags,
  appFlag,
  type ConfigFlags,
  configurationOf,
  jsonFlag,
  portFlags,
  withSettings,
} from '../flags.ts';
import { type Lag, lagOf, readFromOutside, readOn } from '../../operations/lag.ts';
import { events } from '../../operations/logging/events.ts';
import { type Logging, tellWait, withLogging } from '../logging.ts';
import { type Outcome, outcomeOf } from '../outcome.ts';
import { type OutputFlags, print } from '../output.ts';
import { withPatience } from '../patience.ts';
import { showProgress, sum } from '../progress.ts';
import { untilSignalled } from '../serving.ts';

const settings = [...portFlags, 'partitions', 'seed', 'cutEvery', 'workerPort', 'host', 'keys'] as const;
type Flags = ConfigFlags & AppFlags & OutputFlags & { readonly untilCaughtUp?: true; readonly dryRun?: true };

/** What `run` answers of itself. */
interface Figures {
  /** Whether a signal has ended it: then it says no more, since what stands in the log would have to be read. */
  readonly stopped: boolean;
  /** Records from outside, each counted once however many topologies read it. */
  readonly records: number;
  /** Changed orders that it has read from the documents. */
  readonly orders: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly recordsPerSecond: number;
}

/** `millrace run`: the long-running consumer. */
export function addRun(program: Command): void {
  withSettings(program.command('run'), settings)
    .description(
      'run topologies and the connector `orders`: all of the recommender, or those named; creates the topics that are missing',
    )
    .argument('[topology...]', 'names of topologies, and `orders`')
    .addOption(new Option('--until-caught-up', 'end once everything in the log has been processed'))
    .addOption(
      new Option(
        '--dry-run',
        'only say what this release makes of the state that is there; exit code 1 if it is refused',
      ),
    )
    .addOption(appFlag())
    .addOption(jsonFlag())
    .action(run);
}

async function run(names: readonly string[], flags: Flags): Promise<void> {
  const { config } = configurationOf(flags, settings);
  const application = await loadApplication(flags, config);
  if (flags.dryRun === true) return dryRun(application, config, flags);
  const named = namedIn(names, application);
  await withLogging('run', config, logging => runNamed({ names, named, application, config, flags, logging }));
}

interface Named {
  readonly names: readonly string[];
  readonly named: ReturnType<typeof namedIn>;
  readonly application: Application;
  readonly config: Config;
  readonly flags: Flags;
  readonly logging: Logging;
}

async function runNamed({ names, named, application, config, flags, logging }: Named): Promise<void> {
  const { topologies } = application;
  await using opened = await openPorts(config);
  const ports = withPatience(opened, config, logging.logger);
  const graph = new Graph(topologies, await createTopics(application, ports.transport, config));
  const untilCaughtUp = flags.untilCaughtUp === true;
  const optionsIn = (there: Ports) => ({
    ...engineOptions({ ...application, connectors: named.connectors }, config, there),
    ...(names.length === 0 ? {} : { run: named.topologies }),
    untilCaughtUp,
    logging: logging.settings,
  });
  let here: Begun = { ports, graph, before: await lagOf(graph, ports.transport), begin: performance.now() };
  using stopped = untilSignalled();
  await using thread = new MovingEngine(optionsIn(ports), logging.logger);
  const stop = (): void => {
    logging.logger.log(events.stopping);
    void thread.stop().catch(() => {}); // `ended` tells
  };
  stopped.signal.addEventListener('abort', stop, { once: true });
  const { port } = config.worker;
  const view = port === undefined ? undefined : new EngineView(ports, graph, thread);
  let lags = engineLags({ ...ports, graph }, thread);
  await using _ =
    port === undefined || view === undefined
      ? undefined
      : await answerForTasks({ ports, config, thread, view, lags: () => lags(), logging }, port);
  const follow = async (there: Ports): Promise<void> => {
    const graphThere = new Graph(topologies, await partitionsOf(application, there.transport));
    const before = await lagOf(graphThere, there.transport);
    await thread.moveTo(optionsIn(there));
    if (stopped.signal.aborted) return;
    lags = engineLags({ ...there, graph: graphThere }, thread);
    view?.enter(there, graphThere);
    logging.logger.log(events.switched, { namespace: there.namespace });
    here = { ports: there, graph: graphThere, before, begin: performance.now() };
  };
  const isFollowing = !untilCaughtUp && config.namespace === undefined;
  await ended(thread, ports, logging, isFollowing ? follow : undefined);
  const isStopped = stopped.signal.aborted;
  stopped[Symbol.dispose](); // all is finished but the answer: from here on a signal kills
  const figures = await figuresOf(here, thread, isStopped);
  const outcome = isStopped ? undefined : await outcomeOf(here.ports);
  if (isStopped && untilCaughtUp) process.exitCode = 1;
  print(flags, { ...figures, ...outcome }, () => textOf(figures, outcome));
}

/** Where it has begun, and how far everything was read by then. */
interface Begun {
  readonly ports: Ports;
  readonly graph: Graph;
  readonly before: readonly Lag[];
  readonly begin: number;
}

async function figuresOf(
  { ports, graph, before, begin }: Begun,
  { tasks, orders }: MovingEngine,
  isStopped: boolean,
): Promise<Figures> {
  const seconds = (performance.now() - begin) / 1_000;
  const after = isStopped ? readOn(before, tasks) : await lagOf(graph, ports.transport);
  const records = readFromOutside(after, graph) - readFromOutside(before, graph);
  return {
    stopped: isStopped,
    records,
    orders: orders?.orders ?? 0,
    epochs: sum(tasks, task => task.epochs),
    seconds,
    recordsPerSecond: records / seconds,
  };
}

async function dryRun(application: Application, config: Config, flags: Flags): Promise<void> {
  await using ports = await openExisting(config);
  const graph = new Graph(application.topologies, await partitionsOf(application, ports.transport));
  const tasks = await previewAll(ports, graph, config);
  print(flags, { dryRun: true, tasks }, () => previewText(tasks));
  if (tasks.some(({ refused }) => refused !== null)) process.exitCode = 1;
}

/** Waits for the end. Until then it goes where somebody switches to, where `follow` is given. */
async function ended(
  thread: MovingEngine,
  ports: Ports,
  { logger, plain, isForPeople }: Logging,
  follow?: (ports: Ports) => Promise<void>,
): Promise<void> {
  using _ = isForPeople ? showProgress({ thread, documents: ports.documents, to: plain }) : undefined;
  const over = new AbortController();
  const { signal } = over;
  const following = follow && followSwitches({ ports, signal, onWait: tellWait(logger) }, follow);
  try {
    await Promise.race([thread.ended, ...(following === undefined ? [] : [following.then(() => thread.ended)])]);
  } finally {
    over.abort();
    await following;
  }
}

/** What the names name: topologies, and what runs beside them; all of it where there are none. @throws {Misuse} */
function namedIn(names: readonly string[], { topologies, connectors }: Pick<Application, 'topologies' | 'connectors'>) {
  const all = topologies.map(({ name }) => name);
  const known = [...all, ...connectors];
  for (const name of names)
    if (!known.includes(name)) throw new Misuse(`There is no topology '${name}'`, didYouMeanOneOf(name, known));
  const isNamed = (name: string): boolean => names.length === 0 || names.includes(name);
  return { topologies: all.filter(isNamed), connectors: connectors.filter(isNamed) };
}

function textOf(figures: Figures, outcome: Outcome | undefined): string {
  const done = `${figures.records} records in ${figures.seconds.toFixed(1)} s (${Math.round(figures.recordsPerSecond)} records/s), ${figures.epochs} epochs`;
  if (outcome === undefined) return `${done}\nstopped: what stands in the log is told with --until-caught-up`;
  return [
    done,
    `${outcome.accepted ?? 0} accepted and ${outcome.deadLetters} dead letters in the log`,
    ...(outcome.modelVersion === null ? [] : [`model ${outcome.modelVersion}, hash ${outcome.modelHash ?? ''}`]),
  ].join('\n');
}
