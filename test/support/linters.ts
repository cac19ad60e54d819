/** Programs of others that look at our files. `.ci/run` installs them; where one is missing its tests are skipped. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from '../../scripts/results.ts';

/** What each is asked about. `scripts/tools.ts` says which are missing, and fails for it where all have to be there. */
const tools = [
  ['actionlint', 'workflows, and the scripts in them'],
  ['check-jsonschema', 'the compose file, custom kinds and workflows, against their schemas'],
  ['cyclonedx-validate', 'the bill of materials, against the schema of CycloneDX'],
  ['gitleaks', 'secrets in the tree and its history'],
  ['hadolint', 'the Dockerfile'],
  ['helm', 'the chart'],
  ['kubernetes-validate', 'rendered manifests'],
  ['prometheus', 'the alerts of real processes, in test/runbooks'],
  ['promtool', 'alert rules and metrics'],
  ['shellcheck', 'shell scripts'],
  ['typos', 'spelling'],
  ['zizmor', 'what a workflow gives away'],
] as const;
export type Tool = (typeof tools)[number][0];

/** The path of a program: of `.ci/run`, else of the machine; empty where there is none. */
export function linter(name: Tool): string {
  const folders = [join(root, '.tools/bin'), ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.map(folder => join(folder, name)).find(path => existsSync(path)) ?? '';
}

/** Those that are not here, with what nobody looks at then. */
export const missingTools = (): (readonly [name: Tool, about: string])[] =>
  tools.filter(([name]) => linter(name) === '');

/** How a program ended, and what it said of what it was given: arguments, and a text on standard input. */
export function lint(
  program: string,
  given: readonly string[],
  input = '',
): { readonly status: number; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(program, given, {
    input,
    cwd: root,
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { status: status ?? -1, said: stdout + stderr };
}
