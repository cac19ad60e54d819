import { BlobServiceClient, ContainerClient } from '@azure/storage-blob';
import { InvalidBlobSettings } from './failures.ts';
import { retryOptions } from './limits.ts';

/** Where the container is: a URL of its own, or its name in the account of a connection string. */
export type BlobPlace = { readonly url: string } | { readonly connectionString: string; readonly container: string };

const options = { retryOptions };

/** A client of the container; nothing is asked of the service yet. */
export async function containerAt(place: BlobPlace): Promise<ContainerClient> {
  if ('url' in place) return containerOf(place.url);
  return accountOf(place.connectionString).getContainerClient(place.container);
}

/** A URL with a signature has its key in it; any other one is opened with the identity of the process. */
async function containerOf(text: string): Promise<ContainerClient> {
  const url = urlOf(text);
  if (url.searchParams.has('sig')) return new ContainerClient(text, undefined, options);
  if (url.protocol !== 'https:')
    throw new InvalidBlobSettings('Entra ID signs in over https only', 'Begin the URL of the container with https://');
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new ContainerClient(text, new DefaultAzureCredential(), options);
}

function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^\/[^/]+(\/[^/]+)?$/.test(url.pathname)) return url;
  throw new InvalidBlobSettings(
    'What is given is no URL of a container',
    'Give one such as https://ACCOUNT.blob.core.windows.net/CONTAINER',
  );
}

/** The library's own error is not passed on: it may quote what it could not read. */
function accountOf(connectionString: string): BlobServiceClient {
  try {
    return BlobServiceClient.fromConnectionString(connectionString, options);
  } catch {
    throw new InvalidBlobSettings(
      'The connection string of Blob Storage cannot be read',
      "Copy it as the portal shows it: 'DefaultEndpointsProtocol=https;AccountName=…;AccountKey=…'",
    );
  }
}
