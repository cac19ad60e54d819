/**
 * The files of the image, without a container: the Dockerfile's instructions, followed in folders. What npm does, npm does;
 * what the last stage does to absolute paths is done under the folder of its root. An instruction that is not known here is
 * an error, not a gap.
 */
import { chown, copyFile, cp, mkdir, stat, symlink } from 'node:fs/promises';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import { type Instruction, stages } from '../../docker/files.ts';
import { run } from '../../../scripts/run.ts';
import { copyContext } from './context.ts';

const limit_ms = 9 * 60_000;

export interface Tree {
  /** The folder that is `/` in the image. */
  readonly root: string;
  /** Who runs it; files belong to somebody else, but for its volumes. */
  readonly user: { readonly uid: number; readonly gid: number };
  readonly workdir: string;
  /** Names to values, with the image's own paths. */
  readonly environment: Readonly<Record<string, string>>;
}

interface Stage {
  readonly root: string;
  readonly name: string | undefined;
  workdir: string;
  readonly environment: Record<string, string>;
  user: string;
}

/** Builds the image's tree of a checkout in a folder that is empty. */
export async function treeOf(checkout: string, folder: string): Promise<Tree> {
  const context = join(folder, 'context');
  await copyContext(checkout, context);
  const built: Stage[] = [];
  for (const [at, instructions] of stages().entries()) {
    const root = join(folder, `stage-${at}`);
    await installNode(root);
    const stage: Stage = { root, name: nameOf(instructions), workdir: '/', environment: {}, user: '' };
    for (const instruction of instructions) await follow(instruction, stage, { context, built });
    built.push(stage);
  }
  const last = built.at(-1);
  if (last === undefined) throw new Error('The Dockerfile has no stage');
  await mkdir(join(last.root, 'tmp'), { mode: 0o1777 });
  const [uid = 0, gid = 0] = last.user.split(':').map(Number);
  return { root: last.root, user: { uid, gid }, workdir: last.workdir, environment: last.environment };
}

/** What the base image brings that is called by name: Node. */
async function installNode(root: string): Promise<void> {
  await mkdir(join(root, 'usr/local/bin'), { recursive: true });
  await copyFile(process.execPath, join(root, 'usr/local/bin/node'));
}

const nameOf = (instructions: readonly Instruction[]): string | undefined =>
  / AS (\S+)$/.exec(instructions[0]?.text ?? '')?.[1];

interface Around {
  readonly context: string;
  readonly built: readonly Stage[];
}

/** What is said of the image and changes no file. */
const aside = new Set(['FROM', 'ARG', 'LABEL', 'VOLUME', 'EXPOSE', 'STOPSIGNAL', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD']);

async function follow({ name, text }: Instruction, stage: Stage, around: Around): Promise<void> {
  if (aside.has(name)) return;
  if (name === 'WORKDIR') {
    stage.workdir = text;
    await mkdir(join(stage.root, text), { recursive: true });
  } else if (name === 'ENV') {
    for (const pair of text.split(/ +/)) {
      const [key = '', value = ''] = pair.split('=');
      stage.environment[key] = value;
    }
  } else if (name === 'USER') stage.user = text;
  else if (name === 'COPY') await copy(text, stage, around);
  else if (name === 'RUN') for (const command of text.split(' && ')) await runIn(stage, command.trim());
  else throw new Error(`No way is known to follow ${name} ${text} without a container`);
}

async function copy(text: string, { root, workdir }: Stage, around: Around): Promise<void> {
  const words = text.split(' ');
  const isFromStage = text.startsWith('--from=');
  const source = isFromStage ? stageNamed((words.shift() ?? '').slice('--from='.length), around) : around.context;
  const paths = words.slice(0, -1);
  const to = join(root, workdir, words.at(-1) ?? '');
  const intoFolder = paths.length > 1 || /[/.]$/.test(text);
  for (const path of paths) {
    const isFolder = (await stat(join(source, path))).isDirectory();
    const target = intoFolder && !isFolder ? join(to, basename(path)) : to;
    await mkdir(dirname(target), { recursive: true });
    await cp(join(source, path), target, { recursive: true, verbatimSymlinks: true });
  }
}

function stageNamed(from: string, { built }: Around): string {
  const stage = built.find(({ name }) => name === from);
  if (stage === undefined) throw new Error(`There is no stage ${from} to COPY from`);
  return stage.root;
}

async function runIn(stage: Stage, command: string): Promise<void> {
  const inside = (path: string): string => (isAbsolute(path) ? join(stage.root, path) : path);
  const words = command.split(/ +/);
  if (words[0] === 'npm') return npm(stage, command);
  if (words[0] === 'ln' && words[1] === '-s' && words.length === 4)
    return symlink(inside(words[2] ?? ''), inside(words[3] ?? ''));
  if (command.startsWith('install -d -o node -g node ')) {
    for (const path of words.slice(6)) await folderOfNode(inside(path));
    return;
  }
  // What it changes belongs to the base image, of which the tree has nothing but Node: scripts/deep/image looks for it.
  if (command === 'find / -xdev -type f -perm /6000 -exec chmod a-s {} +') return;
  throw new Error(`No way is known to run '${command}' without a container`);
}

/** `node` is user and group 1000 of the base image. Nobody but root can give a folder to somebody else. */
async function folderOfNode(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  if (process.getuid?.() === 0) await chown(path, 1_000, 1_000);
}

async function npm({ root, workdir }: Stage, command: string): Promise<void> {
  const path = [join(root, 'usr/local/bin'), '$PATH'].join(delimiter);
  const script = `PATH="${path}" npm_config_prefer_offline=true npm_config_loglevel=error; export PATH npm_config_prefer_offline npm_config_loglevel; ${command}`;
  const { status, output } = await run({
    command: 'sh',
    given: ['-ec', script],
    folder: join(root, workdir),
    limit_ms,
  });
  if (status !== 0) throw new Error(`RUN ${command} ended with ${status}:\n${output}`);
}
