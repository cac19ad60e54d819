/** The documents as one tenant sees them: its own, by its own ids; there is no way from here to those of another. */
import type { Changes, DocumentKey, Documents, Json, JsonObject, StoredDocument } from '../../documents/port.ts';
import { plainOf, scoped, tenantOf } from '../domain/tenant.ts';
import { UnreadableDocument } from './errors.ts';

/** What the API asks of documents. */
export type ReadDocuments = Pick<Documents, 'get' | 'text' | 'isCurrent' | 'changes' | 'feedEnd' | 'list'>;

/** Collections whose documents go by the id of their user or item; in the others an id says no more than which of a few. */
const ownIds: ReadonlySet<string> = new Set([
  'recommendations',
  'scores',
  'profiles',
  'userVectors',
  'items',
  'itemVectors',
]);

export class TenantDocuments implements ReadDocuments {
  readonly #documents: ReadDocuments;
  readonly #tenant: string;
  /** Of whoever is of no tenant: in what a tenant reads, ids have to be told as it knows them, one by one. */
  readonly text: ReadDocuments['text'];

  constructor(documents: ReadDocuments, tenant: string) {
    this.#documents = documents;
    this.#tenant = tenant;
    const { text } = documents;
    if (tenant === '' && text !== undefined) this.text = key => text(this.#scoped(key));
  }

  async get(key: DocumentKey): Promise<StoredDocument | undefined> {
    const document = await this.#documents.get(this.#scoped(key));
    return document && this.#own(document);
  }

  isCurrent(key: DocumentKey, etag: string): Promise<boolean> {
    return this.#documents.isCurrent(this.#scoped(key), etag);
  }

  /** Of one partition: a tenant has no collection to itself. */
  async list({ collection, partition, after, limit }: Parameters<Documents['list']>[0]) {
    if (partition === undefined) throw new TypeError(`Name the partition of ${collection} that a tenant looks at`);
    const at = this.#scoped({ collection, partition, id: '' }).partition;
    const from = after && this.#scoped({ collection, partition, id: after.id });
    const page = await this.#documents.list({ collection, partition: at, after: from, limit });
    return page.map(document => this.#own(document));
  }

  /**
   * What changed for this tenant; of the changes of others nothing is told but that there may have been some. A document
   * that holds what it must not throws once its body is read, and keeps from nobody what else has changed.
   */
  async changes(...asked: Parameters<Documents['changes']>): Promise<Changes> {
    const page = await this.#documents.changes(...asked);
    const mine = page.documents.filter(({ partition }) => tenantOf(partition) === this.#tenant);
    return { ...page, documents: mine.map(document => this.#ownLazily(document)) };
  }

  feedEnd(collection: string): Promise<string> {
    return this.#documents.feedEnd(collection);
  }

  #scoped({ collection, partition, id }: DocumentKey): DocumentKey {
    return {
      collection,
      partition: scoped(this.#tenant, partition),
      id: ownIds.has(collection) && id !== '' ? scoped(this.#tenant, id) : id,
    };
  }

  #own(document: StoredDocument): StoredDocument {
    if (tenantOf(document.partition) !== this.#tenant) throw foreign(document);
    return this.#tenant === '' ? document : { ...this.#named(document), body: this.#bodyOf(document) };
  }

  #ownLazily(document: StoredDocument): StoredDocument {
    if (this.#tenant === '') return document;
    const body = (): JsonObject => this.#bodyOf(document);
    return {
      ...this.#named(document),
      get body() {
        return body();
      },
    };
  }

  #named({ collection, partition, id, etag, version }: StoredDocument): Omit<StoredDocument, 'body'> {
    return { collection, partition: plainOf(partition), id: plainOf(id), etag, version };
  }

  #bodyOf(document: StoredDocument): JsonObject {
    this.#plain(document.id, document); // one of another tenant is told of here
    return this.#plainObject(document.body, document);
  }

  #plainObject(body: JsonObject, document: DocumentKey): JsonObject {
    return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, this.#plainJson(value, document)]));
  }

  #plainJson(value: Json, document: DocumentKey): Json {
    if (typeof value === 'string') return this.#plain(value, document);
    if (typeof value !== 'object' || value === null) return value;
    if (isArray(value)) return value.map(entry => this.#plainJson(entry, document));
    return this.#plainObject(value, document);
  }

  /** Ids of this tenant are told as it knows them; one of another means that something went wrong before. */
  #plain(text: string, document: DocumentKey): string {
    const tenant = tenantOf(text);
    if (tenant === '') return text;
    if (tenant !== this.#tenant) throw foreign(document);
    return plainOf(text);
  }
}

const isArray = (value: JsonObject | readonly Json[]): value is readonly Json[] => Array.isArray(value);

const foreign = ({ collection }: DocumentKey): UnreadableDocument =>
  new UnreadableDocument(
    `A document of ${collection} holds ids of another tenant`,
    'Let its topology write it anew with `millrace replay`, and report this: it should not be',
  );
