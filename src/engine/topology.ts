import type { Observable, ObservedValueOf, Observer, OperatorFunction } from 'rxjs';
import { deadLetters } from '../stream/dead-letter.ts';
import type { Stream } from '../stream/stream.ts';
import { Build, type Surroundings } from './build.ts';
import { BuildError } from './errors.ts';
import { checkedEvolution, type Evolution, refuseContradictions } from './evolution/declaration.ts';
import type { ReadOptions } from './input.ts';
import type { Cut } from '../stream/cut.ts';
import { clockOf } from './clocked.ts';
import type { BatchSink } from './deliveries.ts';
import { refuseSilentFailures } from './calls/refused.ts';
import { batched } from './operators/batched.ts';
import { branch, type Branches, type Ways } from './operators/branch.ts';
import { cuts } from './operators/cuts.ts';
import { stateful, type Stateful, type StatefulHandle } from './operators/stateful.ts';
import { table, type Table, type TableOptions } from './operators/table.ts';
import { deliver } from './operators/deliver.ts';
import { distinct, type DistinctOptions } from './operators/distinct.ts';
import { joinBroadcast, type BroadcastJoinOptions } from './operators/join-broadcast.ts';
import { join, type JoinOptions } from './operators/join.ts';
import { joinTables, type TablesJoinOptions } from './operators/join-tables.ts';
import { joinTable, type TableJoinOptions } from './operators/join-table.ts';
import { joinRemedy, whyUnjoinable } from './operators/join-keys.ts';
import { keyed, type KeyedOptions } from './operators/keyed.ts';
import { late } from './operators/late.ts';
import { mapAsync, type MapAsyncOptions } from './operators/map-async.ts';
import { process, type ProcessOptions, type States } from './operators/process.ts';
import { merge } from './operators/merge.ts';
import { keyRemedy } from './operators/stream-key.ts';
import { rateLimit, type RateLimitOptions } from './operators/rate-limit.ts';
import { read } from './operators/read.ts';
import { replace, type ReplaceOptions } from './operators/replace.ts';
import { windowed, type RetractingOptions, type WindowedOptions } from './operators/windowed.ts';
import { signals, type SignalOptions } from './operators/signals.ts';
import { write } from './operators/write.ts';
import { refuseUnknown } from './options.ts';
import { upstreamFirst } from './step-order.ts';
import type { TaskRuntime } from './runtime.ts';
import type { Step } from './step.ts';
import { type Edge, type GraphNode, nodesBefore } from './trail.ts';
import type { Windows } from './windows/spec.ts';
import type { Windowed } from './windows/store.ts';

/** A dataflow: a pure function that wires sources through operators to sinks, the same for every task. */
export interface Topology {
  readonly name: string;
  readonly build: (task: Task) => void;
  /** What became of the steps and streams of former releases. */
  readonly evolution?: Evolution;
}

