/** The answers that the proxy can change, and the requests that it can answer itself. */
import { field, many, type Message } from './schema.ts';

interface Api {
  readonly key: number;
  /** The newest version described here: the proxy hides newer ones from its clients. */
  readonly newest: number;
  readonly flexibleSince?: number;
  readonly answer: Message;
  /** The beginning of the request, as far as the topics that its answer has to name. */
  readonly request?: Message;
}

const throttle = (since: number): Message => [field('throttle', 'int32', since)];
const error = field('error', 'int16');
const index = field('index', 'int32');
/** From version 13 on, which only Fetch has here, topics are named by their identity. */
const topics = (...partition: Message): Message => [
  field(
    'topics',
    many([field('name', 'string', 0, 12), field('id', 'uuid', 13), field('partitions', many([index, ...partition]))]),
  ),
];
const group = field('group', 'string');

const produce: Api = {
  key: 0,
  newest: 8,
  answer: [
    ...topics(
      error,
      field('baseOffset', 'int64'),
      field('logAppendTime', 'int64', 2),
      field('logStartOffset', 'int64', 5),
      field('recordErrors', many([index, field('message', 'nullable')]), 8),
      field('message', 'nullable', 8),
    ),
    ...throttle(1),
  ],
  request: [
    field('transactionalId', 'nullable', 3),
    field('acks', 'int16'),
    field('timeout', 'int32'),
    ...topics(field('records', 'bytes')),
  ],
};

const fetch: Api = {
  key: 1,
  newest: 13,
  flexibleSince: 12,
  answer: [
    ...throttle(1),
    field('error', 'int16', 7),
    field('session', 'int32', 7),
    ...topics(
      error,
      field('highWatermark', 'int64'),
      field('lastStableOffset', 'int64', 4),
      field('logStartOffset', 'int64', 5),
      field('aborted', many([field('producer', 'int64'), field('firstOffset', 'int64')]), 4),
      field('preferredReadReplica', 'int32', 11),
      field('records', 'bytes'),
    ),
  ],
  request: [
    field('replica', 'int32'),
    field('maxWait', 'int32'),
    field('minBytes', 'int32'),
    field('maxBytes', 'int32', 3),
    field('isolation', 'int8', 4),
    field('session', 'int32', 7),
    field('sessionEpoch', 'int32', 7),
    ...topics(
      field('leaderEpoch', 'int32', 9),
      field('offset', 'int64'),
      field('lastEpoch', 'int32', 12),
      field('logStartOffset', 'int64', 5),
      field('maxBytes', 'int32'),
    ),
  ],
};

const listOffsets: Api = {
  key: 2,
  newest: 5,
  answer: [
    ...throttle(2),
    ...topics(error, field('timestamp', 'int64', 1), field('offset', 'int64', 1), field('leaderEpoch', 'int32', 4)),
  ],
  request: [
    field('replica', 'int32'),
    field('isolation', 'int8', 2),
    ...topics(field('leaderEpoch', 'int32', 4), field('timestamp', 'int64')),
  ],
};

const metadata: Api = {
  key: 3,
  newest: 12,
  flexibleSince: 9,
  answer: [
    ...throttle(3),
    field(
      'brokers',
      many([field('node', 'int32'), field('host', 'string'), field('port', 'int32'), field('rack', 'nullable', 1)]),
    ),
    field('cluster', 'nullable', 2),
    field('controller', 'int32', 1),
    field(
      'topics',
      many([
        error,
        field('name', 'nullable'),
        field('id', 'uuid', 10),
        field('isInternal', 'bool', 1),
        field(
          'partitions',
          many([
            error,
            index,
            field('leader', 'int32'),
            field('leaderEpoch', 'int32', 7),
            field('replicas', many('int32')),
            field('inSync', many('int32')),
            field('offline', many('int32'), 5),
          ]),
        ),
        field('allowed', 'int32', 8),
      ]),
    ),
    field('allowed', 'int32', 8, 10),
  ],
};

const offsetCommit: Api = {
  key: 8,
  newest: 7,
  answer: [...throttle(3), ...topics(error)],
  request: [
    group,
    field('generation', 'int32', 1),
    field('member', 'string', 1),
    field('instance', 'nullable', 7),
    field('retention', 'int64', 2, 4),
    ...topics(field('offset', 'int64'), field('leaderEpoch', 'int32', 6), field('metadata', 'nullable')),
  ],
};

const offsetFetch: Api = {
  key: 9,
  newest: 5,
  answer: [
    ...throttle(3),
    ...topics(field('offset', 'int64'), field('leaderEpoch', 'int32', 5), field('metadata', 'nullable'), error),
    field('error', 'int16', 2),
  ],
};

const findCoordinator: Api = {
  key: 10,
  newest: 2,
  answer: [
    ...throttle(1),
    error,
    field('message', 'nullable', 1),
    field('node', 'int32'),
    field('host', 'string'),
    field('port', 'int32'),
  ],
};

const joinGroup: Api = {
  key: 11,
  newest: 5,
  answer: [
    ...throttle(2),
    error,
    field('generation', 'int32'),
    field('protocol', 'string'),
    field('leader', 'string'),
    field('member', 'string'),
    field('members', many([field('member', 'string'), field('instance', 'nullable', 5), field('metadata', 'bytes')])),
  ],
};

const heartbeat: Api = { key: 12, newest: 3, answer: [...throttle(1), error] };

const syncGroup: Api = { key: 14, newest: 3, answer: [...throttle(1), error, field('assignment', 'bytes')] };

const apiVersions: Api = {
  key: 18,
  newest: 2,
  answer: [
    error,
    field('apis', many([field('key', 'int16'), field('oldest', 'int16'), field('newest', 'int16')])),
    ...throttle(1),
  ],
};

const initProducerId: Api = {
  key: 22,
  newest: 1,
  answer: [...throttle(0), error, field('producer', 'int64'), field('epoch', 'int16')],
};

export const apis = {
  produce,
  fetch,
  listOffsets,
  metadata,
  offsetCommit,
  offsetFetch,
  findCoordinator,
  joinGroup,
  heartbeat,
  syncGroup,
  apiVersions,
  initProducerId,
};
export type ApiName = keyof typeof apis;

const names: readonly ApiName[] = [
  'produce',
  'fetch',
  'listOffsets',
  'metadata',
  'offsetCommit',
  'offsetFetch',
  'findCoordinator',
  'joinGroup',
  'heartbeat',
  'syncGroup',
  'apiVersions',
  'initProducerId',
];

/** Undefined for those that pass the proxy as they are. */
export const apiNamed: ReadonlyMap<number, ApiName> = new Map(names.map(name => [apis[name].key, name]));
