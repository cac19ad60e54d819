import { type Command, Option } from 'commander';
import type { Ports } from '../../app/compose.ts';
import { ordersCollection } from '../../recommender/orders/order.ts';
import { openExisting } from '../application.ts';
import { lettersByReason, newestLetters, redrive as redriveAll, type Redriven } from '../dead-letters.ts';
import { didYouMeanOneOf, Misuse } from '../errors.ts';
import { atLeastOne, type ConfigFlags, configurationOf, jsonFlag, portFlags, withSettings } from '../flags.ts';
import { type OutputFlags, print, table } from '../output.ts';

type ListFlags = ConfigFlags & OutputFlags & { readonly limit: number; readonly byReason?: true };
type RedriveFlags = ConfigFlags & OutputFlags & { readonly topic?: string };

/** `millrace dead-letters list` and `millrace dead-letters redrive`. */
export function addDeadLetters(program: Command): void {
  const command = program.command('dead-letters').description('records that could not be processed');
  withSettings(command.command('list'), portFlags)
    .description('the newest dead letters: where each record stands, and why')
    .addOption(new Option('--limit <n>', 'most letters to show').argParser(atLeastOne).default(100))
    .addOption(new Option('--by-reason', 'how many there are of each kind, all letters together').conflicts('limit'))
    .addOption(jsonFlag())
    .action(list);
  withSettings(command.command('redrive'), portFlags)
    .description('send the original records again, each once, to where they came from')
    .addOption(new Option('--topic <name>', 'only the records of this topic'))
    .addOption(jsonFlag())
    .action(redrive);
}

async function list(flags: ListFlags): Promise<void> {
  await using ports = await openExisting(configurationOf(flags, portFlags).config);
  if (flags.byReason === true) return await listReasons(flags, ports);
  const { total, newest } = await newestLetters(ports, flags.limit);
  const letters = newest.map(letter => ({ ...letter, bytes: letter.bytes.toString('base64') }));
  print(flags, { total, deadLetters: letters }, () => {
    if (total === 0) return 'no dead letters';
    const head = ['time', 'topic', 'partition', 'offset', 'key', 'task', 'reason'];
    const rows = newest.map(({ time, topic, partition, offset, key, task, reason }) => {
      return [new Date(time).toISOString(), topic, partition, offset, key, task, reason];
    });
    return `${table(head, rows)}\n${newest.length} of ${total} dead letters`;
  });
}

async function listReasons(flags: ListFlags, ports: Ports): Promise<void> {
  const reasons = await lettersByReason(ports);
  print(flags, { reasons }, () => {
    if (reasons.length === 0) return 'no dead letters';
    const rows = reasons.map(({ count, topic, last, reason }) => [count, topic, new Date(last).toISOString(), reason]);
    return table(['letters', 'topic', 'newest', 'reason'], rows);
  });
}

async function redrive(flags: RedriveFlags): Promise<void> {
  await using ports = await openExisting(configurationOf(flags, portFlags).config);
  // Orders are in the documents; their letters are of the feed, which is no topic.
  const topics = [...(await ports.transport.topics()).map(({ topic }) => topic), ordersCollection];
  const { topic } = flags;
  if (topic !== undefined && !topics.includes(topic))
    throw new Misuse(`There is no topic '${topic}'`, didYouMeanOneOf(topic, topics));
  const counts = await redriveAll(ports, topic);
  print(flags, counts, () => textOf(counts));
}

const textOf = ({ redriven, before, withoutRecord }: Redriven): string =>
  [
    `${redriven} records redriven`,
    ...(before === 0 ? [] : [`${before} had been redriven before`]),
    ...(withoutRecord === 0 ? [] : [`${withoutRecord} letters hold no record`]),
  ].join(', ');
