/** checkov (PyPI) over what the chart renders, the Dockerfile, the workflows and Bicep. */
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../results.ts';
import { run } from '../../run.ts';
import { helm, rendered } from '../chart/helm.ts';
import { slug, valueSets } from '../chart/values.ts';
import { inFolder } from '../folders.ts';
import { type Log, Missing, type Part } from '../part.ts';
import { installed, program, said } from '../tools.ts';
import { accepted, manifestsWith } from './accepted.ts';
import { judged, read, type Report } from './report.ts';
import { readable } from './workflows.ts';

const version = '3.3.30';
const minute_ms = 60_000;

export const checkov: Part = {
  name: 'checkov',
  run: log => inFolder('millrace-checkov-', folder => look(log, folder)),
};

async function look(log: Log, folder: string): Promise<void> {
  const python = join(await installed(log, `checkov-${version}`, install), 'bin/python');
  const checked = (framework: string, subject: string, path: string): Promise<void> =>
    log.check(subject, async () => refuse(await scan(python, framework, path), subject, log));
  log.fact('version', version);

  const helmPath = await helm(log);
  for (const set of valueSets) {
    const manifests = join(folder, slug(set));
    await mkdir(manifests);
    const { text } = await rendered({ helm: helmPath, files: set.files, namespace: 'millrace' });
    await writeFile(join(manifests, 'all.yaml'), text);
    await checked('kubernetes', manifestsWith(set.name), manifests);
  }
  // A framework looks at every file of a folder that may be one of its own.
  await mkdir(join(folder, 'image'));
  await copyFile(join(root, 'deploy/Dockerfile'), join(folder, 'image/Dockerfile'));
  await checked('dockerfile', 'the Dockerfile', join(folder, 'image'));
  for (const name of await readdir(join(root, '.github/workflows'))) {
    const into = join(folder, name, '.github/workflows');
    await mkdir(into, { recursive: true });
    await writeFile(join(into, name), readable(await readFile(join(root, '.github/workflows', name), 'utf8')));
    await checked('github_actions', `the workflow ${name}`, join(folder, name));
  }
  await checked('bicep', 'Bicep', join(root, 'deploy/bicep'));
}

/** The scripts of a virtual environment hold its first path, so it is called as a module wherever it was moved to. */
async function install(making: string): Promise<string> {
  const python = program('python3', 'Install Python 3.10 or later with its module venv');
  const folder = join(making, 'environment');
  await said({ command: python, given: ['-m', 'venv', folder], folder: making });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `checkov==${version}`];
  await said({ command: join(folder, 'bin/python'), given: pip, folder: making, limit_ms: 15 * minute_ms });
  return folder;
}

/** It sends nothing anywhere and asks nobody: `--skip-download`. Its exit code is 1 where it found something. */
async function scan(python: string, framework: string, path: string): Promise<Report> {
  const asked = ['--framework', framework, '--directory', path, '--skip-download', '--compact', '--quiet'];
  // Workflows lie in a folder whose name begins with a dot.
  const nice = ['CKV_IGNORE_HIDDEN_DIRECTORIES=false', 'nice', python, '-m', 'checkov.main'];
  const given = [...nice, ...asked, '--output', 'json'];
  const { status, printed, output } = await run({ command: 'env', given, folder: root, limit_ms: 10 * minute_ms });
  if (status !== 0 && status !== 1) throw new Error(`checkov ended with ${status}: ${output}`);
  return read(printed);
}

function refuse(report: Report, subject: string, log: Log): void {
  const { found, passed, unread } = report;
  log.fact(subject, `${passed} passed, ${found.length} found, ${unread} files unread`);
  if (passed + found.length === 0)
    throw new Missing(
      `checkov looked at nothing: what is there is newer than its parser (${unread} files it tried)`,
      'See docs/OPERATIONS.md',
    );
  const { refused, stale } = judged(report, subject, accepted);
  const gone = stale.map(check => `${check} is accepted in scripts/deep/checkov/accepted.ts and not found any more`);
  const problems = [...refused, ...gone];
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
