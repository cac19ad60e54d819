/** What the README tells of the results. */
import { cell, type Pick, rivalled, row, where } from './picks.ts';

/** What the figure, or its ratio to the rival's, is to be. */
export type Aim = { readonly of: 'figure' | 'ratio' } & ({ readonly least: number } | { readonly below: number });

export interface Headline {
  readonly what: string;
  /** The name of the benchmark. */
  readonly from: string;
  readonly ours: Pick;
  readonly rival?: { readonly name: string; readonly pick: Pick };
  readonly aims?: readonly Aim[];
}

const sqlite = 'a row per record in SQLite';
const decoding = 'reading the log and decoding alone';
const maps = 'a Map per window, lost in a crash';
const [tumbling, onClose, onUpdate] = [
  'tumbling 1 min, on close',
  'hopping 1 min / 12 s, on close',
  'hopping 1 min / 12 s, on update',
];
const quality = (measure: string, column: string, rival: string): Headline => ({
  what: `${measure}, learnt as they come, random split`,
  from: 'evaluate',
  ours: cell('random', 'incremental', column),
  rival: { name: rival, pick: cell('random', rival, column) },
});

const kafkajs = 'kafkajs eachBatch, a commit a batch';
const streams = 'Kafka Streams, exactly once';
const overPartitions = ['1 partition', '4 partitions'];

const kafkaHeadlines: readonly Headline[] = [
  ...overPartitions.map((over): Headline => ({
    what: `over Kafka, consume only, ${over}`,
    from: 'kafka-consume',
    ours: row('Millrace', `${over}, records/s`),
    rival: rivalled(kafkajs, `${over}, records/s`, 'kafkajs'),
    aims: [{ of: 'ratio', least: 0.9 }],
  })),
  ...overPartitions.map((over): Headline => ({
    what: `over Kafka, consume and produce, ${over}`,
    from: 'kafka-produce',
    ours: row('Millrace', `${over}, records/s`),
    rival: rivalled('kafkajs eachBatch and send, at least once', `${over}, records/s`, 'kafkajs, at least once'),
  })),
  ...overPartitions.flatMap((over): Headline[] => [
    {
      what: `over Kafka, counts in windows of a minute, ${over}`,
      from: 'kafka-windows',
      ours: row('Millrace', `${over}, records/s`),
      rival: rivalled(streams, `${over}, records/s`),
      aims: [{ of: 'figure', least: 160_000 }],
    },
    {
      what: `the same in processor time, ${over}`,
      from: 'kafka-windows',
      ours: row('Millrace', `${over}, CPU`),
      rival: rivalled(streams, `${over}, CPU`),
      aims: [{ of: 'ratio', least: 2 }],
    },
  ]),
  ...['Millrace, from its local checkpoint', 'Millrace elsewhere, from a snapshot of nine tenths and the journal'].map(
    (name): Headline => ({
      what: `over Kafka, a million keys come back: ${name.replace('Millrace, ', '').replace('Millrace ', '')}`,
      from: 'kafka-recovery',
      ours: row(name),
      rival: rivalled('Kafka Streams, exactly once, from its changelog', '', streams),
      aims: [{ of: 'figure', below: 10 }],
    }),
  ),
  {
    what: 'over Kafka, rating to changed documents, p99',
    from: 'kafka-freshness',
    ours: row('Millrace over Kafka', 'rating to changed documents, p99'),
    aims: [{ of: 'figure', below: 250 }],
  },
];

const toTheLoss = (solver: string): Pick => where({ solver }, 'seconds to the loss', 's');

/** The aims of the model beside its rivals. */
const modelHeadlines: readonly Headline[] = [
  {
    what: "a generation of MovieLens 1M's shape, to the converged loss, 1 thread",
    from: 'als-speed-1',
    ours: toTheLoss('Millrace, iALS++'),
    rival: { name: 'implicit, CG(3)', pick: toTheLoss('implicit, CG(3)') },
    aims: [{ of: 'ratio', least: 3 }],
  },
  {
    what: 'the same, 2 threads',
    from: 'als-speed-2',
    ours: toTheLoss('Millrace, iALS++'),
    rival: { name: 'Spark ALS, local[2]', pick: toTheLoss('Spark ALS') },
    aims: [{ of: 'ratio', least: 20 }],
  },
  {
    what: 'exact top-10 of 3,706 items, k = 64, 1 thread',
    from: 'als-lists-1',
    ours: row('Millrace', 'top-10 of a user, 1 thread'),
    rival: rivalled('implicit', 'top-10 of a user, 1 thread'),
    aims: [{ of: 'figure', below: 10 }],
  },
  {
    what: 'to learn an event, item, user and refresh, cuts of 100',
    from: 'als-events',
    ours: where({ 'events a cut': 100 }, 'us an event', 'us'),
    aims: [{ of: 'figure', below: 150 }],
  },
  {
    what: '20 million ratings and a generation of them in memory',
    from: 'als-growth',
    ours: where({ ratings: 20_000_263 }, 'GiB in the end', 'GiB'),
    aims: [{ of: 'figure', below: 4 }],
  },
  ...[
    ['nDCG@10', 'implicit'],
    ['RMSE', "Spark's ALS"],
  ].map(([measure = '', rival = '']): Headline => ({
    what: `better than ${rival} in ${measure}, each tuned, leave-last-out`,
    from: 'als-quality',
    ours: where({ protocol: 'leave-last-out', measure }, 'better by, %', '%'),
    aims: [{ of: 'figure', least: 0 }],
  })),
];

