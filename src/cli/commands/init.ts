import { spawn } from 'node:child_process';
import { relative } from 'node:path';
import { type Command, Option } from 'commander';
import { type Ask, askAtTerminal } from '../ask.ts';
import { CommandFailed, Misuse } from '../errors.ts';
import { jsonFlag } from '../flags.ts';
import { type OutputFlags, print } from '../output.ts';
import { type Scaffold, scaffold } from '../scaffold.ts';

type Flags = OutputFlags & { readonly name?: string; readonly millrace?: string; readonly install?: true };

/** `millrace init`: a project of one's own. */
export function addInit(program: Command): void {
  program
    .command('init')
    .description('a project of your own in a new folder: a topology, its test, a compose file with a broker')
    .argument('[dir]', 'the folder; asked for at a terminal where it is missing')
    .addOption(new Option('--name <name>', "name of the package (default: the folder's)"))
    .addOption(new Option('--millrace <spec>', 'where npm finds Millrace: a version, or `file:` and a tarball'))
    .addOption(new Option('--install', 'install its packages with npm (default: asked at a terminal, else not done)'))
    .addOption(jsonFlag())
    .action(init);
}

async function init(dir: string | undefined, flags: Flags): Promise<void> {
  await using ask = flags.json === true ? undefined : askAtTerminal();
  const folder = dir ?? (await ask?.text('Folder of the new project', 'my-dataflow'));
  if (folder === undefined) throw new Misuse('No folder was named', 'Say `millrace init DIR`');
  const made = await scaffold({ folder, name: flags.name, millrace: flags.millrace });
  const installed = flags.install === true || (await wants(ask));
  if (installed) await install(made.folder);
  const next = nextOf(made, installed);
  print(flags, { ...made, installed, next }, () =>
    [`${made.name} in ${made.folder}:`, ...made.files.map(path => `  ${path}`), 'Next:', ...next.map(indented)].join(
      '\n',
    ),
  );
}

const wants = async (ask: Ask | undefined): Promise<boolean> => (await ask?.yes('Install its packages now?')) ?? false;

const indented = (line: string): string => `  ${line}`;

function nextOf({ folder }: Scaffold, installed: boolean): string[] {
  const from = relative(process.cwd(), folder);
  return [...(from === '' ? [] : [`cd ${from}`]), ...(installed ? [] : ['npm install']), 'npm test', 'npm start'];
}

/** What npm says goes to standard error: standard output is the command's own. */
async function install(folder: string): Promise<void> {
  const child = spawn('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 2, 2] });
  const ending = new Promise<string>(fulfil => {
    child.once('error', error => fulfil(error.message));
    child.once('close', (code, signal) => fulfil(code === 0 ? '' : `it ended with ${code ?? signal ?? '?'}`));
  });
  const problem = await ending;
  if (problem !== '')
    throw new CommandFailed('npm install', problem, 'The files are written: install their packages yourself');
}
