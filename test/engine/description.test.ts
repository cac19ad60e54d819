/** The shape of `millrace describe --json`, for programs that read it: pinned here, documented in docs/guide/graphs.md. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { topologies as payments } from '../../examples/order-payments.ts';
import { topologies as sensors } from '../../examples/sensor-counts.ts';
import { descriptionOf } from '../../src/engine/description.ts';
import { Graph } from '../../src/engine/graph.ts';
import type { Topology } from '../../src/engine/topology.ts';
import { topologies as recommender } from '../../topologies/index.ts';

const described = (topologies: readonly Topology[]) =>
  descriptionOf(new Graph(topologies, new Map([...Graph.streamsOf(topologies)].map(name => [name, 3]))));

/** Strict: a field that is not documented may not appear. */
const Described = z.strictObject({
  format: z.literal(1),
  topologies: z.array(
    z.strictObject({
      name: z.string(),
      tasks: z.int().positive(),
      reads: z.array(z.strictObject({ stream: z.string(), all: z.boolean(), upTo: z.string().nullable() })),
      steps: z.array(z.strictObject({ name: z.string(), kind: z.string() })),
      timed: z.boolean(),
      writes: z.array(z.string()),
      collections: z.array(z.string()),
      edges: z.array(
        z.strictObject({
          from: z.string().regex(/^(stream|step|cuts):/),
          to: z.string().regex(/^((stream|step|documents|outside):|late$)/),
        }),
      ),
    }),
  ),
  streams: z.array(
    z.strictObject({
      name: z.string(),
      partitions: z.int().positive(),
      schema: z.string(),
      fingerprint: z.string().regex(/^[0-9a-f]{16}$/),
      lateness_ms: z.number().nonnegative(),
      idleAfter_ms: z.number().nonnegative(),
      writtenBy: z.array(z.string()),
      readBy: z.array(z.string()),
    }),
  ),
});

test.for([
  ['sensor-counts', sensors],
  ['order-payments', payments],
  ['the recommender', recommender],
] as const)('the description of %s has the documented shape, and survives JSON', ([, topologies]) => {
  const description = described(topologies);
  expect(Described.parse(description)).toEqual(description);
  expect(JSON.parse(JSON.stringify(description))).toEqual(description);
});

test('every node that an arrow joins is described', () => {
  for (const topology of described(recommender).topologies) {
    const nodes = new Set([
      'late',
      ...topology.reads.map(({ stream }) => `stream:${stream}`),
      ...topology.writes.map(stream => `stream:${stream}`),
      ...topology.steps.map(({ name }) => `step:${name}`),
      ...topology.collections.map(name => `documents:${name}`),
    ]);
    // A source of cuts names the streams that it is about.
    const named = topology.edges.flatMap(({ from, to }) => [
      ...(from.startsWith('cuts:')
        ? from
            .slice(5)
            .split('+')
            .map(name => `stream:${name}`)
        : [from]),
      to,
    ]);
    expect(named.filter(node => !nodes.has(node))).toEqual([]);
  }
});

test('two topologies in a row, to the letter', () => {
  const { topologies, streams } = described(sensors);
  expect(topologies[1]).toEqual({
    name: 'count-sites',
    tasks: 3,
    reads: [{ stream: 'readings-by-site', all: false, upTo: null }],
    steps: [{ name: 'counts', kind: 'keyed' }],
    timed: false,
    writes: ['dead-letters', 'site-counts'],
    collections: ['sites'],
    edges: [
      { from: 'step:counts', to: 'stream:site-counts' },
      { from: 'stream:readings-by-site', to: 'step:counts' },
      { from: 'step:counts', to: 'documents:sites' },
    ],
  });
  expect(streams.find(({ name }) => name === 'readings-by-site')).toEqual({
    name: 'readings-by-site',
    partitions: 3,
    schema: 'Reading',
    fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    lateness_ms: 0,
    idleAfter_ms: 5_000,
    writtenBy: ['by-site'],
    readBy: ['count-sites'],
  });
});
