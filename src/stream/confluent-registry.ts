/** A registry that speaks as Confluent's does: Confluent's own, Redpanda's, Karapace, Apicurio. */
import { z } from 'zod';
import { parseDefinition } from './avro.ts';
import { BoundedMap } from './bounded-map.ts';
import { type AvroDefinition, InvalidSchema } from './definition.ts';
import { type Answer, askRegistry, type Question, unexpected } from './registry-http.ts';

export interface ConfluentOptions {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

export interface ConfluentRegistry {
  /** The schema with an id, if there is one. Throws `Unavailable`, `RegistryRefused`, `InvalidSchema`. */
  find(id: number): Promise<AvroDefinition | undefined>;
  /** The id of a schema under a subject, which keeps it. Throws `Unavailable`, `RegistryRefused`. */
  register(subject: string, definition: AvroDefinition): Promise<number>;
}

/** Ids that are remembered; past it the oldest is forgotten, and asked for again when it comes. */
const maxRemembered = 1_000;
const mediaType = 'application/vnd.schemaregistry.v1+json';

const Found = z.object({
  schema: z.string(),
  schemaType: z.string().optional(),
  references: z.array(z.unknown()).optional(),
});
const Registered = z.object({ id: z.int() });

export function confluentRegistry({ url, username, password }: ConfluentOptions): ConfluentRegistry {
  const root = url.replace(/\/+$/, '');
  const headers = {
    accept: mediaType,
    'content-type': mediaType,
    ...(username === undefined ? {} : { authorization: basic(username, password ?? '') }),
  };
  const remembered = new BoundedMap<number, AvroDefinition>(maxRemembered);
  const ask = (question: Pick<Question, 'method' | 'url' | 'body'>): Promise<Answer> =>
    askRegistry({ ...question, headers });
  return {
    async find(id) {
      const known = remembered.get(id);
      if (known !== undefined) return known;
      const place = `${root}/schemas/ids/${id}`;
      const answer = await ask({ method: 'GET', url: place });
      if (answer.status === 404) return undefined;
      const definition = definitionOf(answer, place);
      remembered.set(id, definition);
      return definition;
    },
    async register(subject, definition) {
      const place = `${root}/subjects/${encodeURIComponent(subject)}/versions`;
      const body = JSON.stringify({ schema: JSON.stringify(definition) });
      const answer = await ask({ method: 'POST', url: place, body });
      const { success, data } = Registered.safeParse(jsonOf(answer));
      if (answer.status !== 200 || !success) throw unexpected(place, answer);
      return data.id;
    },
  };
}

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

function definitionOf(answer: Answer, place: string): AvroDefinition {
  const { success, data } = Found.safeParse(jsonOf(answer));
  if (answer.status !== 200 || !success) throw unexpected(place, answer);
  const { schema, schemaType = 'AVRO', references = [] } = data;
  if (schemaType !== 'AVRO') throw new InvalidSchema(`It is ${schemaType}, not Avro`, 'Write the stream in Avro');
  if (references.length > 0)
    throw new InvalidSchema('It refers to schemas of other subjects', 'Register it with all that it is made of');
  return parseDefinition(schema);
}

function jsonOf({ body }: Answer): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // no answer of a registry, which whoever asked says with what it was
  }
}
