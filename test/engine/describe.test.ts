import { map, merge, mergeWith, share } from 'rxjs';
import { describe as group, expect, test } from 'vitest';
import { hotSensors } from '../../examples/hot-sensors.ts';
import { topologies as sensors } from '../../examples/sensor-counts.ts';
import { describe } from '../../src/engine/describe.ts';
import { Graph } from '../../src/engine/graph.ts';
import { mermaid } from '../../src/engine/mermaid.ts';
import { stream, topology, type Task, type Topology } from '../../src/index.ts';
import { type Order, orders, ordersByItem } from '../support/shop.ts';

const copies = stream('copies', orders);
const clocks = stream('clocks', {
  ...orders,
  cut: () => ({ producer: 'nobody', lineage: 0, epoch: 0, read: [], wrote: [] }),
});

const graphOf = (topologies: readonly Topology[], partitions = 1): Graph =>
  new Graph(topologies, new Map([...Graph.streamsOf(topologies)].map(topic => [topic, partitions])));

const edgesOf = (build: (task: Task) => void): string[] | undefined =>
  graphOf([topology('a-topology', build)]).topologies[0]?.edges.map(({ from, to }) => `${from} -> ${to}`);

const count = (task: Task, name: string) =>
  task.keyed(name, { by: (value: Order) => value.item, initial: () => 0, next: (n, value) => [n + 1, [value]] });

test('the text names what each source and step flows into, and the dead letters once', () => {
  expect(describe(graphOf(sensors, 2))).toBe(`by-site (2 tasks)
  readings -> readings-by-site

count-sites (2 tasks)
  readings-by-site -> counts (keyed)
  counts (keyed) -> site-counts, documents sites

What cannot be processed goes to dead-letters.`);
});

test('the flowchart has streams, documents and a box of steps by topology; the dead letters are dim', () => {
  expect(mermaid(graphOf(sensors, 2))).toBe(`flowchart LR
  t0["by-site (2 tasks)"]
  subgraph t1["count-sites (2 tasks)"]
    t1_0["counts (keyed)"]
  end
  s0(["readings"])
  s1(["readings-by-site"])
  s2(["site-counts"])
  s3(["dead-letters"])
  d0[("sites")]
  s0 --> t0
  t0 --> s1
  t1_0 --> s2
  s1 --> t1_0
  t1_0 --> d0
  t0 -.-> s3
  t1 -.-> s3
  style s3 opacity:0.5`);
});

test('the smallest topology is one node between two streams', () => {
  expect(mermaid(graphOf([hotSensors]))).toContain('\n  s0 --> t0\n  t0 --> s1\n');
});

group('a stream that every task reads, up to what another one says', () => {
  const clocked = topology('clocked', task => {
    task.read(orders, { all: true, upTo: clocks }).subscribe(task.write(copies));
    task.read(clocks, { all: true }).subscribe(task.late());
  });

  test('says so in the text', () => {
    expect(describe(graphOf([clocked]))).toContain(`clocked (1 task)
  orders (all, up to clocks) -> copies
  clocks (all) -> late`);
  });

  test('says so on the arrow of the flowchart', () => {
    const chart = mermaid(graphOf([clocked])).split('\n');
    expect(chart).toContain('  s0 -->|"all, up to clocks"| t0');
    expect(chart).toContain('  s2 -->|"all"| t0');
  });
});

test('the names of steps cannot break the flowchart', () => {
  const odd = topology('odd', task => {
    task.read(orders).pipe(count(task, 'end"]#')).subscribe(task.write(copies));
  });
  expect(mermaid(graphOf([odd]))).toContain('    t0_0["end#quot;]#35; (keyed)"]\n  end\n');
});

group('the arrows of a graph', () => {
  test('lead from a shared pipe to each of its sinks, through further operators too', () => {
    const edges = edgesOf(task => {
      const counted = task.read(orders).pipe(count(task, 'count'), share());
      counted.subscribe(task.write(copies));
      counted.pipe(map(value => value)).subscribe(task.write(ordersByItem));
      counted.pipe(count(task, 'again')).subscribe(task.late());
    });
    expect(edges?.sort()).toEqual([
      'step:again -> late',
      'step:count -> step:again',
      'step:count -> stream:copies',
      'step:count -> stream:orders-by-item',
      'stream:orders -> step:count',
    ]);
  });

  test('lead from a source that is shared before its steps to each of them', () => {
    const edges = edgesOf(task => {
      const shared = task.read(orders).pipe(share());
      shared.pipe(count(task, 'one')).subscribe(task.late());
      shared.pipe(count(task, 'two')).subscribe(task.late());
    });
    expect(edges?.sort()).toEqual([
      'step:one -> late',
      'step:two -> late',
      'stream:orders -> step:one',
      'stream:orders -> step:two',
    ]);
  });

  test('lead from each of two merged pipes to their sink, once', () => {
    const edges = edgesOf(task => {
      const both = task.read(orders).pipe(mergeWith(task.read(ordersByItem), task.read(orders)));
      both.subscribe(task.write(copies));
    });
    expect(edges).toEqual(['stream:orders -> stream:copies', 'stream:orders-by-item -> stream:copies']);
  });

  test('distinguish a step from a stream of the same name', () => {
    const asynchronous = topology('asynchronous', task => {
      const options = { work: async (value: Order) => value };
      task.read(orders).pipe(task.mapAsync('copies', options)).subscribe(task.write(copies));
    });
    expect(describe(graphOf([asynchronous]))).toContain(`orders -> copies (async)
  copies (async) -> copies`);
  });

  test("are unknown behind RxJS's own merge, which the text and the flowchart admit", () => {
    const merged = topology('merged', task => {
      merge(task.read(orders), task.read(ordersByItem)).subscribe(task.write(copies));
    });
    expect(describe(graphOf([merged]))).toContain('  orders\n  orders-by-item\n  ? -> copies');
    expect(mermaid(graphOf([merged]))).toContain('\n  s0 --> t0\n  s1 --> t0\n  t0 --> s2\n');
  });
});

test('state after an asynchronous step is found below a shared pipe too', () => {
  const build = (task: Task): void => {
    const results = task.read(orders).pipe(task.mapAsync('ask', { work: async (value: Order) => value }), share());
    results.subscribe(task.write(copies));
    results.pipe(count(task, 'count')).subscribe(task.late());
  };
  expect(() => edgesOf(build)).toThrow("the step 'count' follows the asynchronous step 'ask'");
});
