import { type Command, Option } from 'commander';
import { Graph } from '../../engine/graph.ts';
import { EventTimes } from '../../operations/event-times.ts';
import { longestOf, type TaskLag, taskLagsOf } from '../../operations/task-lag.ts';
import { type FeedLag, ordersLag } from '../../recommender/orders/lag.ts';
import { loadApplication, openExisting, ordersConnectorName, partitionsOf } from '../application.ts';
import {
  type AppFlags,
  appFlag,
  atLeastOne,
  type ConfigFlags,
  configurationOf,
  jsonFlag,
  portFlags,
  withSettings,
} from '../flags.ts';
import { type OutputFlags, print, table } from '../output.ts';
import { untilSignalled } from '../serving.ts';

type Flags = ConfigFlags & AppFlags & OutputFlags & { readonly watch?: number | true; readonly behind?: true };

const watchEvery_s = 2;

/** `millrace lag`: how far each task is behind. */
export function addLag(program: Command): void {
  withSettings(program.command('lag'), portFlags)
    .description(
      'how far each task is behind in each partition that it reads: in records, and in seconds of event time',
    )
    .addOption(
      new Option(
        '--watch [seconds]',
        `again every so many seconds until SIGINT or SIGTERM (${watchEvery_s})`,
      ).argParser(atLeastOne),
    )
    .addOption(new Option('--behind', 'only where there is something to read, the furthest behind first'))
    .addOption(appFlag())
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nA dash is what nobody can say: a task that has never run stands nowhere and has reached no event time; an input that another one clocks is read as far as that says.\nTasks tell about once a second where they stand.',
    )
    .action(lag);
}

async function lag(flags: Flags): Promise<void> {
  const { config } = configurationOf(flags, portFlags);
  const application = await loadApplication(flags, config);
  await using ports = await openExisting(config);
  const { transport, registry, clock } = ports;
  const graph = new Graph(application.topologies, await partitionsOf(application, transport));
  const times = new EventTimes({ graph, transport, registry });
  const hasOrders = application.connectors.includes(ordersConnectorName);
  const show = async (): Promise<void> => {
    const all = await taskLagsOf({ graph, transport, times });
    const rows = flags.behind === true ? furthestFirst(all) : all;
    const orders = hasOrders ? await ordersLag(ports) : [];
    print(flags, resultOf(rows, orders), () =>
      [rows.length === 0 ? 'nothing is behind' : textOf(rows), ...ordersText(orders)].join('\n\n'),
    );
  };
  if (flags.watch === undefined) return await show();
  using stopped = untilSignalled();
  const pause_ms = (flags.watch === true ? watchEvery_s : flags.watch) * 1_000;
  while (!stopped.signal.aborted) {
    if (flags.json !== true) process.stdout.write(`${new Date(clock.now()).toISOString()}\n`);
    await show();
    await clock.sleep(pause_ms, stopped.signal);
  }
}

const furthestFirst = (rows: readonly TaskLag[]): TaskLag[] =>
  rows.filter(({ behind }) => behind > 0).toSorted((a, b) => b.behind - a.behind);

const secondsOf = (millis: number | null): number | null => (millis === null ? null : millis / 1_000);

function resultOf(rows: readonly TaskLag[], orders: readonly FeedLag[]) {
  return {
    behind: [...furthest(rows).values()].reduce((sum, behind) => sum + behind, 0),
    behindSeconds: secondsOf(longestOf(rows)),
    lag: rows.map(({ behindMs, ...row }) => ({ ...row, behindSeconds: secondsOf(behindMs) })),
    orders: orders.map(({ range, owner, behind, isMore, behindMs }) => {
      return { range, owner, behind, isMore, behindSeconds: secondsOf(behindMs) };
    }),
  };
}

/** Records behind by what a topology reads: those that each of its tasks reads for itself count once. */
function furthest(rows: readonly TaskLag[]): ReadonlyMap<string, number> {
  const behind = new Map<string, number>();
  for (const row of rows) {
    const place = `${row.topology} ${row.topic}/${row.partition}`;
    behind.set(place, Math.max(row.behind, behind.get(place) ?? 0));
  }
  return behind;
}

const head = ['task', 'topic', 'partition', 'end', 'committed', 'behind', 'seconds'];

const textOf = (rows: readonly TaskLag[]): string =>
  table(
    head,
    rows.map(({ task, topic, partition, end, committed, behind, behindMs }) => [
      task,
      topic,
      partition,
      end,
      committed,
      behind,
      secondsOf(behindMs),
    ]),
  );

/** Nothing of a shop without orders. */
function ordersText(lags: readonly FeedLag[]): string[] {
  if (lags.every(({ behind, hasBegun }) => behind === 0 && !hasBegun)) return [];
  const rows = lags.map(({ range, owner, behind, isMore, behindMs }) => [
    range,
    owner,
    `${isMore ? 'at least ' : ''}${behind}`,
    secondsOf(behindMs),
  ]);
  return [table(['orders: range of the feed', 'read by', 'behind', 'seconds'], rows)];
}
