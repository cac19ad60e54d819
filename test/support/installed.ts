/** A project that has Millrace's sources installed as the package; `test/package` does it with the package itself. */
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../../scripts/results.ts';
import { run } from '../../scripts/run.ts';

/** Links what `npm install` would have installed in the folder. */
export async function installSources(project: string): Promise<void> {
  const modules = join(project, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  await mkdir(join(modules, 'millrace'));
  await symlink(join(root, 'src'), join(modules, 'millrace/src'));
  for (const name of ['rxjs', '@types']) await symlink(join(root, 'node_modules', name), join(modules, name));
  const exported = Object.fromEntries(['client', 'log', 'testing'].map(name => [`./${name}`, `./src/${name}.ts`]));
  await writeFile(
    join(modules, 'millrace/package.json'),
    JSON.stringify({ type: 'module', exports: { '.': './src/index.ts', ...exported } }),
  );
  const command = join(modules, '.bin/millrace');
  const main = pathToFileURL(join(root, 'src/cli/main.ts')).href;
  await writeFile(command, `#!/usr/bin/env node\nimport('${main}');\n`);
  await chmod(command, 0o755);
}

/** A machine under load takes minutes to learn the bundled films. */
const limit_ms = 5 * 60_000;

/** Standard output of commands in the project, all of which have to succeed. */
export async function outputOf(project: string, commands: string): Promise<string> {
  const script = `exec 2> errors.txt\nPATH="$PWD/node_modules/.bin:$PATH"\n${commands}`;
  const { status, output } = await run({ command: 'sh', given: ['-e', '-c', script], folder: project, limit_ms });
  if (status === 0) return output;
  throw new Error(`${commands} ended with ${status}:\n${await readFile(join(project, 'errors.txt'), 'utf8')}${output}`);
}
