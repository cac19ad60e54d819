/**
 * Tests of topologies without a broker: the real engine on the embedded adapters in memory, in real epochs.
 *
 *     await using run = await testTopology(trends, { seed: 7 });
 *     await run.send(ratings, { item: 'heat', stars: 5, ratedAt: at('10:00') });
 *     await run.crash();
 *     await run.advanceTo('11:15');
 *     expect(run.output(itemTrends).last('heat', '10:00')).toMatchObject({ count: 1 });
 */
import { openSqliteDocuments } from './documents/sqlite/documents.ts';
import { Graph } from './engine/graph.ts';
import { refuseUnknown } from './engine/options.ts';
import { openSqliteStateStore } from './engine/state/sqlite.ts';
import type { Topology } from './engine/topology.ts';
import { memoryRegistry } from './stream/registry.ts';
import { TopologyTestError } from './testing/errors.ts';
import { TopologyTest, type TopologyTestOptions } from './testing/topology-test.ts';
import { openEmbeddedLog } from './transport/embedded/open.ts';

export type { JsonObject } from './documents/port.ts';
export type { DeadLetter } from './stream/dead-letter.ts';
export { TopologyTestError };
export { checkFold } from './testing/folds.ts';
export type { StreamOutput } from './testing/outputs.ts';
export { at, type TestTime } from './testing/times.ts';
export type { TestDocument, TopologyTest, TopologyTestOptions } from './testing/topology-test.ts';

/**
 * Runs topologies in memory. Every stream that they read or write has a topic; what no topology under test writes
 * comes from the test. Throws `BuildError` where they cannot be built.
 */
export async function testTopology(
  topologies: Topology | readonly Topology[],
  options: TopologyTestOptions = {},
): Promise<TopologyTest> {
  refuseUnknown(options, ['seed', 'partitions', 'start'], 'the options of testTopology');
  refuseTextAsStart(options);
  const all: readonly Topology[] = 'name' in topologies ? [topologies] : topologies;
  const { partitions = 1 } = options;
  const topics = new Map([...Graph.streamsOf(all)].map(topic => [topic, topic === 'dead-letters' ? 1 : partitions]));
  const graph = new Graph(all, topics);
  // A test opens no file, so the time of its ports is nobody's business.
  const clock = (): number => 0;
  await using opened = new AsyncDisposableStack();
  const transport = opened.adopt(openEmbeddedLog({ path: ':memory:', clock }), log => log.close());
  const documents = opened.adopt(openSqliteDocuments({ path: ':memory:', clock }), it => it.close());
  const store = opened.adopt(openSqliteStateStore({ path: ':memory:' }), it => it.close());
  for (const [topic, count] of topics) await transport.createTopic(topic, { partitions: count });
  const ports = { graph, transport, documents, store, registry: memoryRegistry(), opened: opened.move() };
  return new TopologyTest(ports, topics, options);
}

/** Without types '10:00' would pass, and each comparison with it be false. */
function refuseTextAsStart({ start = 0 }: TopologyTestOptions): void {
  if (Number.isFinite(start)) return;
  throw new TopologyTestError(
    `The start of a test is ${JSON.stringify(start)}, which is no number of milliseconds`,
    "Give at('2026-11-22T10:00:00Z')",
  );
}