/** What a topology is wired with. Values are plain; time, origin and trace travel beside them. */
export interface Task {
  /** The values of a stream. Event time comes from the stream's `time`. */
  read<T>(stream: Stream<T>, options?: ReadOptions<NoInfer<T>>): Observable<T>;
  /** Durable state by key. The name is the identity of the state across releases. */
  keyed<T, S, R>(name: string, options: KeyedOptions<T, S, R>): OperatorFunction<T, R>;
  /**
   * The general step: values by key, and for each key state of any kind (`valueState`, `listState`, `mapState`,
   * `sortedMapState`). The names of the step and of its states are the identity of what is kept across releases.
   */
  process<T, R, K extends States>(name: string, options: ProcessOptions<T, R, K>): OperatorFunction<T, R>;
  /** Drops what came before in its own partition, within a horizon of event time. */
  distinct<T>(name: string, options: DistinctOptions<T>): OperatorFunction<T, T>;
  /** A fold over the values of each key in windows of event time. The name is the identity of the windows across releases. */
  windowed<T, A>(
    name: string,
    windows: Windows,
    options: WindowedOptions<T, A> | RetractingOptions<T, A>,
  ): OperatorFunction<T, Windowed<A>>;
  /**
   * Values of two streams that happened within a window of each other, by the keys of their streams. The name is the
   * identity of what waits across releases.
   */
  join<L, R, X>(name: string, right: Observable<R>, options: JoinOptions<L, R, X>): OperatorFunction<L, X>;
  /**
   * Values with the version that the table had for their key when they happened, by the keys of their streams. Both wait
   * until event time has passed them.
   */
  joinTable<T, V, X>(name: string, table: Observable<V>, options: TableJoinOptions<T, V, X>): OperatorFunction<T, X>;
  /**
   * The same with a table of which every task keeps all keys, for a lookup by any key that a value has. The table is read
   * with `all`, whatever the number of its partitions.
   */
  joinBroadcast<T, V, X>(
    name: string,
    table: Observable<V>,
    options: BroadcastJoinOptions<T, V, X>,
  ): OperatorFunction<T, X>;
  /**
   * The rows of two tables, by the keys of their streams: one whenever a side has a new version, in the order of event
   * time, and a last one when the row is no more.
   */
  joinTables<L, R, X>(name: string, right: Observable<R>, options: TablesJoinOptions<L, R, X>): OperatorFunction<L, X>;
  /**
   * Each value goes the way of the first predicate that takes it, or `otherwise`; all ways need a sink. Where nobody
   * subscribes to `otherwise`, a value that takes no way is a failure of its record.
   */
  branch<T, W extends Ways<T>>(source: Observable<T>, ways: W): Branches<T, W>;
  /** The values of several pipes, in the order of the plan. */
  merge<S extends readonly Observable<unknown>[]>(...sources: S): Observable<ObservedValueOf<S[number]>>;
  /**
   * So many values in a time of the journalled clock, of each key or of all. Those beyond wait in the state of the task,
   * and many of them hold the intake back; or another sink takes them.
   */
  rateLimit<T>(name: string, options: RateLimitOptions<T>): OperatorFunction<T, T>;
  /** All values of an epoch at its end. How many they are depends on the load: for micro-batches, not for results. */
  batched<T>(name: string): OperatorFunction<T, readonly T[]>;
  /**
   * Asynchronous work by value: bounded, timed, tried again, kept from what is down. Its results are journalled unless it
   * is repeatable; what fails for good is a dead letter. Only stateless operators and sinks may follow.
   */
  mapAsync<T, R, F = never>(name: string, options: MapAsyncOptions<T, R, F>): OperatorFunction<T, R>;
  /**
   * Decisions that no log determines, such as commands and schedules: journalled in the plan, then pushed before the
   * records of the epoch, into stateful steps too. They wake an idle task.
   */
  signals<S, P>(name: string, options: SignalOptions<S, P>): Observable<P>;
  /** State of a shape of its own, for models; see `Stateful`. */
  stateful<T, R, S extends Stateful<T, R>>(name: string, make: () => S & Stateful<T, R>): StatefulHandle<T, R, S>;
  /** The latest value by key. */
  table<T>(stream: Stream<T>, options?: TableOptions): Table<T>;
  /** What each epoch that wrote to one of the streams had read and wrote, at its end. */
  cuts(...streams: readonly Stream<never>[]): Observable<Cut>;
  /** A sink into a stream, by the stream's own key. */
  write<T>(stream: Stream<T>): Observer<T>;
  /** A sink into the served documents: each is replaced only by a later output of the task. */
  replace<T>(collection: string, options: ReplaceOptions<T>): Observer<T>;
  /**
   * A sink of your own, given the values of each epoch when it is decided for good: at least once, with a position that
   * makes it once.
   */
  deliver<T>(name: string, to: BatchSink<T>): Observer<T>;
  /** A sink for late records: their original bytes go to `dead-letters`, with the name of the windows they missed. */
  late(windows?: string): Observer<unknown>;
}

/**
 * Names a dataflow. `build` is called dry too, so it may not do anything but wire. `evolution` says what became of the
 * steps and streams of former releases: what differs and is not declared is refused before the first record.
 */
export function topology(name: string, build: (task: Task) => void, evolution: Evolution = {}): Topology {
  if (/^[a-z][a-z0-9-]{0,63}$/.test(name)) return { name, build, evolution: checkedEvolution(name, evolution) };
  throw new BuildError(
    `'${name}' cannot name a topology`,
    'Use up to 64 lower-case letters, digits and dashes, a letter first',
  );
}

