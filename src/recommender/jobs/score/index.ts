/** The n best items of everybody, from the newest published version: to a file, to documents, or both. */
import type { Kernel } from '../../../als/index.ts';
import type { Documents } from '../../../documents/port.ts';
import type { LogPorts } from '../../../stream/log-values.ts';
import type { Millis } from '../../../stream/time.ts';
import type { SeenPolicy } from '../../domain/shelf.ts';
import { ratings } from '../../../../topologies/streams.ts';
import { partitionsIn } from '../../../stream/log-values.ts';
import { ownVersion } from '../../domain/own-version.ts';
import { requireSeen } from '../../published-seen.ts';
import { publishedModel } from '../export/published.ts';
import { ScoreDocuments } from './documents.ts';
import { checkFormat, writeScores } from './file.ts';
import { listsOf, type UserScores } from './lists.ts';

export { UnknownFileFormat, scoreSchema } from './file.ts';
export { NoModel } from '../export/published.ts';

export interface ScoreOptions {
  readonly ports: LogPorts & { readonly documents: Pick<Documents, 'get' | 'isCurrent' | 'list' | 'write'> };
  readonly kernel: Kernel;
  /** Items of a list: 1 to 1,000. */
  readonly n: number;
  /** Whose users; everybody's where absent, and where there are several tenants a CSV then names each user's. */
  readonly tenant?: string | undefined;
  /** What stays out of a user's list: as the topology's lists were made. */
  readonly seen: SeenPolicy;
  /** `.csv` or `.avro`. */
  readonly file?: string | undefined;
  readonly toDocuments: boolean;
  readonly clock: { now(): Millis };
  /** Greater than that of every run before; when it began, where absent. */
  readonly run?: number;
  /** Asked before anything is written: throws where somebody else does it by now. */
  readonly check?: () => void;
  /** Told after each batch. */
  readonly progress?: (users: number) => void;
}

export interface ScoreTotals {
  readonly users: number;
  /** Items that any list holds. */
  readonly items: number;
  /** Lists with items; `popular` of them are of users without a vector. */
  readonly lists: number;
  readonly popular: number;
  readonly seconds: number;
  readonly modelVersion: string;
  readonly file: string | null;
}

/** Holds all vectors, and the histories of a batch of users. @throws {NoModel} @throws {UnknownFileFormat} @throws {OtherSeenPolicy} */
export async function score(options: ScoreOptions): Promise<ScoreTotals> {
  const { ports, file, toDocuments, clock, tenant } = options;
  if (file !== undefined) checkFormat(file);
  const began = clock.now();
  await requireSeen(ports.documents, options.seen);
  const published = await publishedModel(ports);
  const { run = began } = options;
  const documents = toDocuments
    ? new ScoreDocuments(ports.documents, run, {
        ...published,
        partitions: await partitionsIn(ports.transport, ratings.name),
      })
    : undefined;
  const totals = new Totals();
  const lists = passing(listsOf({ ...options, documents: ports.documents, published }), async batch => {
    options.check?.();
    await documents?.write(batch);
    totals.add(batch);
    options.progress?.(totals.users);
  });
  if (file === undefined) for await (const _ of lists);
  else await writeScores(file, lists, tenant === undefined && published.version.tenants.length > 0);
  options.check?.();
  await documents?.removeOthers(tenant);
  const { version } = published;
  const { generation, number } = tenant === undefined ? version : ownVersion(version, tenant);
  const seconds = (clock.now() - began) / 1_000;
  return { ...totals.told, seconds, modelVersion: `${generation}.${number}`, file: file ?? null };
}

/** The same, each shown to `see` first. */
async function* passing<T>(values: AsyncIterable<T>, see: (value: T) => Promise<void>): AsyncGenerator<T> {
  for await (const value of values) {
    await see(value);
    yield value;
  }
}

class Totals {
  users = 0;
  #lists = 0;
  #popular = 0;
  readonly #items = new Set<string>();

  get told(): Pick<ScoreTotals, 'users' | 'items' | 'lists' | 'popular'> {
    return { users: this.users, items: this.#items.size, lists: this.#lists, popular: this.#popular };
  }

  add(batch: readonly UserScores[]): void {
    this.users += batch.length;
    for (const { reason, items } of batch) {
      if (items.length === 0) continue;
      this.#lists++;
      if (reason === 'popular') this.#popular++;
      for (const { itemId } of items) this.#items.add(itemId);
    }
  }
}
