// The Avro schemas of the streams: node scripts/schemas.ts generate|check|release [folder]
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './results.ts';
import { findings, generated, unsafe } from './schemas/check.ts';
import { schemasIn, writeReleased } from './schemas/files.ts';

/** Writes types.ts and released.ts anew. */
const generate = async (folder: string): Promise<number> => {
  for (const [file, text] of await generated(folder)) await writeFile(join(folder, file), text);
  return 0;
};

/** Prints what is wrong; exit code 1 if anything is. */
const check = async (folder: string): Promise<number> => report(await findings(folder));

/** Keeps today's schemas in the history, unless a change is unsafe. */
const release = async (folder: string): Promise<number> => {
  const status = report(await unsafe(folder));
  if (status !== 0) return status;
  for (const schema of await schemasIn(folder)) console.log(await writeReleased(folder, schema));
  return generate(folder);
};

const report = (found: readonly string[]): number => {
  for (const finding of found) console.error(finding);
  return found.length === 0 ? 0 : 1;
};

const commands = new Map([
  ['generate', generate],
  ['check', check],
  ['release', release],
]);

const [name = '', folder = join(root, 'schemas')] = process.argv.slice(2);
const command = commands.get(name);
if (command === undefined) console.error(`'${name}' is no command. Use one of: ${[...commands.keys()].join(', ')}`);
process.exitCode = command === undefined ? 2 : await command(folder);
