/** What bench/results/NAME.json holds: one of two shapes, written by the benchmarks and read by scripts/figures.ts. */
import { z } from 'zod';

/** What the figures depend on; nothing that names the machine. */
const Machine = z.strictObject({
  node: z.string(),
  platform: z.string(),
  processor: z.string(),
  processors: z.int(),
  memoryGiB: z.number(),
  /** Of the last 1, 5 and 15 minutes, when the benchmark ended. */
  load: z.array(z.number()),
});

const about = {
  /** Also the name of the file. */
  name: z.string(),
  question: z.string(),
  /** The command that measures the same again. */
  repeat: z.string(),
  machine: Machine,
  /** What a reader has to know of how it was measured: the settings of a rival, what a row leaves out. */
  notes: z.array(z.string()).optional(),
};

const Better = z.enum(['more', 'less']);

/** One thing measured in several runs. */
const Row = z.strictObject({
  /** What is compared: rows of one subject stand beside each other. */
  subject: z.string(),
  name: z.string(),
  unit: z.string(),
  better: Better,
  best: z.number(),
  median: z.number(),
  worst: z.number(),
  /** Its median beside that of the subject's first row. */
  ratio: z.number(),
});

/** Things that did the same work in turns. */
const Comparison = z.strictObject({ kind: z.literal('comparison'), ...about, runs: z.int(), rows: z.array(Row) });

const Column = z.strictObject({ name: z.string(), better: Better.optional() });

/** Figures that are the same in every run, but for the seconds: quality. A cell that does not apply is null. */
const Table = z.strictObject({
  kind: z.literal('table'),
  ...about,
  /** What was set, by name. */
  settings: z.record(z.string(), z.json()),
  columns: z.array(Column),
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))),
});

export const Result = z.discriminatedUnion('kind', [Comparison, Table]);
export type Better = z.infer<typeof Better>;
export type Machine = z.infer<typeof Machine>;
export type Row = z.infer<typeof Row>;
export type Comparison = z.infer<typeof Comparison>;
export type Table = z.infer<typeof Table>;
export type Result = z.infer<typeof Result>;
