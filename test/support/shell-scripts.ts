/** Every shell script of the repository: files that begin with `#!`, what the Dockerfile runs, and the blocks of the pages. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/results.ts';
import { stages } from '../docker/files.ts';
import { blocksOf } from './markdown.ts';

type Shell = 'bash' | 'sh';
export type ShellScript = readonly [where: string, shell: Shell, text: string];

/** Those of workflows are read by actionlint, which knows their expressions. */
export const shellScripts = (): ShellScript[] => [...files(), ...ofDockerfile(), ...ofPages()];

function files(): ShellScript[] {
  // A line each of `file:line:text`; new files count too, what git ignores does not.
  const given = ['grep', '--untracked', '-nIE', '^#!.*[ /]b?a?sh( |$)', '--', ':!test/mutants', ':!*.md', ':!*.ts'];
  const found = execFileSync('git', given, { cwd: root, encoding: 'utf8' }).trimEnd().split('\n');
  return found.flatMap(line => {
    const [, path = '', shell] = /^(.*):1:#!.*[ /](bash|sh)\b/.exec(line) ?? [];
    return path === '' ? [] : [[path, shell === 'sh' ? 'sh' : 'bash', readFileSync(join(root, path), 'utf8')] as const];
  });
}

const ofDockerfile = (): ShellScript[] =>
  stages()
    .flat()
    .filter(({ name }) => name === 'RUN')
    .map(({ text }, at) => [`RUN ${at + 1} of the Dockerfile`, 'sh', `${text}\n`]);

const pages = ['README.md', 'CONTRIBUTING.md', 'docs/OPERATIONS.md', 'docs/TUTORIAL.md'];

const ofPages = (): ShellScript[] =>
  pages.flatMap(page =>
    blocksOf(readFileSync(join(root, page), 'utf8'))
      .filter(({ language }) => language === 'sh')
      .map(({ text }, at): ShellScript => [`block ${at + 1} of ${page}`, 'sh', text]),
  );
