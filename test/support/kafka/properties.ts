/** The configuration of a broker for tests: one node, small, quick to start and to notice that it was killed. */

export interface BrokerPorts {
  readonly client: number;
  /** Between the broker and itself, always in plain text, whatever clients have to speak. */
  readonly internal: number;
  readonly controller: number;
}

/** Where a property is there twice, the later one holds: `more` may change anything. */
export const serverProperties = (folder: string, ports: BrokerPorts, more: readonly string[] = []): string =>
  [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${ports.controller}`,
    `listeners=${listeners(['CLIENT', 'INTERNAL', 'CONTROLLER'], ports)}`,
    `advertised.listeners=${listeners(['CLIENT', 'INTERNAL'], ports)}`,
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=INTERNAL',
    'listener.security.protocol.map=CLIENT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
    `log.dirs=${folder}`,
    ...single,
    ...quick,
    ...small,
    ...more,
    '',
  ].join('\n');

const listeners = (names: readonly ('CLIENT' | 'INTERNAL' | 'CONTROLLER')[], ports: BrokerPorts): string => {
  const port = { CLIENT: ports.client, INTERNAL: ports.internal, CONTROLLER: ports.controller };
  return names.map(name => `${name}://127.0.0.1:${port[name]}`).join(',');
};

const single = [
  'default.replication.factor=1',
  'offsets.topic.replication.factor=1',
  'transaction.state.log.replication.factor=1',
  'transaction.state.log.min.isr=1',
  'share.coordinator.state.topic.replication.factor=1',
  'share.coordinator.state.topic.min.isr=1',
  'min.insync.replicas=1',
  'auto.create.topics.enable=false',
  'log.retention.ms=-1',
];

/** With the defaults, a broker that was killed is not let in again for ten seconds. */
const quick = [
  'group.initial.rebalance.delay.ms=0',
  'group.min.session.timeout.ms=1000',
  'broker.session.timeout.ms=2000',
  'broker.heartbeat.interval.ms=500',
  'file.delete.delay.ms=100',
];

const small = [
  'offsets.topic.num.partitions=1',
  'transaction.state.log.num.partitions=1',
  'share.coordinator.state.topic.num.partitions=1',
  'log.cleaner.dedupe.buffer.size=4194304',
  'num.network.threads=2',
  'num.io.threads=2',
  'num.replica.fetchers=1',
  'background.threads=2',
];
