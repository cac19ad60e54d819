import { type Command, Option } from 'commander';
import { Graph } from '../../engine/graph.ts';
import type { Reading, Trace, TracedRecord } from '../../operations/trace/found.ts';
import { traceOf } from '../../operations/trace/trace.ts';
import { loadApplication, openExisting, partitionsOf } from '../application.ts';
import {
  type AppFlags,
  appFlag,
  atLeastOne,
  type ConfigFlags,
  configurationOf,
  jsonFlag,
  portFlags,
  withSettings,
} from '../flags.ts';
import { type OutputFlags, print, visible } from '../output.ts';

type Flags = ConfigFlags & AppFlags & OutputFlags & { readonly most: number; readonly within: number };

const usual = { most: 100, within: 20_000 };

/** `millrace trace`: a record's way through the topologies. */
export function addTrace(program: Command): void {
  withSettings(program.command('trace'), portFlags)
    .description('records of a key or a trace, the epochs that read them, and what was made of them')
    .argument('<key>', 'key of the records, a W3C trace context, or the trace id in one')
    .addOption(new Option('--most <n>', 'records that are shown').argParser(atLeastOne).default(usual.most))
    .addOption(
      new Option('--within <n>', 'newest records of each partition that are looked at')
        .argParser(atLeastOne)
        .default(usual.within),
    )
    .addOption(appFlag())
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nWhat an epoch made of a record has its trace or, where it has none, its moment of entering the log: of several records of one millisecond in one epoch all are shown. Journals reach back to the last snapshot but one; documents are not shown.',
    )
    .action(trace);
}

async function trace(key: string, flags: Flags): Promise<void> {
  const { config } = configurationOf(flags, portFlags);
  const application = await loadApplication(flags, config);
  await using ports = await openExisting(config);
  const { transport, documents } = ports;
  const graph = new Graph(application.topologies, await partitionsOf(application, transport));
  const { most, within } = flags;
  const found = await traceOf({ graph, transport, journal: documents.journal, asked: key, most, within });
  print(flags, found, () => textOf(found));
}

function textOf({ asked, records, more, cut }: Trace): string {
  const none = records.length === 0 ? [`No record has the key or the trace ${visible(JSON.stringify(asked))}.`] : [];
  return [
    ...none,
    ...records.map(linesOf),
    ...(more ? [`There may be more: --most shows ${records.length} only.`] : []),
    ...(cut.length > 0 ? [`Of ${cut.join(', ')} only the newest records were looked at (--within).`] : []),
  ].join('\n');
}

function linesOf(record: TracedRecord): string {
  const { topic, partition, offset, key, origin, writer, repeated, because, deadLetter } = record;
  const by = writer === null ? 'from outside' : `by ${writer.task} in epoch ${writer.epoch}`;
  const told = [
    `${topic}/${partition}@${offset}`,
    `key ${visible(JSON.stringify(key))}`,
    by,
    timeOf(origin),
    ...(because === 'asked' ? [] : [`found by its ${because}`]),
    ...(repeated ? ['written again after a crash'] : []),
  ];
  const reason = deadLetter === null ? [] : [`  because ${oneLine(deadLetter)}`];
  return [told.join('  '), ...reason, ...record.readBy.map(readingOf)].join('\n');
}

const states = {
  planned: (epoch: number | null) => `read in epoch ${epoch}`,
  skipped: (epoch: number | null) => `skipped in epoch ${epoch}`,
  waiting: () => 'not read yet',
  forgotten: () => 'read, in an epoch that the journal no longer has',
};

function readingOf({ task, state, epoch, clock, reason, steps }: Reading): string {
  const at = clock === null ? '' : ` at ${timeOf(clock)}`;
  const through = steps.length === 0 ? '' : `, on its way ${steps.join(', ')}`;
  const why = reason === null ? '' : `: ${oneLine(reason)}`;
  return `  ${task}  ${states[state](epoch)}${at}${why}${through}`;
}

const timeOf = (millis: number): string =>
  Number.isFinite(millis) && Math.abs(millis) <= 8.64e15 ? new Date(millis).toISOString() : String(millis);

/** What somebody sent does not write on other lines. */
const oneLine = (text: string): string => visible(text).slice(0, 300);
