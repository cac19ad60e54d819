/** `millrace users scrub`: what it needs, what it refuses, and what it says. */
import { type Files, openFiles, type Ports } from '../app/compose.ts';
import type { PortSettings } from '../app/port-settings.ts';
import { keptUntil } from '../recommender/api/erasures.ts';
import { ScrubRefused } from '../recommender/jobs/scrub/errors.ts';
import { scrub as scrubStores, type Scrubbed } from '../recommender/jobs/scrub/scrub.ts';
import { original } from '../replay/namespace.ts';
import { Namespaces } from '../replay/namespaces.ts';
import { openExisting } from './application.ts';
import { type ConfigFlags, configurationOf, portFlags } from './flags.ts';
import { type OutputFlags, print, table } from './output.ts';

export const scrubHelp = `
An erasure is learnt by the model while tasks run, and leaves records in the log, entries of state, snapshots, files of
generations and rows of removed documents until then. This takes them out, for everybody whose erasure was learnt: records
keep their place and lose what they say, so all that stands in the log goes on as it was, and a replay meets nobody who is
gone. Stop start and run first; serve may go on, and waits while a file is rewritten, which takes its room once more.
Stopped in the middle, start it again. A broker and Cosmos DB are no files of this folder: see docs/OPERATIONS.md.`;

export async function scrub(flags: ConfigFlags & OutputFlags): Promise<void> {
  const { config } = configurationOf(flags, portFlags);
  await using ports = await openExisting(config);
  await refuseElsewhere(config, ports);
  using files = openFiles(config);
  const scrubbed = await scrubStores(storesOf(ports, files), {
    onStep: name => void process.stderr.write(`${wordsOf(name)}\n`),
  });
  print(flags, scrubbed, () => textOf(scrubbed));
}

const storesOf = ({ transport, documents, snapshots, registry, clock }: Ports, { log, purge, state }: Files) => ({
  transport,
  documents,
  snapshots,
  registry,
  clock,
  log,
  purge,
  state,
});

/** @throws {ScrubRefused} where what is to be scrubbed lies in no file of this folder, or several times in it */
export async function refuseElsewhere(
  { transport, documents }: Pick<PortSettings, 'transport' | 'documents'>,
  ports: Pick<Ports, 'documents' | 'clock'> & { readonly transport: Pick<Ports['transport'], 'topics'> },
): Promise<void> {
  if (transport !== 'embedded') {
    const until = await keptUntil(ports.transport, ports.clock.now());
    throw new ScrubRefused(
      `Records of a broker cannot be changed: of whoever is erased now they go ${until === null ? 'never, since a topic keeps them for ever' : `by retention at ${until}`}`,
      'Give the topics a retention (docs/OPERATIONS.md, "What a broker and Cosmos DB keep")',
    );
  }
  if (documents !== 'sqlite')
    throw new ScrubRefused(
      'Documents in Cosmos DB are emptied as they are erased: their keys expire after 30 days, and only its backups hold more, for as long as they are configured to',
      'Nothing is left to do there; an embedded log beside Cosmos DB is scrubbed by nothing but its retention',
    );
  const namespaces = new Namespaces(ports.documents);
  const active = await namespaces.active();
  if (active !== original)
    throw new ScrubRefused(
      `The namespace '${active}' of a replay is served, and holds the erased, too`,
      `Switch back (\`millrace replay switch ${original}\`), drop it (\`millrace replay drop ${active}\`), and scrub then; what it changed is replayed anew afterwards`,
    );
  const [other] = await namespaces.all();
  if (other === undefined) return;
  throw new ScrubRefused(
    `The namespace '${other.name}' of a replay holds the erased, too`,
    `Drop it (\`millrace replay drop ${other.name}\`), and replay anew from the log once it is scrubbed`,
  );
}

/** The name of a step as a person says it. */
const wordsOf = (step: string): string => step.replaceAll(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);

function textOf({ users, sessions, waiting, kept, ...counts }: Scrubbed): string {
  const what = `${users} users and ${sessions} sessions are scrubbed`;
  const rows = Object.entries(counts).map(([place, count]) => [
    place.replaceAll(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`),
    String(count),
  ]);
  const later = waiting === 0 ? '' : `\n${waiting} erasures are not learnt yet: run the tasks, and scrub again`;
  const others = Object.entries(kept).map(
    ([collection, many]) => `\n${collection} still hold ${many} of them: the shop keeps these`,
  );
  return `${table(['what', 'how many'], rows)}\n${what}${later}${others.join('')}`;
}
