import type { Config } from './config.ts';
import { InvalidConfiguration } from './config-errors.ts';

/** What the blob adapter is opened with. @throws {InvalidConfiguration} where it is not said which container */
export function blobOptions(settings: Config['blob'] | undefined) {
  const { url, connectionString, container = '', prefix = '', createContainer = false } = settings ?? {};
  if (url !== undefined && connectionString !== undefined) throw which('both are given');
  if (url !== undefined) return { place: { url }, prefix, createContainer };
  if (connectionString !== undefined) return { place: { connectionString, container }, prefix, createContainer };
  throw which('neither is given');
}

const which = (what: string): InvalidConfiguration =>
  new InvalidConfiguration(
    `snapshots: blob needs blob.url or blob.connectionString, and ${what}`,
    'Name the container with MILLRACE_BLOB_URL, or the account with MILLRACE_BLOB_CONNECTION_STRING',
  );
