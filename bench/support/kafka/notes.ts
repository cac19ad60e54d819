/** What stands beside the figures of bench/kafka.ts. */
const throughput =
  'The broker runs on the same machine, with one processor time of its own that is told apart. Rate and processor time ' +
  'are of the records after the warm-up, by when every contestant runs compiled code; `CPU with start` is from the start ' +
  'of the process, over all records. What each has written was read by another client and is right, or nothing is told. ' +
  'Millrace decodes each value, and writes journal and checkpoint to the disk; kafkajs looks at the length of each value.';

export const notes = {
  consume: [throughput],
  produce: [throughput],
  windows: [
    throughput,
    'Kafka Streams 4.3.1 as it comes, but for this: one thread; stores in memory with their changelog, the quickest that ' +
      'it has; replication factor 1. Its cache is on, and it commits at the default of each guarantee: each 100 ms exactly ' +
      'once, each 30 s at least once, and at the end. It tells each window once by `suppress(untilWindowCloses)`, as ' +
      'Millrace does by `emit: close`: the same windows, counted. Its newer strategy, which emits on close, looks each ' +
      'second only whether a window has closed, so the newest windows are missing in the end; it is told for comparison.',
  ],
  disk: [
    throughput,
    'Kafka Streams 4.3.1 with RocksDB as it comes, its cache of records (10 MiB) and its changelog on the broker; Millrace ' +
      'with 100,000 keys in memory and the rest in SQLite, its journal in the documents and no changelog.',
  ],
  joins: [
    throughput,
    'The other stream has the same readings half a second later, so almost each meets two. Kafka Streams 4.3.1 with one ' +
      'thread, its join stores in memory with their changelog, replication factor 1, the default commit interval of each ' +
      'guarantee, a grace of a minute on both sides; it puts the bytes of two values behind each other and decodes none.',
  ],
  recovery: [
    'Seconds from the start of the process (node or java) until 1,000 records that waited are through. Each was killed ' +
      'with nothing under way. Kafka Streams has its store in memory, and a group instance id, so that it does not wait ' +
      'for the session of the dead; Millrace is the member that it was. Elsewhere it is another worker, and has its tasks ' +
      'without a group: what is left out is how long a group takes to find out that a member is dead, its session.',
  ],
  freshness: [
    'The dataflow of the recommender in one process over 1 partition, its log on the broker: 100,836 plausible ratings of ' +
      '610 users and 9,742 items, then 200 live ones, 5 a second.',
  ],
  profile: [
    'From the profiles that Node takes (`--cpu-prof`), from the start of each process, waiting left out; a wait for the ' +
      'disk counts where it was called. kafkajs makes some objects of each record and long integers of its numbers, and ' +
      'the collector takes them away again; so the adapter reads and writes batches as bytes, and takes only connections ' +
      'and requests from kafkajs.',
  ],
} as const;
