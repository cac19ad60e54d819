import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import type { Ports } from '../../app/compose.ts';
import { ErasureReceipts, type Receipt } from '../../recommender/api/erasure-receipts.ts';
import { type Erasure, erasedWithin, type ErasurePorts, requestErasure } from '../../recommender/api/erasures.ts';
import { type OrderChoice, orderChoices } from '../../recommender/api/erased-orders.ts';
import { LearntOffsets } from '../../recommender/api/learnt.ts';
import { Stored } from '../../recommender/api/stored.ts';
import { TenantDocuments } from '../../recommender/api/tenant-documents.ts';
import { isTenant } from '../../recommender/domain/tenant.ts';
import { seconds } from '../../stream/time.ts';
import { openExisting } from '../application.ts';
import { Misuse } from '../errors.ts';
import { atLeastOne, type ConfigFlags, configurationOf, jsonFlag, portFlags, withSettings } from '../flags.ts';
import { type OutputFlags, print, table } from '../output.ts';
import { untilSignalled } from '../serving.ts';
import { scrub, scrubHelp } from '../scrub.ts';

type Flags = ConfigFlags & OutputFlags & { readonly wait?: number | true };
type EraseFlags = Flags & { readonly tenant: string; readonly orders: OrderChoice };

const usualWait_s = 60;

const help = `
It is what DELETE /v2/users/{id} does, and its receipt is that of the servers with the same serving.listKey: nobody else
keeps it, since it would name the user. What is waiting goes by itself while the tasks run; the log keeps its records
until retention removes them, or 'users scrub' has redacted them. An order is the shop's own record, and stays; with
--orders remove those that there are go too, with what was told of them, once a process that runs 'orders' has read of it.`;

/** `millrace users erase` and `receipt`: the API's erasure for who has no API at hand. */
export function addUsers(program: Command): void {
  const parent = program.command('users').description('erase a user, and look up how an erasure stands');
  const add = (name: string, description: string): Command =>
    withSettings(parent.command(name), portFlags)
      .description(description)
      .addOption(
        new Option(
          '--wait [seconds]',
          `so long at most until model and documents have forgotten the user (${usualWait_s})`,
        ).argParser(atLeastOne),
      )
      .addOption(jsonFlag())
      .addHelpText('after', help);
  add('erase', 'erase a user, whether there is one or not, and print the receipt')
    .argument('<id>', 'of the user')
    .option('--tenant <name>', 'the tenant that the user is of, where there are several', '')
    .addOption(
      new Option('--orders <choice>', 'whether the orders that there are stay, or go too')
        .choices(orderChoices)
        .default('keep'),
    )
    .action(erase);
  withSettings(parent.command('scrub'), portFlags)
    .description('take the bytes of all who were erased out of the files of this folder, while no task runs')
    .addOption(jsonFlag())
    .addHelpText('after', scrubHelp)
    .action(scrub);
  add('receipt', 'how an erasure stands').argument('<receipt>', 'as `erase` or the API answered it').action(look);
}

async function erase(id: string, flags: EraseFlags): Promise<void> {
  const { tenant } = flags;
  if (!isTenant(tenant)) throw new Misuse(`'${tenant}' names no tenant`, 'Give lower-case letters, digits and dashes');
  await told(flags, async (erasing, receipts) => {
    const ports = erasing(tenant);
    const about = await requestErasure(ports, id, flags.orders);
    // At once: it is durable by now, and whoever is killed while waiting has nothing else to ask by.
    if (flags.wait !== undefined) process.stderr.write(`receipt ${receipts.seal(about)}\n`);
    return { ports, about };
  });
}

async function look(sealed: string, flags: Flags): Promise<void> {
  await told(flags, async (erasing, receipts) => {
    const about = receipts.open(sealed);
    if (about === undefined)
      throw new Misuse(
        'That is no receipt of a server with this serving.listKey',
        'Give it as it was answered, and set serving.listKey (MILLRACE_SERVING_LIST_KEY) as it was then',
      );
    return { ports: erasing(about.tenant), about };
  });
}

type Erasing = (tenant: string) => ErasurePorts;
interface Asked {
  readonly ports: ErasurePorts;
  readonly about: Receipt;
}

async function told(flags: Flags, ask: (erasing: Erasing, receipts: ErasureReceipts) => Promise<Asked>): Promise<void> {
  const { config } = configurationOf(flags, portFlags);
  const { listKey, formerListKeys } = config.serving;
  if (listKey === undefined)
    throw new Misuse(
      'Without serving.listKey nobody could read a receipt',
      'Set it as the servers have it (MILLRACE_SERVING_LIST_KEY)',
    );
  await using ports = await openExisting(config);
  const learnt = new LearntOffsets({ ...ports, report: tellTrouble });
  using stopped = untilSignalled();
  try {
    const receipts = new ErasureReceipts(listKey, formerListKeys);
    const { ports: erasing, about } = await ask(
      tenant => erasurePortsOf(ports, { tenant, learnt: learnt.of(tenant), receipts }),
      receipts,
    );
    const wait_s = flags.wait === true ? usualWait_s : (flags.wait ?? 0);
    const erasure = await erasedWithin(erasing, about, { wait_ms: seconds(wait_s), signal: stopped.signal });
    print(flags, erasure, () => textOf(erasure));
  } finally {
    await learnt.close();
  }
}

function erasurePortsOf(
  { documents: all, transport, registry, clock }: Ports,
  { tenant, ...parts }: { readonly tenant: string } & Pick<ErasurePorts, 'learnt' | 'receipts'>,
): ErasurePorts {
  const documents = new TenantDocuments(all, tenant);
  const ratings = { transport, registry, clock, newEventId: randomUUID, tenant };
  return { ...parts, ratings, stored: new Stored(documents), documents, scrubs: all, shop: all, clock, transport };
}

const tellTrouble = (error: unknown): void => {
  process.stderr.write(`model-versions: ${error instanceof Error ? error.message : String(error)}\n`);
};

function textOf({ id, requestedAt, model, generation, documents, orders, log, bytes }: Erasure): string {
  const rows = [
    ['model', model.state, model.modelVersion === null ? '' : `since version ${model.modelVersion}`],
    ['generation', generation.state, ''],
    ['documents', documents.state, documents.collections.join(' ')],
    ['orders', orders.state, orders.collections.join(' ')],
    ['log', log.state, log.state === 'gone' ? '' : log.until === null ? 'without limit of time' : `until ${log.until}`],
    ['bytes', bytes.state, bytes.places.join(' ')],
  ];
  return `${table(['place', 'state', 'what'], rows)}\nasked at ${requestedAt}; receipt ${id}`;
}
