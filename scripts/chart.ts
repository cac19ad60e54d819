// The schema that Helm holds the values of the chart to, made from deploy/chart/values.ts: node scripts/chart.ts generate|check
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { decided, Values } from '../deploy/chart/values.ts';
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

const text = await format(JSON.stringify(schema()), { ...(await resolveConfig(path)), parser: 'json' });

async function generate(): Promise<number> {
  await writeFile(path, text);
  return 0;
}

async function check(): Promise<number> {
  if (existsSync(path) && (await readFile(path, 'utf8')) === text) return 0;
  console.error(`${path} differs from deploy/chart/values.ts and src/app/config.ts: node scripts/chart.ts generate`);
  return 1;
}

const [name = ''] = process.argv.slice(2);
const command = { generate, check }[name];
if (command === undefined) console.error(`'${name}' is no command. Use generate or check`);
process.exitCode = command === undefined ? 2 : await command();
