/** Files of deploy/bicep that are made of the program: definitions.json, which is kept, and api.json, which is not. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { MillraceError } from '../../src/errors.ts';
import { template } from '../apim/template.ts';
import { definitions } from './definitions.ts';

const path = join(import.meta.dirname, 'definitions.json');

/** What is deployed would not be what the program verifies. */
export class Outdated extends MillraceError {
  readonly code = 'OUTDATED';
  constructor() {
    super(`${path} differs from the program's topics, containers or alerts`, 'node scripts/bicep.ts generate');
  }
}

export async function generateDefinitions(): Promise<void> {
  await writeFile(path, await text());
}

/** @throws {Outdated} */
export async function checkDefinitions(): Promise<void> {
  if ((await readFile(path, 'utf8')) !== (await text())) throw new Outdated();
}

/** The gateway's template is of hundreds of kilobytes, made of what lies here anyway: it is made where it is needed. */
export async function generateApi(): Promise<void> {
  await writeFile(join(import.meta.dirname, 'api.json'), JSON.stringify(await template()));
}

const text = async (): Promise<string> =>
  format(JSON.stringify(await definitions()), { ...(await resolveConfig(path)), parser: 'json' });
