/** Files that are made of the code and kept: `generate` writes them, `check` says which differ from what they would be. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { format, resolveConfig } from 'prettier';

export interface MadeFiles {
  /** Of the script, as it is called: `scripts/NAME.ts`. */
  readonly script: string;
  /** What they are made of, in the words of a message. */
  readonly of: string;
  /** Texts by path. */
  readonly files: Iterable<readonly [path: string, text: string]>;
}

/** A text as the project lays such files out. */
export const laidOut = async (
  path: string,
  text: string,
  parser: 'json' | 'markdown' | 'typescript',
): Promise<string> => format(text, { ...(await resolveConfig(path)), parser });

/** Does what the command line names, `generate` or `check`; sets the exit code: 1 where a file differs, 2 for another word. */
export async function runMadeFiles(made: MadeFiles): Promise<void> {
  const [name = ''] = process.argv.slice(2);
  const command = { generate, check }[name];
  if (command === undefined) console.error(`'${name}' is no command. Use generate or check`);
  process.exitCode = command === undefined ? 2 : await command(made);
}

async function generate({ files }: MadeFiles): Promise<number> {
  for (const [path, text] of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return 0;
}

async function check({ script, of, files }: MadeFiles): Promise<number> {
  let status = 0;
  for (const [path, text] of files) {
    if (existsSync(path) && (await readFile(path, 'utf8')) === text) continue;
    console.error(`${path} differs from ${of}: node ${script} generate`);
    status = 1;
  }
  return status;
}
