/** What the Cosmos DB adapter is opened with, from the configuration. */
import { readFileSync } from 'node:fs';
import type { Config } from './config.ts';
import { InvalidConfiguration } from './config-errors.ts';

export interface CosmosPlace {
  readonly endpoint: string;
  readonly key: string | undefined;
  readonly database: string;
  readonly reads: Config['cosmos']['reads'];
  readonly timeoutMs: number;
}

/** @throws {InvalidConfiguration} where it is not said which account, or its key cannot be read */
export function cosmosOptions(settings: Config['cosmos'] | undefined): CosmosPlace {
  if (settings?.endpoint === undefined)
    throw new InvalidConfiguration(
      'documents: cosmos needs cosmos.endpoint, and it is not given',
      'Name the account with MILLRACE_COSMOS_ENDPOINT, and its key with MILLRACE_COSMOS_KEY unless Entra ID signs in',
    );
  const { endpoint, database, reads, timeout_ms: timeoutMs } = settings;
  return { endpoint, key: keyIn(settings), database, reads, timeoutMs };
}

function keyIn({ key, keyFile }: Config['cosmos']): string | undefined {
  if (keyFile === undefined) return key;
  if (key !== undefined)
    throw new InvalidConfiguration('cosmos.key and cosmos.keyFile are both given', 'Leave one of them out');
  try {
    return readFileSync(keyFile, 'utf8').trim();
  } catch (cause) {
    throw new InvalidConfiguration(`cosmos.keyFile: ${keyFile} cannot be read`, 'Name a file that this user may read', {
      cause,
    });
  }
}
