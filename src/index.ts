/** Millrace: event-time stream processing on RxJS, over any Kafka-compatible log. */
export { schema, type Schema } from './stream/schema.ts';
export type { AvroDefinition, AvroField, AvroObject } from './stream/definition.ts';
export { stream, type Stream, type StreamOptions } from './stream/stream.ts';
export { days, hours, milliseconds, minutes, seconds, type Millis } from './stream/time.ts';
export type { ReadOptions } from './engine/input.ts';
export { boundedLateness, monotonic, punctuated, untimed, type Watermark } from './engine/watermarks.ts';
export { topology, type Task, type Topology } from './engine/topology.ts';
export type { Evolution } from './engine/evolution/declaration.ts';
export {
  calendar,
  hopping,
  InvalidWindow,
  session,
  sliding,
  tumbling,
  type Calendar,
  type CalendarUnit,
  type Hopping,
  type Session,
  type Sliding,
  type Weekday,
  type Windows,
} from './engine/windows/spec.ts';
export type { Fold, RetractableFold, Windowed } from './engine/windows/store.ts';
export type { KeyedOptions } from './engine/operators/keyed.ts';
export type { DistinctOptions } from './engine/operators/distinct.ts';
export type { RetractingOptions, WindowedOptions } from './engine/operators/windowed.ts';
export type { ReplaceOptions } from './engine/operators/replace.ts';
export type { InnerJoin, JoinOptions, JoinSide, LeftJoin, OuterJoin } from './engine/operators/join.ts';
export type { BroadcastJoinOptions, InnerBroadcastJoin, LeftBroadcastJoin } from './engine/operators/join-broadcast.ts';
export type {
  InnerTableJoin,
  LeftTableJoin,
  StreamSide,
  TableJoinOptions,
  TableSide,
} from './engine/operators/join-table.ts';
export type {
  InnerTablesJoin,
  LeftTablesJoin,
  OuterTablesJoin,
  TablesJoinOptions,
} from './engine/operators/join-tables.ts';
export type { FiredTimer, Timers } from './engine/timers/timers.ts';
export type { ProcessContext, ProcessOptions, States, StatesOfKey } from './engine/operators/process.ts';
export type { EpochEnd, Stateful, StatefulHandle } from './engine/operators/stateful.ts';
export type {
  FailedTo,
  FailedWork,
  JournalledWork,
  MapAsyncOptions,
  RepeatableWork,
  ResultCodec,
} from './engine/operators/map-async.ts';
export type { AsyncCall } from './engine/calls/call.ts';
export type { BreakerOptions } from './engine/calls/breaker.ts';
export type { RetryOptions } from './engine/calls/attempts.ts';
export type { Branches, Ways } from './engine/operators/branch.ts';
export type { RateLimitOptions } from './engine/operators/rate-limit.ts';
export type { BatchSink, Delivery } from './engine/deliveries.ts';
export type { SignalOptions, SignalSource } from './engine/operators/signals.ts';
export type { Table, TableOptions } from './engine/operators/table.ts';
export type { Cut, ReadSpan, WroteSpan } from './stream/cut.ts';
export { json, type Migrations, type StateCodec } from './engine/state/codec.ts';
export type { MemoryBound } from './engine/state/recent.ts';
export type { StateKind, StateOf, StateOptions } from './engine/state/kinds/kind.ts';
export { listState, type ListOptions, type ListState } from './engine/state/kinds/list.ts';
export { mapState, type MapState } from './engine/state/kinds/map.ts';
export type { KeyRange, SortedMapState } from './engine/state/kinds/ordered.ts';
export { sortedMapState, type SortedMapOptions } from './engine/state/kinds/sorted-map.ts';
export { valueState, type ValueState } from './engine/state/kinds/value.ts';
export { MillraceError, Unavailable } from './errors.ts';
