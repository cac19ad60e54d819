import { type Command, Option } from 'commander';
import { openPorts, type Ports } from '../../app/compose.ts';
import { EngineThread } from '../../app/engine-thread.ts';
import { Graph } from '../../engine/graph.ts';
import { createTopics, engineOptions, loadApplication } from '../application.ts';
import { didYouMeanOneOf, Misuse } from '../errors.ts';
import {
  type AppFlags,
  appFlag,
  type ConfigFlags,
  configurationOf,
  jsonFlag,
  portFlags,
  withSettings,
} from '../flags.ts';
import { lagOf, readFromOutside } from '../../operations/lag.ts';
import { type Outcome, outcomeOf } from '../outcome.ts';
import { type OutputFlags, print } from '../output.ts';
import { withPatience } from '../patience.ts';
import { showProgress, sum } from '../progress.ts';

const settings = [...portFlags, 'partitions', 'seed', 'cutEvery'] as const;
type Flags = ConfigFlags & AppFlags & OutputFlags & { readonly untilCaughtUp?: true };

/** What `run` answers. Records, epochs and seconds are those of this run, the rest is what stands in the log then. */
interface RunResult extends Outcome {
  /** Records from outside, each counted once however many topologies read it. */
  readonly records: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly recordsPerSecond: number;
}

/** `millrace run`: the long-running consumer. */
export function addRun(program: Command): void {
  withSettings(program.command('run'), settings)
    .description('run topologies: all of the recommender, or those named; creates the topics that are missing')
    .argument('[topology...]', 'names of topologies')
    .addOption(new Option('--until-caught-up', 'end once everything in the log has been processed'))
    .addOption(appFlag())
    .addOption(jsonFlag())
    .action(run);
}

async function run(names: readonly string[], flags: Flags): Promise<void> {
  const { config } = configurationOf(flags, settings);
  const application = await loadApplication(flags, config);
  const { topologies } = application;
  checkNames(
    names,
    topologies.map(({ name }) => name),
  );
  await using opened = await openPorts(config);
  const ports = withPatience(opened, config);
  const { transport } = ports;
  const graph = new Graph(topologies, await createTopics(application, transport, config));
  const outside = async (): Promise<number> => readFromOutside(await lagOf(graph, transport), graph);
  const before = await outside();
  const begin = performance.now();
  const thread = new EngineThread({
    ...engineOptions(application, config),
    ...(names.length === 0 ? {} : { run: [...new Set(names)] }),
    untilCaughtUp: flags.untilCaughtUp === true,
  });
  await ended(thread, ports);
  const seconds = (performance.now() - begin) / 1_000;
  const records = (await outside()) - before;
  const epochs = sum(thread.tasks, task => task.epochs);
  const recordsPerSecond = records / seconds;
  const result = { records, epochs, seconds, recordsPerSecond, ...(await outcomeOf(ports)) } satisfies RunResult;
  print(flags, result, () => textOf(result));
}

/** Waits for the end, and brings it about on the first SIGINT or SIGTERM; the second one kills. */
async function ended(thread: EngineThread, { documents }: Ports): Promise<void> {
  using _ = showProgress({ thread, documents, to: process.stderr });
  const stop = (): void => {
    process.stderr.write('finishing the epochs under way\n');
    void thread.stop().catch(() => {}); // `ended` tells
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await thread.ended;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

function checkNames(names: readonly string[], known: readonly string[]): void {
  for (const name of names)
    if (!known.includes(name)) throw new Misuse(`There is no topology '${name}'`, didYouMeanOneOf(name, known));
}

const textOf = (result: RunResult): string =>
  [
    `${result.records} records in ${result.seconds.toFixed(1)} s (${Math.round(result.recordsPerSecond)} records/s), ${result.epochs} epochs`,
    `${result.accepted ?? 0} accepted and ${result.deadLetters} dead letters in the log`,
    ...(result.modelVersion === null ? [] : [`model ${result.modelVersion}, hash ${result.modelHash ?? ''}`]),
  ].join('\n');
