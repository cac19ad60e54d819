/** Frames of the schemas that we write, by the ids of a registry, which is told of each schema before its first value. */
import type { WireFrames } from '../transport/wire-frame.ts';
import type { AzureRegistry } from './azure-registry.ts';
import { BoundedMap } from './bounded-map.ts';
import type { ConfluentRegistry } from './confluent-registry.ts';
import type { AvroDefinition } from './definition.ts';
import { azure, confluent } from './framing.ts';
import type { SchemaRegistry } from './registry.ts';

const maxRemembered = 1_000;

type Own = Pick<SchemaRegistry, 'find'>;

/** 00 and the id; the subject is the topic's, as Confluent's own clients name it. */
export const confluentFrames = (own: Own, registry: Pick<ConfluentRegistry, 'register'>): WireFrames =>
  remembering(own, async (topic, definition) => {
    const frame = Buffer.concat([confluent.marker, Buffer.alloc(4)]);
    frame.writeUInt32BE(await registry.register(`${topic}-value`, definition), confluent.marker.length);
    return frame;
  });

/** The id, which the log puts into a header; the schema's name is the topic's. */
export const azureFrames = (own: Own, registry: Pick<AzureRegistry, 'register'>): WireFrames =>
  remembering(own, async (topic, definition) =>
    Buffer.concat([azure.marker, Buffer.from(await registry.register(topic, definition), 'hex')]),
  );

function remembering(own: Own, make: (topic: string, definition: AvroDefinition) => Promise<Buffer>): WireFrames {
  const frames = new BoundedMap<string, Buffer>(maxRemembered);
  return async (topic, fingerprint) => {
    const name = `${topic} ${fingerprint}`;
    const known = frames.get(name);
    if (known !== undefined) return known;
    // Bytes that somebody else wrote with a schema of theirs: they stay as they came.
    const definition = await own.find(fingerprint);
    if (definition === undefined) return undefined;
    const frame = await make(topic, definition);
    frames.set(name, frame);
    return frame;
  };
}
