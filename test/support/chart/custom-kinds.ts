/** What KEDA and the Prometheus operator hold their own kinds to, from the definitions that they install in a cluster. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from '../../../scripts/results.ts';

const folder = join(root, '.tools/kubernetes');
const files = {
  ScaledObject: 'keda.sh_scaledobjects.yaml',
  TriggerAuthentication: 'keda.sh_triggerauthentications.yaml',
  PodMonitor: 'monitoring.coreos.com_podmonitors.yaml',
} as const;
export type CustomKind = keyof typeof files;

export const areThere = existsSync(join(folder, files.ScaledObject));

const Definition = z.object({
  spec: z.object({ versions: z.array(z.object({ schema: z.object({ openAPIV3Schema: z.unknown() }) })) }),
});

/** The JSON schema of a kind; a name that it does not have is refused, where the API server would drop it in silence. */
export function schemaOf(kind: CustomKind): unknown {
  const definition = Definition.parse(parse(readFileSync(join(folder, files[kind]), 'utf8')));
  return strict(definition.spec.versions[0]?.schema.openAPIV3Schema, true);
}

const Node = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  'x-kubernetes-preserve-unknown-fields': z.boolean().optional(),
});

function strict(given: unknown, isRoot = false): unknown {
  const parsed = Node.safeParse(given);
  if (!parsed.success) return given;
  const { properties, items, ...node } = parsed.data;
  const isOpen = node['x-kubernetes-preserve-unknown-fields'] === true || Object.hasOwn(node, 'additionalProperties');
  return {
    ...node,
    ...(items !== undefined && { items: strict(items) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        // The API server holds metadata to its own shape.
        Object.entries(properties).map(([name, value]) => [name, isRoot && name === 'metadata' ? {} : strict(value)]),
      ),
      ...(isOpen ? {} : { additionalProperties: false }),
    }),
  };
}

const Scalers = z.object({
  scalers: z.array(
    z.object({
      type: z.string(),
      parameters: z.array(
        z.object({
          name: z.string(),
          optional: z.boolean().optional(),
          metadataVariableReadable: z.boolean().optional(),
        }),
      ),
    }),
  ),
});

/** Names that a trigger's metadata may have, and those that it must have. */
export function metadataOf(type: string): { readonly may: string[]; readonly must: string[] } {
  const { scalers } = Scalers.parse(JSON.parse(readFileSync(join(folder, 'scalers-schema.json'), 'utf8')));
  const parameters = scalers.find(scaler => scaler.type === type)?.parameters ?? [];
  const readable = parameters.filter(({ metadataVariableReadable }) => metadataVariableReadable === true);
  return {
    may: readable.map(({ name }) => name),
    must: readable.filter(({ optional }) => optional !== true).map(({ name }) => name),
  };
}
