/** Azure's own emulator, where a Docker engine answers: the contract's other witness. */
import type { DocumentsPlace } from '../../contract/documents.ts';
import { holdsBatchConditions } from './batch-conditions.ts';
import { makeContainers, openDocuments } from './place.ts';

export const emulatorImage = 'mcr.microsoft.com/cosmosdb/linux/azure-cosmos-emulator:vnext-preview';

/** Every emulator has it; it is published with it. */
const key = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';
/** Of the service, and of its probes: it listens before it is ready. */
const [port, probes] = [8_081, 8_080];

export interface Emulator extends AsyncDisposable {
  /** A place for one promise, in a database of its own. */
  place(): Promise<DocumentsPlace>;
  /** Whether its journals can be fenced: some releases ignore etags in batches. */
  readonly holdsFences: boolean;
}

/** Over HTTP, which the library takes and which needs no certificate of the emulator's. */
export async function startEmulator(): Promise<Emulator> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer(emulatorImage)
    .withEnvironment({ PROTOCOL: 'http', ENABLE_EXPLORER: 'false', ENABLE_TELEMETRY: 'false' })
    .withExposedPorts(port, probes)
    .withWaitStrategy(Wait.forHttp('/ready', probes).forStatusCode(200))
    .withStartupTimeout(5 * 60_000)
    .start();
  const at = { endpoint: `http://${container.getHost()}:${container.getMappedPort(port)}`, key };
  let [places, collections] = [0, 0];
  return {
    holdsFences: await holdsBatchConditions(at),
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
