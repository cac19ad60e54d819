// What deploy/bicep needs of the program: node scripts/bicep.ts generate|check
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { template } from '../deploy/apim/template.ts';
import { definitions } from '../deploy/bicep/definitions.ts';
import { root } from './results.ts';

const path = join(root, 'deploy/bicep/definitions.json');

const text = async (): Promise<string> =>
  format(JSON.stringify(await definitions()), { ...(await resolveConfig(path)), parser: 'json' });

/** The gateway's template is of several hundred kilobytes, made of what lies here anyway: it is not kept. */
async function generate(): Promise<number> {
  await writeFile(path, await text());
  await writeFile(join(root, 'deploy/bicep/api.json'), JSON.stringify(await template()));
  return 0;
}

async function check(): Promise<number> {
  if (existsSync(path) && (await readFile(path, 'utf8')) === (await text())) return 0;
  console.error(`${path} differs from the program's topics, containers or alerts: node scripts/bicep.ts generate`);
  return 1;
}

const [name = ''] = process.argv.slice(2);
const command = { generate, check }[name];
if (command === undefined) console.error(`'${name}' is no command. Use generate or check`);
process.exitCode = command === undefined ? 2 : await command();