/** Wires the topology onto the task, anew after each failure; what was wired before is taken off. */
export function buildPipe(
  { name, build: wire, evolution = {} }: Topology,
  task: TaskRuntime,
  surroundings: Surroundings,
): readonly Edge[] {
  unwire(task);
  const build = new Build(task, surroundings);
  build.output(deadLetters);
  wire(taskOf(build));
  task.evolution = evolution;
  if (task.failure !== undefined) throw task.failure.error;
  build.wired();
  for (const input of task.inputs.keys()) {
    if (task.outputs.has(input)) {
      throw new BuildError(`Topology '${name}' writes '${input}', which it reads`, 'Write another stream');
    }
  }
  clockOf(task);
  refuseTimeless(task);
  refuseContradictions(task);
  refuseStateAfterAsync(task, build.trail.edges);
  refuseWindowsAfterDelay(task, build.trail.edges);
  refuseKeyless(task, build.trail.edges);
  refuseUnjoinable(task, build.trail.edges);
  refuseSilentFailures(task, build.trail.edges);
  task.endings = upstreamFirst(task.steps, build.trail.edges);
  return build.trail.edges;
}

/** What waits for event time would wait for ever. */
function refuseTimeless({ topology: name, inputs, steps }: TaskRuntime): void {
  const waiting = [...steps].find(([, { timed }]) => timed);
  const all = [...inputs.values()];
  if (waiting === undefined || all.some(({ timed }) => timed)) return;
  if (!all.some(({ options }) => options.watermark?.kind === 'untimed')) return;
  throw new BuildError(
    `Topology '${name}': the step '${waiting[0]}' waits for event time, and every input is read without any`,
    'Read one of them by another watermark than `untimed()`',
  );
}

/** What follows an asynchronous step runs after the epoch's timers and batches: state there would depend on it. */
function refuseStateAfterAsync(task: TaskRuntime, edges: readonly Edge[]): void {
  const after = nodesAfter(task, edges, kind => kind === 'async');
  for (const { from, to } of edges) {
    if (!after.has(from) || !to.startsWith('step:')) continue;
    throw new BuildError(
      `Topology '${task.topology}': the ${named(to)} follows the asynchronous ${named(from)}`,
      'Write a stream after the asynchronous step, and keep state in the topology that reads it',
    );
  }
}

/** What these emit lies behind the event time of the task: what waits for event time would take it for late. */
const joins = (kind: string): boolean => kind.endsWith(' join');
const delays = (kind: string): boolean =>
  kind === 'windowed' || kind === 'batched' || kind === 'rate limit' || (joins(kind) && kind !== 'inner join');

function refuseWindowsAfterDelay(task: TaskRuntime, edges: readonly Edge[]): void {
  const after = nodesAfter(task, edges, (kind, step) => delays(kind) || step.delays === true);
  const waiting = nodesOf(task, (kind, step) => kind === 'windowed' || joins(kind) || step.delays === true);
  for (const { from, to } of edges) {
    if (!after.has(from) || !waiting.includes(to)) continue;
    const kind = task.steps.get(to.replace(/^step:/, ''))?.kind ?? '';
    const what = joins(kind) ? 'join' : kind === 'windowed' ? 'windows' : 'timers';
    throw new BuildError(
      `Topology '${task.topology}': the ${what} of ${named(to)} follow${what === 'join' ? 's' : ''} windows, batches or a join, or timers, whose results come after their time`,
      'Write a stream between the two: it tells its reader how far event time has come',
    );
  }
}

/** What comes after its record, or from none, has no record whose key it could have. */
function refuseKeyless(task: TaskRuntime, edges: readonly Edge[]): void {
  const after = nodesAfter(
    task,
    edges,
    (kind, step) => delays(kind) || step.delays === true || kind === 'stateful' || kind === 'signals',
  );
  for (const { from, to } of edges) {
    if (!after.has(from) || !nodesOf(task, (_, step) => step.keyedByStream === true).includes(to)) continue;
    throw new BuildError(
      `Topology '${task.topology}': ${named(to)} has no key of its own, and follows ${named(from)}, whose results belong to no record`,
      keyRemedy,
    );
  }
}

