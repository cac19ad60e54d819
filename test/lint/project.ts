import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** What the linter says of one file: the rule, without its plugin's brackets, and the message. */
export type Finding = { readonly rule: string; readonly message: string };

/** Lints files, given by path and text, with the repository's own configuration, in a folder of their own. */
export async function lint(files: Readonly<Record<string, string>>): Promise<Map<string, Finding[]>> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-lint-'));
  try {
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const shared of ['.oxlintrc.json', 'tsconfig.json', 'package.json', 'lint'])
      await cp(join(root, shared), join(folder, shared), { recursive: true });
    for (const [path, text] of Object.entries(files)) await write(join(folder, path), text);
    return findings(await oxlint(folder, Object.keys(files)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Oxlint's own output, one line a finding; it ends with 1 where it found something. */
function oxlint(folder: string, paths: readonly string[]): Promise<string> {
  const program = join(root, 'node_modules/oxlint/bin/oxlint');
  return new Promise((fulfil, fail) => {
    execFile(
      process.execPath,
      [program, '--format=unix', ...paths],
      { cwd: folder, timeout: 60_000 },
      (error, stdout, stderr) => {
        if (error !== null && error.code !== 1) fail(new Error(`oxlint did not run: ${stdout}${stderr}`));
        else fulfil(stdout);
      },
    );
  });
}

function findings(output: string): Map<string, Finding[]> {
  const found = new Map<string, Finding[]>();
  for (const line of output.split('\n')) {
    const parts = /^(?<path>[^:]+):\d+:\d+: (?<message>.*) \[\w+\/(?<plugin>[^(]+)\((?<rule>[^)]+)\)\]$/.exec(
      line,
    )?.groups;
    if (parts === undefined) continue;
    const { path = '', message = '', plugin, rule } = parts;
    found.set(path, [...(found.get(path) ?? []), { rule: `${plugin}/${rule}`, message }]);
  }
  return found;
}
