/** What there is to recommend before anybody brings data: the bundled films, and where they are not shipped invented ones. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ratings } from '../../topologies/streams.ts';
import type { Ports } from '../app/compose.ts';
import { chancesOf, generate, inventedIds, knownSoFar } from '../recommender/jobs/generate/index.ts';
import { importBundled, type Imported, importInvented } from '../recommender/jobs/import/index.ts';
import type { Transport } from '../transport/port.ts';

/** The folder of the repository; the published package has none, since the terms of the data forbid commercial use. */
const bundled = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../data' : '../../../data', import.meta.url),
);

interface Loading {
  readonly ports: Ports;
  /** '' where absent. */
  readonly tenant?: string | undefined;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Told what is done; on standard error where absent. */
  readonly say?: ((what: string) => void) | undefined;
}

/** Loads a data set where the log holds no rating, of a tenant none of its own, and answers what it has loaded. */
export async function loadWhereEmpty({
  ports,
  tenant,
  seed,
  signal,
  say = sayPlainly,
}: Loading): Promise<Imported | undefined> {
  if (await hasRatings({ ports, tenant, signal })) return undefined;
  if (existsSync(join(bundled, 'ratings.avro'))) {
    const loaded = await importBundled({ directory: bundled, ports, tenant, signal });
    say(`loaded ${loaded.ratings} ratings of ${loaded.items} items`);
    return loaded;
  }
  const invented = await importInvented({ seed, ports, tenant, signal });
  say(
    `invented ${invented.ratings} ratings of ${invented.items} films that do not exist (seed ${seed}), since the package ships no data; your own: millrace import --help`,
  );
  return invented;
}

interface Live extends Loading {
  /** Ratings a second; as fast as the log takes them where it is Infinity. */
  readonly rate: number;
  /** Endless where absent. */
  readonly count?: number | undefined;
}

/** Ratings as they might be, by whom the log knows; the seed invents films and users where it knows none. Answers how many. */
export async function generateLive({
  ports,
  tenant,
  seed,
  signal,
  rate,
  count,
  say = sayPlainly,
}: Live): Promise<number> {
  const { transport } = ports;
  const logged = await knownSoFar(transport, signal, tenant);
  const nobody = logged.items.length === 0 && logged.users.length === 0; // else films would mix with somebody's own
  if (nobody && !signal.aborted) {
    const { items } = await importInvented({ seed, history: false, ports, tenant, signal });
    say(`invented ${items} films that do not exist (seed ${seed}), since the log holds none`);
  }
  if (signal.aborted) return 0;
  const invented = inventedIds(seed);
  const known = {
    users: logged.users.length === 0 ? invented.users : logged.users,
    items: nobody ? invented.items : logged.items,
  };
  // A second run goes on with other ratings than the first: what the log holds by then is part of its chances.
  const random = chancesOf(seed, 'live', await recordsIn(transport, ratings.name));
  return generate({ ports, tenant, known, random, rate, count, signal });
}

/** The same beside a server, which goes on where nobody has rated anything that could be rated again. */
export async function generateBeside(live: Live): Promise<void> {
  const { items } = await knownSoFar(live.ports.transport, live.signal, live.tenant);
  if (items.length > 0) await generateLive(live);
  else if (!live.signal.aborted) (live.say ?? sayPlainly)('nothing is generated: the log holds no items yet');
}

/** Whoever has only one tenant has all that there is. */
async function hasRatings({
  ports: { transport },
  tenant = '',
  signal,
}: Omit<Loading, 'seed' | 'say'>): Promise<boolean> {
  if (tenant === '') return (await recordsIn(transport, ratings.name)) > 0;
  return (await knownSoFar(transport, signal, tenant)).users.length > 0;
}

async function recordsIn(transport: Transport, topic: string): Promise<number> {
  const partitions = await transport.partitions(topic);
  const bounds = await Promise.all(
    Array.from({ length: partitions }, (_, partition) => transport.bounds({ topic, partition })),
  );
  return bounds.reduce((sum, { end }) => sum + end, 0);
}

const sayPlainly = (what: string): void => {
  process.stderr.write(`${what}\n`);
};