/** A join finds together what lies in one partition and has event time. One with a broadcast table knows its sides itself. */
function refuseUnjoinable(task: TaskRuntime, edges: readonly Edge[]): void {
  const broadcasts = nodesOf(task, kind => kind.endsWith(' broadcast join'));
  for (const node of nodesOf(task, joins)) {
    const isBroadcast = broadcasts.includes(node);
    for (const from of nodesBefore(edges, node)) {
      const input = task.inputs.get(from.replace(/^stream:/, ''));
      const pushed = nodesOf(task, kind => kind === 'signals').includes(from)
        ? `the signals of ${named(from)}`
        : undefined;
      const problem = pushed ?? (isBroadcast ? undefined : input && whyUnjoinable(input.stream.name, input.options));
      if (problem !== undefined)
        throw new BuildError(`Topology '${task.topology}': the join of ${named(node)} is given ${problem}`, joinRemedy);
    }
  }
}

/** Steps of these kinds and all that follows them. */
function nodesAfter(
  task: TaskRuntime,
  edges: readonly Edge[],
  isSuch: (kind: string, step: Step) => boolean,
): ReadonlySet<GraphNode> {
  const after = new Set(nodesOf(task, isSuch));
  for (const node of after) for (const { from, to } of edges) if (from === node) after.add(to);
  return after;
}

const nodesOf = (task: TaskRuntime, isSuch: (kind: string, step: Step) => boolean): GraphNode[] =>
  [...task.steps].filter(([, step]) => isSuch(step.kind, step)).map(([name]) => `step:${name}`);

const named = (node: GraphNode): string => node.replace(/^step:(.*)$/, "step '$1'");

function unwire(task: TaskRuntime): void {
  task.close();
  task.failure = undefined;
  task.ticks = [];
  task.drains = [];
  task.signals = new Map();
  task.cutStreams = new Set();
  task.deliveries.forget();
  for (const input of task.inputs.values()) {
    const { subscribers } = input;
    input.subscribers = [];
    for (const subscriber of subscribers) subscriber.unsubscribe();
  }
}

const taskOf = (build: Build): Task => ({
  read: (stream, options = {}) => read(build, stream, options),
  keyed: (name, options) => {
    refuseUnknown(options, ['by', 'initial', 'next', 'codec', 'memory'], `the options of '${name}'`);
    return keyed(build, name, options);
  },
  process: (name, options) => process(build, name, options),
  distinct: (name, options) => distinct(build, name, options),
  windowed: (name, windows, options) => {
    refuseUnknown(
      options,
      ['by', 'fold', 'takesBack', 'emit', 'throttle', 'late', 'codec'],
      `the options of '${name}'`,
    );
    return windowed(build, name, windows, options);
  },
  join: (name, right, options) => join(build, name, right, options),
  joinTable: (name, versions, options) => joinTable(build, name, versions, options),
  joinBroadcast: (name, versions, options) => joinBroadcast(build, name, versions, options),
  joinTables: (name, right, options) => joinTables(build, name, right, options),
  branch: (source, ways) => branch(build, source, ways),
  merge: (...sources) => merge(build, sources),
  rateLimit: (name, options) => rateLimit(build, name, options),
  batched: name => batched(build, name),
  mapAsync: (name, options) => mapAsync(build, name, options),
  signals: (name, options) => {
    refuseUnknown(options, ['source', 'prepare', 'codec'], `the options of '${name}'`);
    return signals(build, name, options);
  },
  stateful: (name, make) => stateful(build, name, make),
  table: (stream, options = {}) => {
    refuseUnknown(options, ['upTo', 'broadcast', 'memory'], `the options of the table '${stream.name}'`);
    return table(build, stream, options);
  },
  cuts: (...streams) => cuts(build, streams),
  write: stream => write(build, stream),
  replace: (collection, options) => {
    refuseUnknown(options, ['id', 'partition', 'body'], `the options of documents '${collection}'`);
    return replace(build, collection, options);
  },
  deliver: (name, to) => deliver(build, name, to),
  late: windows => late(build, windows),
});
