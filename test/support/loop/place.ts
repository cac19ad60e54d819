/** Where the loop from orders to lists runs in a test: the log in a folder, the documents there or in a Cosmos DB. */
import { openEmbedded, type Ports } from '../../../src/app/compose.ts';
import { openDocuments } from '../cosmos/place.ts';

export interface LoopPlace {
  readonly data: string;
  /** What the API takes for the time; that of the machine where absent. */
  readonly now?: number;
  /** How long a range waits for a worker that says nothing: a second where absent, for tests that kill. */
  readonly leaseFor?: number;
  /** Absent where the documents are in the folder too. */
  readonly cosmos?: { readonly endpoint: string; readonly key: string; readonly timeoutMs?: number };
}

export async function openLoop({ data, cosmos }: LoopPlace): Promise<Ports> {
  const ports = await openEmbedded(data);
  if (cosmos === undefined) return ports;
  const { timeoutMs = 10_000 } = cosmos;
  const documents = await openDocuments(cosmos, { timeoutMs });
  return {
    ...ports,
    documents,
    [Symbol.asyncDispose]: async () => {
      await documents.close();
      await ports[Symbol.asyncDispose]();
    },
  };
}
