/** Azure's own emulator, where a Docker engine answers: the contract's other witness. */
import type { DocumentsPlace } from '../../contract/documents.ts';
import { makeContainers, openDocuments } from './place.ts';

export const emulatorImage = 'mcr.microsoft.com/cosmosdb/linux/azure-cosmos-emulator:vnext-preview';

/** Every emulator has it; it is published with it. */
const key = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';
const port = 8_081;

export interface Emulator extends AsyncDisposable {
  /** A place for one promise, in a database of its own. */
  place(): Promise<DocumentsPlace>;
}

export async function startEmulator(): Promise<Emulator> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer(emulatorImage)
    .withExposedPorts(port)
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(5 * 60_000)
    .start();
  const at = { endpoint: `http://${container.getHost()}:${container.getMappedPort(port)}`, key };
  let [places, collections] = [0, 0];
  return {
    place: async () => {
      const database = `place-${(places += 1)}`;
      await makeContainers(at, ['journals'], database);
      return {
        connect: () => openDocuments(at, { database }),
        emptyCollection: async () => {
          const name = `collection-${(collections += 1)}`;
          await makeContainers(at, [name], database);
          return name;
        },
        remove: async () => {},
      };
    },
    [Symbol.asyncDispose]: async () => {
      await container.stop();
    },
  };
}
