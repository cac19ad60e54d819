/**
 * For programs beside the engine: they send what happens, and read what is served.
 *
 *     await using client = await openClient({ data: '.millrace' });
 *     await client.send(ratings, [{ item: 'heat', stars: 5, ratedAt: Date.now() }]);
 *     console.log(await client.document('items', 'heat'));
 */
import { isBegun, openEmbedded, openPorts, type Ports } from './app/compose.ts';
import { portSettings } from './app/port-settings.ts';
import type { CosmosSettings } from './documents/cosmos/settings.ts';
import type { JsonObject } from './documents/port.ts';
import { pull, type PullOptions, type PullSource } from './engine/pulling.ts';
import { MillraceError } from './errors.ts';
import { activeHeader } from './operations/tracing/context.ts';
import { OutsideWriter } from './stream/outside-writer.ts';
import type { SchemaSettings } from './stream/schema-settings.ts';
import { shareOnce } from './stream/share-once.ts';
import type { Stream } from './stream/stream.ts';
import type { KafkaSettings } from './transport/kafka/settings.ts';

export type { CosmosSettings } from './documents/cosmos/settings.ts';
export type { JsonObject } from './documents/port.ts';
export type { AzureSchemaSettings, ConfluentSettings, SchemaSettings } from './stream/schema-settings.ts';
export type { KafkaSettings, SaslSettings, TlsSettings } from './transport/kafka/settings.ts';

export type { PulledValues, PullOptions, PullSource } from './engine/pulling.ts';
export type { OnWait } from './engine/retry.ts';

/** Where the log and the documents are: what `millrace run` is told in its configuration (docs/CONFIGURATION.md). */
export interface ClientOptions {
  /** The folder that `millrace run --data` works in: what is not elsewhere is there. */
  readonly data: string;
  /** Where the log is at brokers: the settings of `kafka`. */
  readonly kafka?: Partial<KafkaSettings>;
  /** How values at brokers name their schemas: the settings of `schemas`. */
  readonly schemas?: SchemaSettings;
  /**
   * Where the documents are in Azure Cosmos DB: the settings of `cosmos`. Through them machines also know each other's
   * schemas, so that a client may send what an engine of another release reads.
   */
  readonly cosmos?: Partial<CosmosSettings>;
}

/** No topology ever ran in the folder: it has no streams yet. */
export class NothingThere extends MillraceError {
  readonly code = 'NOTHING_THERE';
}

/** A served document, as it was when it was read. */
export interface ClientDocument {
  readonly id: string;
  readonly partition: string;
  readonly body: JsonObject;
}

/** Any number of clients and engines, in any number of processes, may have the same folder open. */
export interface Client extends AsyncDisposable {
  /**
   * Appends values to a stream, each in the partition of its key; durable when it resolves. Holds back a bounded
   * number, so the values may come for ever. Validity is for the stream's readers to judge. Throws `EncodingFailed` for
   * a value that does not fit the schema, `RecordTooLarge`, and `UnknownTopic` where no topology has read or written
   * the stream yet; some of the values before may be in the log then. Whoever tries again may send twice: give events
   * an id and drop repetitions with `task.distinct`. Where the program traces itself by OpenTelemetry, each value goes on
   * with the trace that it is sent in.
   */
  send<T>(stream: Stream<T>, values: Iterable<T> | AsyncIterable<T>): Promise<void>;
  /**
   * Sends what a source of your own has, from where it was left off, until the signal aborts; then what is under way is
   * finished. Nothing of the source is left out; what was sent before a crash may be sent twice.
   */
  pull<T, P>(stream: Stream<T>, source: PullSource<T, P>, options: PullOptions<P>): Promise<void>;
  /** The body of a document as it is now; undefined where there is none. */
  document(collection: string, id: string, partition?: string): Promise<JsonObject | undefined>;
  /** All documents of a collection, by partition and id, page by page. */
  documents(collection: string): AsyncIterable<ClientDocument>;
}

const page = 1_000;

/**
 * Opens a client of the log in the folder, or of the one at the brokers, and of the documents beside it.
 * @throws {NothingThere} {InvalidConfiguration}
 */
export async function openClient({ data, kafka, schemas, cosmos }: ClientOptions): Promise<Client> {
  if (kafka === undefined && !isBegun({ data }))
    throw new NothingThere(`There is no log in ${data}`, 'Name the folder of --data, or begin it with `millrace run`');
  if (kafka === undefined && schemas === undefined && cosmos === undefined) return clientOf(await openEmbedded(data));
  const { configuredBy } = await import('./app/configured-by.ts'); // nobody else needs the configuration's code
  const elsewhere = {
    ...(kafka === undefined ? {} : { transport: 'kafka', kafka }),
    ...(schemas === undefined ? {} : { schemas }),
    ...(cosmos === undefined ? {} : { documents: 'cosmos', cosmos }),
  };
  return clientOf(await openPorts(portSettings(configuredBy('openClient', { data, ...elsewhere }))));
}

const clientOf = (ports: Ports): Client => ({
  async send(stream, values) {
    // Who reads with another version of the schema asks the registry for this one.
    await shareOnce(ports.registry, stream.schema.definition);
    const writer = await OutsideWriter.open(ports.transport, stream, ports.clock, activeHeader);
    for await (const value of values) await writer.write(value);
    await writer.flush();
  },
  pull: (stream, source, options) => pull(ports, stream, source, options),
  async document(collection, id, partition = id) {
    return (await ports.documents.get({ collection, partition, id }))?.body;
  },
  async *documents(collection) {
    for (let after: ClientDocument | undefined; ;) {
      const found = await ports.documents.list({ collection, after, limit: page });
      for (const { id, partition, body } of found) yield { id, partition, body };
      after = found.at(-1);
      if (found.length < page) return;
    }
  },
  [Symbol.asyncDispose]: () => ports[Symbol.asyncDispose](),
});
