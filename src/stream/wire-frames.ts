/** Frames of the schemas that we write, by the ids of a registry, which is told of each schema before its first value. */
import type { WireFrame, WireFrames } from '../transport/wire-frame.ts';
import type { AzureRegistry } from './azure-registry.ts';
import { BoundedMap } from './bounded-map.ts';
import type { ConfluentRegistry } from './confluent-registry.ts';
import type { AvroDefinition } from './definition.ts';
import { confluent } from './framing.ts';
import type { SchemaRegistry } from './registry.ts';

const maxRemembered = 1_000;

type Own = Pick<SchemaRegistry, 'find'>;

/** Confluent's frame: 00 and the id; the subject is the topic's, as its own clients name it. */
export const confluentFrames = (own: Own, registry: Pick<ConfluentRegistry, 'register'>): WireFrames =>
  remembering(own, async (topic, definition) => {
    const prefix = Buffer.concat([confluent.marker, Buffer.alloc(4)]);
    prefix.writeUInt32BE(await registry.register(`${topic}-value`, definition), confluent.marker.length);
    return { prefix };
  });

/** Azure's: plain Avro, and the id in the header; the schema's name is the topic's. */
export const azureFrames = (own: Own, registry: Pick<AzureRegistry, 'register'>): WireFrames =>
  remembering(own, async (topic, definition) => ({
    prefix: Buffer.alloc(0),
    contentType: `avro/binary+${await registry.register(topic, definition)}`,
  }));

function remembering(own: Own, frame: (topic: string, definition: AvroDefinition) => Promise<WireFrame>): WireFrames {
  const frames = new BoundedMap<string, WireFrame>(maxRemembered);
  return async (topic, fingerprint) => {
    const name = `${topic} ${fingerprint}`;
    const known = frames.get(name);
    if (known !== undefined) return known;
    // Bytes that somebody else wrote with a schema of theirs: they stay as they came.
    const definition = await own.find(fingerprint);
    if (definition === undefined) return undefined;
    const made = await frame(topic, definition);
    frames.set(name, made);
    return made;
  };
}
