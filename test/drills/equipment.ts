/** On which adapters a drill is done, and what is lost when their disks or accounts are. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CosmosClient } from '@azure/cosmos';
import { startAzurite } from '../support/azurite.ts';
import { startFixtureProcess } from '../support/cosmos/process.ts';
import { KafkaBroker } from '../support/kafka/broker.ts';
import type { Environment } from './life.ts';

export interface Choice {
  readonly transport: 'embedded' | 'kafka';
  readonly documents: 'sqlite' | 'cosmos';
  readonly snapshots: 'directory' | 'blob';
}

export const embedded: Choice = { transport: 'embedded', documents: 'sqlite', snapshots: 'directory' };

export interface Equipment extends AsyncDisposable {
  readonly choice: Choice;
  /** Settings that lead commands of the deployment in this folder to it. */
  environmentOf(data: string): Environment;
  /** Once more, for a copy of the folder, what lies beside it. @throws where that cannot be copied */
  copy(from: string, to: string): Promise<void>;
  /** Removes all documents, journals among them, as somebody who deletes the file or the database. */
  loseDocuments(data: string): Promise<void>;
  /** Removes the local checkpoints. */
  loseState(data: string): void;
  /** Removes all snapshots, generations among them. */
  loseSnapshots(data: string): Promise<void>;
}

/** Files of SQLite, with what belongs to them. */
function removeDatabase(folder: string, name: string): void {
  const parts = readdirSync(folder).filter(file => file.startsWith(`${name}.db`));
  if (parts.length === 0) throw new Error(`There is no ${name}.db in ${folder} that could be lost`);
  for (const file of parts) rmSync(join(folder, file));
}

/** Starts what the choice needs beside the folder: a broker, an account, a store of blobs, each on loopback. */
export async function equip(choice: Choice): Promise<Equipment> {
  await using stack = new AsyncDisposableStack();
  const log = choice.transport === 'kafka' ? await broker(stack) : folder;
  const documents = choice.documents === 'cosmos' ? await cosmos(stack) : sqlite;
  const snapshots = choice.snapshots === 'blob' ? await blob(stack) : directory;
  const opened = stack.move();
  return {
    choice,
    environmentOf: data => ({
      ...log.environmentOf(data),
      ...documents.environmentOf(data),
      ...snapshots.environmentOf(data),
    }),
    async copy(from, to) {
      for (const part of [log, documents, snapshots]) await part.copy(from, to);
    },
    loseDocuments: data => documents.lose(data),
    loseState: data => removeDatabase(data, 'state'),
    loseSnapshots: data => snapshots.lose(data),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

interface Beside {
  environmentOf(data: string): Environment;
  copy(from: string, to: string): Promise<void>;
}

interface Part extends Beside {
  lose(data: string): Promise<void>;
}

/** What lies in the folder is copied with it. */
const folder: Beside = { environmentOf: () => ({}), copy: async () => {} };

const sqlite: Part = { ...folder, lose: async data => removeDatabase(data, 'documents') };

const directory: Part = { ...folder, lose: async data => rmSync(join(data, 'snapshots'), { recursive: true }) };

const copiesNothing = async (): Promise<void> => {
  throw new Error('A broker and an account of documents are not copied: this drill is not for them');
};

async function broker(stack: AsyncDisposableStack): Promise<Beside> {
  const kafka = stack.use(await KafkaBroker.start());
  const environment = { MILLRACE_TRANSPORT: 'kafka', MILLRACE_KAFKA_BROKERS: kafka.brokers().join(',') };
  return { environmentOf: () => environment, copy: copiesNothing };
}

const database = 'drill';

async function cosmos(stack: AsyncDisposableStack): Promise<Part> {
  const { endpoint, key } = stack.use(await startFixtureProcess());
  return {
    environmentOf: () => ({
      MILLRACE_DOCUMENTS: 'cosmos',
      MILLRACE_COSMOS_ENDPOINT: endpoint,
      MILLRACE_COSMOS_KEY: key,
      MILLRACE_COSMOS_DATABASE: database,
    }),
    copy: copiesNothing,
    async lose() {
      const client = new CosmosClient({ endpoint, key, connectionPolicy: { enableEndpointDiscovery: false } });
      const { resources } = await client.database(database).containers.readAll().fetchAll();
      for (const { id } of resources) await client.database(database).container(id).delete();
      client.dispose();
    },
  };
}

/** Each deployment has a prefix of its own in the one container. */
async function blob(stack: AsyncDisposableStack): Promise<Part> {
  const { connectionString } = stack.use(await startAzurite());
  const { openBlobSnapshots } = await import('../../src/snapshots/blob/snapshots.ts');
  const opened = (data: string) => {
    const place = { connectionString, container: 'millrace' };
    return openBlobSnapshots({ place, prefix: basename(data), createContainer: false });
  };
  return {
    environmentOf: data => ({
      MILLRACE_SNAPSHOTS: 'blob',
      MILLRACE_BLOB_CONNECTION_STRING: connectionString,
      MILLRACE_BLOB_CREATE_CONTAINER: 'true',
      MILLRACE_BLOB_PREFIX: basename(data),
    }),
    async copy(from, to) {
      const [source, target] = [await opened(from), await opened(to)];
      for (const name of await source.list('')) await target.put(name, source.get(name));
      for (const store of [source, target]) await store.close();
    },
    async lose(data) {
      const all = await opened(data);
      const names = await all.list('');
      if (names.length === 0) throw new Error('There are no snapshots that could be lost');
      for (const name of names) await all.remove(name);
      await all.close();
    },
  };
}

/** A folder that is removed with the drill, unless it is to be looked at. */
export const newFolder = (drill: string): string => mkdtempSync(join(tmpdir(), `millrace-drill-${drill}-`));
