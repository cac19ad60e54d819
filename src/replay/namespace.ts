/** What a namespace is: which topologies run in it, what is its own, and where it reads everything else from. */
import { z } from 'zod';
import { MillraceError } from '../errors.ts';

/** The namespace of everything that no replay has made: its names are the plain ones. */
export const original = 'main';

const offset = z.int().min(0);

const source = z.strictObject({
  topic: z.string(),
  partition: offset,
  /** Where a task without a checkpoint begins. */
  from: offset,
  /** Where the log ends for it; null once it follows the live log. */
  to: offset.nullable(),
  /** Offsets that come from Capture files: they lie in a topic of the namespace, the log begins where they end. */
  captured: z.strictObject({ first: offset, next: offset }).nullable(),
});

const topic = z.strictObject({
  topic: z.string(),
  partitions: z.int().min(1),
  retentionMs: z.number().exactOptional(),
  retentionBytes: z.number().exactOptional(),
});

const request = z.strictObject({
  from: z.string(),
  to: z.string().nullable(),
  topologies: z.array(z.string()),
  partitions: z.int().nullable(),
  capture: z.string().nullable(),
});

/** Kept among the documents; it decides everything that a restart must find as it was. */
export const namespaceRecord = z.strictObject({
  name: z.string(),
  /** The namespace whose names everything has that is not its own. */
  base: z.string(),
  createdAt: z.number(),
  /** A dropped one is remembered: its name is not given again, since other machines may hold checkpoints of it. */
  dropped: z.boolean(),
  /** As it was asked for, in words: the same again goes on, another is refused. */
  request,
  topologies: z.array(z.string()),
  /** What its topologies write, and with which options the topics are made. */
  topics: z.array(topic),
  collections: z.array(z.string()),
  sources: z.array(source),
  /** Topologies that are not replayed and read what is: it cannot be switched in without them. */
  readers: z.array(z.string()),
});

export type Namespace = z.infer<typeof namespaceRecord>;
export type Source = z.infer<typeof source>;
export type ReplayRequest = z.infer<typeof request>;

/** The name cannot be one, or there is no such namespace, or it is not as the caller thinks. */
export class NamespaceError extends MillraceError {
  readonly code = 'NAMESPACE';
}

/** The name as it is. @throws {NamespaceError} */
export function namespaceName(name: string): string {
  if (/^[a-z][a-z0-9-]{0,39}$/.test(name) && name !== original) return name;
  throw new NamespaceError(
    `'${name}' cannot name a namespace`,
    `Use up to 40 lower-case letters, digits and dashes, a letter first; '${original}' is what was there before any replay`,
  );
}

/** How something of the namespace is called where all namespaces lie together. No name has a dot, so no two meet. */
export const ownName = (namespace: string, name: string): string => `${namespace}.${name}`;

/** The topology of a task `topology/partition`. */
export const topologyOf = (task: string): string => task.slice(0, Math.max(0, task.lastIndexOf('/')));
