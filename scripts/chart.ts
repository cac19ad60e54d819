// The schema that Helm holds the values of the chart to, made from deploy/chart/values.ts: node scripts/chart.ts generate|check
import { join } from 'node:path';
import { z } from 'zod';
import { decided, Values } from '../deploy/chart/values.ts';
import { laidOut, runMadeFiles } from './made-files.ts';
import { root } from './results.ts';

const path = join(root, 'deploy/chart/values.schema.json');

const Node = z.looseObject({
  secret: z.boolean().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});

/**
 * A group of settings as a file may have it: any of them may be absent. Secrets are refused by name, since everybody in the
 * cluster may read the file.
 */
function groupOf(given: unknown, isLeftOut = (_name: string): boolean => false): unknown {
  const { properties, ...node } = Node.parse(given);
  if (properties === undefined) return node;
  const kept = Object.entries(properties).filter(
    ([name, property]) => !isLeftOut(name) && Node.parse(property).secret !== true,
  );
  const { required: _, ...group } = node;
  return { ...group, properties: Object.fromEntries(kept.map(([name, property]) => [name, groupOf(property)])) };
}

function schema(): unknown {
  const made = z.toJSONSchema(Values, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
  const { properties = {}, ...whole } = Node.parse(made);
  return { ...whole, properties: { ...properties, config: groupOf(properties['config'], name => decided.has(name)) } };
}

await runMadeFiles({
  script: 'scripts/chart.ts',
  of: 'deploy/chart/values.ts and src/app/config.ts',
  files: [[path, await laidOut(path, JSON.stringify(schema()), 'json')]],
});
