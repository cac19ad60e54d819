/** The topologies as they run: for the live view of a page. */
import { z } from 'zod';
import { type Endpoint, endpoint, ok } from './endpoint.ts';
import type { EngineSource } from './engine-source.ts';
import { nothing } from './wire.ts';

const counted = z.int().min(0);
const millis = z.number().nullable();

const node = z.object({
  node: z.string().describe('As in `edges`'),
  in: counted.describe('Values that came, since the tasks of this process were opened'),
  out: counted,
  late: counted,
  errors: counted,
  mean_ms: millis.describe('Time of a value in the step, over one record in 64; null where none was timed'),
  ends_ms: z.number().min(0).describe('Time of the step at the ends of epochs, all together'),
});

const task = z.object({
  task: z.string(),
  here: z.boolean().describe('Whether this process runs it; only then the figures before the lag are known'),
  epochs: counted.nullable(),
  records: counted.nullable(),
  watermark: millis.describe('Event time reached, milliseconds'),
  lastEpochAt: millis,
  waiting: z.string().nullable().describe('Why a port does not answer it'),
  behind: counted.describe('Records that it has not read'),
  behindMs: millis.describe('The same in event time; null where nobody can say'),
});

const topology = z.object({
  name: z.string(),
  reads: z.array(z.string()),
  steps: z.array(z.object({ name: z.string(), kind: z.string() })),
  edges: z.array(z.object({ from: z.string(), to: z.string() })),
  nodes: z.array(node).describe('Those that a value has come to, over the tasks of this process'),
  tasks: z.array(task),
});

export const topologiesAnswer = z.object({
  at: z.number().describe('Milliseconds since 1970'),
  topologies: z.array(topology),
});

export type RunningTopologies = z.infer<typeof topologiesAnswer>;
export type RunningTopology = RunningTopologies['topologies'][number];

export const topologiesEndpoint = (engine: EngineSource): Endpoint =>
  endpoint(
    {
      method: 'GET',
      path: '/v2/topologies',
      access: 'admin',
      summary: 'The topologies, what their steps do, and how far their tasks are',
      params: nothing,
      query: nothing,
      answer: topologiesAnswer,
      status: 200,
      problems: [503],
    },
    async () => ok(await engine.topologies()),
  );
