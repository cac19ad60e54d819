// The dashboards of Grafana as the JSON that it imports, made from deploy/grafana: node scripts/dashboards.ts generate|check
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { dashboards } from '../deploy/grafana/index.ts';
import { root } from './results.ts';

const made = await Promise.all(
  Object.entries(dashboards).map(async ([name, dashboard]): Promise<readonly [path: string, text: string]> => {
    const path = join(root, 'deploy/grafana/dashboards', `${name}.json`);
    const options = { ...(await resolveConfig(path)), parser: 'json' };
    return [path, await format(JSON.stringify(dashboard.build()), options)];
  }),
);

async function generate(): Promise<number> {
  for (const [path, text] of made) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return 0;
}

async function check(): Promise<number> {
  let status = 0;
  for (const [path, text] of made) {
    if (existsSync(path) && (await readFile(path, 'utf8')) === text) continue;
    console.error(`${path} differs from its dashboard: node scripts/dashboards.ts generate`);
    status = 1;
  }
  return status;
}

const [name = ''] = process.argv.slice(2);
const command = { generate, check }[name];
if (command === undefined) console.error(`'${name}' is no command. Use generate or check`);
process.exitCode = command === undefined ? 2 : await command();
