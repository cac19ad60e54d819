/** The schema registry of an Event Hubs namespace (data plane, 2022-10), asked as an identity of Entra ID. */
import { parseDefinition } from './avro.ts';
import { BoundedMap } from './bounded-map.ts';
import type { AvroDefinition } from './definition.ts';
import { askRegistry, unexpected } from './registry-http.ts';

export interface AzureOptions {
  /** `https://NAMESPACE.servicebus.windows.net`. */
  readonly url: string;
  /** The schema group that new schemas are put into. */
  readonly group: string;
  readonly token: () => Promise<string>;
}

export interface AzureRegistry {
  /** The schema with an id, if there is one. Throws `Unavailable`, `RegistryRefused`, `InvalidSchema`. */
  find(id: string): Promise<AvroDefinition | undefined>;
  /** The id of a schema under a name in the group, which keeps it. Throws `Unavailable`, `RegistryRefused`. */
  register(name: string, definition: AvroDefinition): Promise<string>;
}

/** What tokens for any namespace are asked for. */
export const azureRegistryScope = 'https://eventhubs.azure.net/.default';

const version = 'api-version=2022-10';
const mediaType = 'application/json; serialization=Avro';
const maxRemembered = 1_000;

export function azureRegistry({ url, group, token }: AzureOptions): AzureRegistry {
  const root = `${url.replace(/\/+$/, '')}/$schemaGroups`;
  const remembered = new BoundedMap<string, AvroDefinition>(maxRemembered);
  const headers = async (): Promise<Record<string, string>> => ({
    authorization: `Bearer ${await token()}`,
    accept: mediaType,
    'content-type': mediaType,
  });
  return {
    async find(id) {
      const known = remembered.get(id);
      if (known !== undefined) return known;
      const place = `${root}/$schemas/${encodeURIComponent(id)}?${version}`;
      const answer = await askRegistry({ method: 'GET', url: place, headers: await headers() });
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw unexpected(place, answer);
      const definition = parseDefinition(answer.body);
      remembered.set(id, definition);
      return definition;
    },
    async register(name, definition) {
      const place = `${root}/${encodeURIComponent(group)}/schemas/${encodeURIComponent(name)}?${version}`;
      const body = JSON.stringify(definition);
      const answer = await askRegistry({ method: 'PUT', url: place, headers: await headers(), body });
      const id = answer.headers.get('schema-id')?.replaceAll('-', '');
      if (answer.status >= 300 || id === undefined || !/^[0-9a-f]{32}$/.test(id)) throw unexpected(place, answer);
      return id;
    },
  };
}