const served = (what: string, column: string, unit: string): Pick => where({ what }, column, unit);

/** The aims of serving. */
const servingHeadlines: readonly Headline[] = [
  {
    what: 'recommendations of one process that only serves, 1 core',
    from: 'api',
    ours: served('one process that only serves', 'requests/s', 'requests/s'),
    aims: [{ of: 'figure', least: 10_000 }],
  },
  {
    what: 'the same, every answer made anew: none is remembered; by a second of a processor',
    from: 'api',
    ours: served('the same without remembered answers', 'a CPU second', 'requests'),
    aims: [{ of: 'figure', least: 10_000 }],
  },
  {
    what: 'remembered where they may be, at 10,000 requests a second, p99',
    from: 'api',
    ours: served('one process that only serves, at 10,000 requests a second', 'p99', 'ms'),
    aims: [{ of: 'figure', below: 10 }],
  },
  {
    what: 'every answer made anew, at 5,000 requests a second, p99',
    from: 'api',
    ours: served('the same without remembered answers, at 5,000 requests a second', 'p99', 'ms'),
    aims: [{ of: 'figure', below: 10 }],
  },
  {
    what: 'from a posted order to the list that it has changed, p99',
    from: 'api',
    ours: served('from an order to the list that it has changed', 'p99', 'ms'),
    aims: [{ of: 'figure', below: 200 }],
  },
  {
    what: 'from a posted rating to the list that it has changed, p99',
    from: 'api',
    ours: served('from a rating to the list that it has changed', 'p99', 'ms'),
    aims: [{ of: 'figure', below: 200 }],
  },
  {
    what: 'a basket against a million items, p99',
    from: 'api',
    ours: served('basket of 5 against 1,000,000 items of 50 factors', 'p99', 'ms'),
    aims: [{ of: 'figure', below: 28 }],
  },
  {
    what: "documents into Cosmos DB's protocol, known to the process",
    from: 'cosmos',
    ours: row('documents that it knows: replaced'),
    rival: rivalled("the library's upserts, 100 at once"),
  },
];

export const headlines: readonly Headline[] = [
  { what: 'log, append', from: 'log', ours: row('embedded log', 'append'), rival: rivalled(sqlite, 'append') },
  { what: 'log, read', from: 'log', ours: row('embedded log', 'read'), rival: rivalled(sqlite, 'read') },
  {
    what: 'engine, consume only: empty topology, a backlog',
    from: 'engine-consume',
    ours: row('empty topology, up to 50000 an epoch'),
    rival: rivalled(decoding),
    aims: [
      { of: 'ratio', least: 0.8 },
      { of: 'figure', least: 1_000_000 },
    ],
  },
  { what: 'engine, consume and produce: copy', from: 'engine-produce', ours: row('copy'), rival: rivalled(decoding) },
  ...[tumbling, onClose, onUpdate].map(subject => ({
    what: `windows, ${subject}`,
    from: 'windows',
    ours: row('windowed', subject),
    rival: rivalled(maps, subject),
  })),
  {
    what: `windows, ${onUpdate}`,
    from: 'windows',
    ours: row('windowed', onUpdate),
    rival: rivalled('5 durable updates a record', onUpdate),
  },
  {
    what: '`trends`: hours and days by film, on update',
    from: 'trends',
    ours: row('trends (hours and days, on update)'),
    rival: rivalled(decoding),
  },
  {
    what: 'an epoch of one record: plan, append, checkpoint',
    from: 'epoch-commit',
    ours: row('an epoch that appends a record'),
    rival: rivalled('one durable append of one record'),
  },
  { what: 'whole dataflow, 100,836 ratings to lists', from: 'dataflow-1', ours: row('Millrace', 'backlog to lists') },
  {
    what: 'rating to changed documents, p50',
    from: 'dataflow-1',
    ours: row('Millrace', 'rating to changed documents, p50'),
  },
  {
    what: 'rating to changed documents, p99',
    from: 'dataflow-1',
    ours: row('Millrace', 'rating to changed documents, p99'),
    aims: [{ of: 'figure', below: 100 }],
  },
  { what: 'heap of the whole dataflow', from: 'dataflow-1', ours: row('Millrace', 'heap in use') },
  {
    what: 'resident memory of the whole dataflow',
    from: 'dataflow-1',
    ours: row('Millrace', 'resident memory'),
    aims: [{ of: 'figure', below: 500 }],
  },
  ...kafkaHeadlines,
  ...modelHeadlines,
  ...servingHeadlines,
  quality('nDCG@10', 'ndcg10', 'retrain'),
  quality('nDCG@10', 'ndcg10', 'popularity'),
  quality('RMSE', 'rmse', 'retrain'),
  quality('RMSE', 'rmse', 'popularity'),
];
