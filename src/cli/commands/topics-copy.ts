import type { Command } from 'commander';
import { openPorts } from '../../app/compose.ts';
import { loadApplication } from '../application.ts';
import { copyTopics, type TopicCopied } from '../copy-topics.ts';
import {
  type AppFlags,
  appFlag,
  type ConfigFlags,
  configurationOf,
  jsonFlag,
  portFlags,
  withSettings,
} from '../flags.ts';
import { formerFlag, type FormerFlags, formerHelp, formerSettings, unaskedBy } from '../former.ts';
import { type OutputFlags, print, table } from '../output.ts';
import { withPatience } from '../patience.ts';
import { untilSignalled } from '../serving.ts';

type Flags = ConfigFlags & AppFlags & OutputFlags & FormerFlags;

const help = `
Streams that no topology writes go to topics of the same names, with as many partitions: records in their order, with
their keys, and the schemas that they name. Offsets stay too, where retention has removed nothing at the front. All
else is computed there (\`millrace run\`). Retention counts from the copy on.`;

/** `millrace topics copy`. */
export function addTopicsCopy(parent: Command): void {
  withSettings(parent.command('copy'), portFlags)
    .description('copy what came from outside from another log, for who moves')
    .addOption(formerFlag())
    .addOption(appFlag())
    .addOption(jsonFlag())
    .addHelpText('after', `${help}\n${formerHelp}`)
    .action(copy);
}

async function copy(flags: Flags): Promise<void> {
  const { config } = configurationOf(flags, portFlags);
  const former = await formerSettings(flags);
  const application = await loadApplication(flags, config);
  using stopped = untilSignalled();
  await using source = await openPorts(former);
  await using target = await openPorts(config);
  const { transport, registry } = target;
  const asked = withPatience(target, config).transport;
  const topics = await copyTopics({
    application,
    from: { ...withPatience(source, former), unasked: unaskedBy(former) },
    to: {
      registry,
      transport: {
        topics: () => asked.topics(),
        createTopic: (topic, options) => asked.createTopic(topic, options),
        bounds: at => asked.bounds(at),
        read: request => asked.read(request),
        append: appends => transport.append(appends),
      },
    },
    settings: config,
    signal: stopped.signal,
    tell: ({ topic, partition }, { copied, before }) =>
      process.stderr.write(`${topic}/${partition}: ${copied} copied, ${before} there before\n`),
  });
  print(flags, { topics }, () => textOf(topics));
  if (stopped.signal.aborted) process.exitCode = 1;
}

function textOf(topics: readonly TopicCopied[]): string {
  const rows = topics.map(({ topic, partitions, copied, before, gone }) => [topic, partitions, copied, before, gone]);
  const unknown = topics.filter(topic => topic.unknown > 0);
  return [
    table(['topic', 'partitions', 'copied', 'before', 'gone'], rows),
    ...unknown.map(
      ({ topic, unknown: count }) =>
        `${count} records of ${topic} name a schema that is in no registry: they were copied as they are`,
    ),
  ].join('\n');
}
