/** The library's client, as the adapter uses it. */
import { CosmosClient } from '@azure/cosmos';
import type { TokenCredential } from '@azure/identity';
import type { Millis } from '../../stream/time.ts';
import type { Charges } from './charges.ts';
import { InvalidCosmosSettings } from './failures.ts';
import { meteredClient } from './http.ts';

export interface CosmosAccount {
  /** Such as `https://ACCOUNT.documents.azure.com`. */
  readonly endpoint: string;
  /** Where absent the identity of the process signs in (Entra ID, DefaultAzureCredential). */
  readonly key?: string | undefined;
  /** How long one request may take. */
  readonly timeoutMs: Millis;
}

/** Requests under way at once; more wait. */
const mostUnderWay = 64;

/**
 * Waits and repetitions are ours: of the library's own some last for minutes, and none covers a write. The account's
 * own name leads to its writing region, so that no other regions are looked for. Sessions are kept by the library:
 * who has written or read something never sees anything older.
 */
export async function openClient({ endpoint, key, timeoutMs }: CosmosAccount, charges: Charges): Promise<CosmosClient> {
  return new CosmosClient({
    endpoint,
    ...(key === undefined ? { aadCredentials: await identity(endpoint) } : { key }),
    consistencyLevel: 'Session',
    httpClient: meteredClient(charges, mostUnderWay),
    userAgentSuffix: 'millrace',
    connectionPolicy: {
      requestTimeout: timeoutMs,
      enableEndpointDiscovery: false,
      enableBackgroundEndpointRefreshing: false,
      retryOptions: { maxRetryAttemptCount: 0, fixedRetryIntervalInMilliseconds: 0, maxWaitTimeInSeconds: 0 },
    },
  });
}

async function identity(endpoint: string): Promise<TokenCredential> {
  if (!endpoint.startsWith('https:'))
    throw new InvalidCosmosSettings(
      'Entra ID signs in over https only',
      'Begin cosmos.endpoint with https://, or give cosmos.key',
    );
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new DefaultAzureCredential();
}
