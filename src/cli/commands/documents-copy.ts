import type { Command } from 'commander';
import { openPorts } from '../../app/compose.ts';
import { copyOrders, type OrdersCopied } from '../../recommender/orders/copy.ts';
import { type ConfigFlags, configurationOf, jsonFlag, portFlags, withSettings } from '../flags.ts';
import { formerFlag, type FormerFlags, formerHelp, formerSettings } from '../former.ts';
import { type OutputFlags, print } from '../output.ts';
import { withPatience } from '../patience.ts';
import { untilSignalled } from '../serving.ts';

type Flags = ConfigFlags & OutputFlags & FormerFlags;

const help = `
The orders of a shop go with what the log was told of them, so that nothing is told twice: from documents whose orders
have all been told, to documents of which nobody has read orders yet, beside a log that has all of what was told
(\`millrace topics copy\`). All else among the documents is computed from the log: \`millrace run\` over a log that was
copied, \`millrace replay --into NAME --switch\` over the same one.

It can be given again as long as nothing has changed an order since, in either place: one that has been returned or
erased meanwhile is refused. Then empty the collections orders, toldOrders and leases where it is copied to, before
anything has run there, and copy again.`;

/** `millrace documents copy`. */
export function addDocumentsCopy(parent: Command): void {
  withSettings(parent.command('copy'), portFlags)
    .description('copy the orders from other documents, for who moves')
    .addOption(formerFlag())
    .addOption(jsonFlag())
    .addHelpText('after', `${help}\n${formerHelp}`)
    .action(copy);
}

async function copy(flags: Flags): Promise<void> {
  const { config } = configurationOf(flags, portFlags);
  const former = await formerSettings(flags);
  using stopped = untilSignalled();
  const { signal } = stopped;
  await using source = await openPorts(former);
  await using target = await openPorts(config);
  const copied = await copyOrders({ from: withPatience(source, former), to: withPatience(target, config), signal });
  print(flags, { ...copied }, () => textOf(copied));
  if (signal.aborted) process.exitCode = 1;
}

const textOf = ({ orders, told, erasures, before }: OrdersCopied): string =>
  `${orders} orders, what the log was told of ${told}, erasures of ${erasures} partitions; ${before} of these documents were there before`;
