/** Scores as documents: collection `scores`, one for each user, those of the run before replaced or removed. */
import type { Documents, DocumentWrite, JsonObject } from '../../../documents/port.ts';
import type { Millis } from '../../../stream/time.ts';
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
  #seq = 0;

  /** A later run replaces what an earlier one wrote: it is known by when it began. */
  constructor(documents: Pick<Documents, 'write' | 'list'>, run: Millis, { version }: PublishedModel) {
    this.#documents = documents;
    this.#run = run;
    this.#model = version;
  }

  async write(lists: readonly UserScores[]): Promise<void> {
    const writes = lists.map(({ userId, reason, generation, items }) => {
      const tenant = tenantOf(userId);
      const { number, time } = ownVersion(this.#model, tenant);
      const said = { userId, reason, generation, number, time, items: items.map(item => ({ ...item })) };
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
