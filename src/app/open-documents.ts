/** Opens, plans and makes the documents in Cosmos DB; loaded only by whoever uses it. */
import { type ContainerDefinition, containerOf, containers, journals } from '../documents/cosmos/containers.ts';
import { type CosmosDocuments, openCosmosDocuments } from '../documents/cosmos/documents.ts';
import { create, definitionOf, type FoundDatabase, inspect } from '../documents/cosmos/provision.ts';
import { ownersCollection } from '../engine/queries/owners.ts';
import type { Clock } from '../engine/clock.ts';
import type { Config } from './config.ts';
import { cosmosOptions } from './cosmos-options.ts';
import { schemasCollection } from './shared-schemas.ts';

type Settings = Partial<Pick<Config, 'cosmos'>>;

export const openInCosmos = ({ cosmos }: Settings, clock: Clock): Promise<CosmosDocuments> =>
  openCosmosDocuments({ ...cosmosOptions(cosmos), clock });

/** What every application needs: the journals of its tasks, the schemas of its records, and what replays have made. */
const always = [journals, ownersCollection, schemasCollection, 'millrace-namespaces'];

/** Those of the recommender where it is one, and those that the application writes, each once. */
export function containersFor(collections: readonly string[], isRecommender: boolean): readonly ContainerDefinition[] {
  const names = new Set([...(isRecommender ? containers.map(({ name }) => name) : always), ...collections]);
  return [...names].map(containerOf);
}

export const inspectCosmos = (
  { cosmos }: Settings,
  wanted: readonly ContainerDefinition[],
  clock: Clock,
): Promise<FoundDatabase> => inspect({ ...cosmosOptions(cosmos), clock }, wanted);

export const createInCosmos = (
  { cosmos }: Pick<Config, 'cosmos'>,
  wanted: readonly ContainerDefinition[],
  clock: Clock,
): Promise<readonly string[]> => create({ ...cosmosOptions(cosmos), clock }, wanted, cosmos.throughput);

export const asDefinition = definitionOf;
