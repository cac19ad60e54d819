/** Scores as documents: collection `scores`, one for each user, those of the run before replaced or removed. */
import type { Documents, DocumentWrite, JsonObject } from '../../../documents/port.ts';
import type { Millis } from '../../../stream/time.ts';
import type { Offset } from '../../../transport/port.ts';
import { partitionOf } from '../../../transport/partitioner.ts';
import { ratings } from '../../../../topologies/streams.ts';
import { ownVersion } from '../../domain/own-version.ts';
import { tenantOf } from '../../domain/tenant.ts';
import type { PublishedModel } from '../export/published.ts';
import type { UserScores } from './lists.ts';
import { documentsOf } from './users.ts';

const collection = 'scores';
const task = 'score';
/** Removals that are written at once. */
const atOnce = 500;

export class ScoreDocuments {
  readonly #documents: Pick<Documents, 'write' | 'list'>;
  readonly #run: Millis;
  readonly #model: PublishedModel['version'];
  readonly #learntOf: (userId: string) => Offset;
  #seq = 0;

  /**
   * A later run replaces what an earlier one wrote: it is known by when it began.
   * @param partitions of `ratings`
   */
  constructor(
    documents: Pick<Documents, 'write' | 'list'>,
    run: Millis,
    { version, partitions }: Pick<PublishedModel, 'version'> & { readonly partitions: number },
  ) {
    this.#documents = documents;
    this.#run = run;
    this.#model = version;
    this.#learntOf = learntOf(version, partitions);
  }

  async write(lists: readonly UserScores[]): Promise<void> {
    const writes = lists.map(({ userId, reason, generation, items }) => {
      const tenant = tenantOf(userId);
      const { number, time } = ownVersion(this.#model, tenant);
      const learnt = this.#learntOf(userId);
      const said = { userId, reason, generation, number, time, learnt, items: items.map(item => ({ ...item })) };
      return this.#write(userId, tenant === '' ? said : { ...said, tenant });
    });
    await this.#documents.write(writes);
  }

  /** Removes what earlier runs left of users whom this one did not meet: somebody erased has no list. Of one tenant, where it is named. */
  async removeOthers(tenant?: string): Promise<void> {
    let others: DocumentWrite[] = [];
    for await (const { id, version } of documentsOf(this.#documents, collection)) {
      if (version === null || version.epoch >= this.#run) continue;
      if (tenant !== undefined && tenantOf(id) !== tenant) continue;
      others.push(this.#write(id, null));
      if (others.length < atOnce) continue;
      await this.#documents.write(others);
      others = [];
    }
    if (others.length > 0) await this.#documents.write(others);
  }

  #write(userId: string, body: JsonObject | null): DocumentWrite {
    const version = { lineage: 0, epoch: this.#run, seq: this.#seq++ };
    return { collection, partition: userId, id: userId, task, version, body };
  }
}

/** Where the events of a user ended that the model had learnt, in their partition of `ratings`: whoever erases later than that is still in the list. */
function learntOf({ learnt }: PublishedModel['version'], partitions: number): (userId: string) => Offset {
  const ends = new Map(
    learnt.flatMap(({ stream, partition, end }) => (stream === ratings.name ? [[partition, end]] : [])),
  );
  return userId => ends.get(partitionOf(userId, partitions)) ?? 0;
}
