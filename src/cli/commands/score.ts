import { hostname } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { openKernel } from '../../als/index.ts';
import { alone } from '../../recommender/jobs/alone.ts';
import { score, type ScoreTotals } from '../../recommender/jobs/score/index.ts';
import { openExisting } from '../application.ts';
import { CommandFailed, Misuse } from '../errors.ts';
import {
  atLeastOne,
  type ConfigFlags,
  configurationOf,
  jsonFlag,
  portFlags,
  tenantFlag,
  type TenantFlags,
  withSettings,
} from '../flags.ts';
import { type OutputFlags, print } from '../output.ts';
import { untilSignalled } from '../serving.ts';

interface Flags extends ConfigFlags, OutputFlags, TenantFlags {
  readonly n: number;
  readonly threads: number;
  readonly out?: string;
  readonly toDocuments?: true;
  readonly wait?: true;
}

const mostItems = 1_000;
const mostThreads = 64;

const help = `
A file that ends with .csv has a header, userId,itemId,rank,score, and one line for each item of each list; one that ends
with .avro has the same with the list's reason and tenant, in records of millrace.Score. It is replaced as a whole, or
left alone. Ids are those that a tenant knows; where there are several, a CSV of everybody has a last column, tenant.
With --to-documents each user has a document in the collection 'scores', of which those of earlier runs are removed.

All lists are of one model version, the newest that was published. What a user has seen by the setting lists.seen, as
far as the published histories tell, is in none. A user without a vector gets what is popular.

One process at a time does it, also where it was started on another machine; the stream goes on meanwhile.`;

/** `millrace score`: top-N for everybody. */
export function addScore(program: Command): void {
  withSettings(program.command('score'), portFlags)
    .description('top-N for every user, to a file and to documents')
    .addOption(new Option('--n <count>', `items of a list: 1 to ${mostItems}`).argParser(upTo(mostItems)).default(10))
    .addOption(new Option('--out <file>', 'file to write: .csv or .avro'))
    .addOption(new Option('--to-documents', 'write a document for each user, too'))
    .addOption(tenantFlag('whose users; everybody of all tenants where absent'))
    .addOption(new Option('--threads <count>', 'threads that score').argParser(upTo(mostThreads)).default(1))
    .addOption(new Option('--wait', 'until another process that scores has ended; else that is an error'))
    .addOption(jsonFlag())
    .addHelpText('after', help)
    .action(scoreAll);
}

function upTo(most: number): (text: string) => number {
  return text => {
    const value = atLeastOne(text);
    if (value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number of 1 to ${most}.`);
  };
}

async function scoreAll(flags: Flags): Promise<void> {
  const { n, out: file, toDocuments = false, threads } = flags;
  if (file === undefined && !toDocuments)
    throw new Misuse('It is not said where the lists go', 'Give --out FILE, --to-documents, or both');
  const { config } = configurationOf(flags, portFlags);
  await using ports = await openExisting(config);
  using kernel = openKernel({ threads });
  const progress = (users: number): void => void process.stderr.write(`${users} users scored\n`);
  const asked = { n, seen: config.lists.seen, file, toDocuments, tenant: flags.tenant };
  const owner = `${hostname()}:${process.pid}`;
  using stopped = untilSignalled();
  const turn = {
    documents: ports.documents,
    clock: ports.clock,
    owner,
    wait: flags.wait === true,
    signal: stopped.signal,
  };
  const totals = await alone('score', turn, ({ fence: run, check }) =>
    score({
      ...asked,
      ports,
      kernel,
      clock: Date,
      progress,
      run,
      check: () => {
        check();
        if (stopped.signal.aborted) throw new CommandFailed('score', 'it was stopped');
      },
    }),
  );
  print(flags, totals, () => textOf(totals));
}

function textOf({ users, items, lists, popular, seconds, modelVersion, file }: ScoreTotals): string {
  const where = file === null ? 'documents' : file;
  const told = `${lists} lists with ${items} items for ${users} users, ${popular} of them popular items`;
  return `${told}, of model ${modelVersion} in ${seconds.toFixed(1)} s: ${where}`;
}
