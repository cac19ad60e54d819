// The API reference in docs/reference, made of the docstrings: node scripts/reference.ts generate|check
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { root } from './results.ts';
import { run } from './run.ts';

const settings = join(root, 'scripts/reference');
const pages = join(root, 'docs/reference');
const index = join(pages, 'README.md');
const minute_ms = 60_000;
const remedy = 'Run `node scripts/reference.ts generate` and commit what it writes';

/** What is imported, the module behind it, and what it is for. */
const entries = [
  ['millrace', 'index', 'streams, topologies and everything that they are wired with'],
  ['millrace/testing', 'testing', 'tests of topologies, without a broker'],
  ['millrace/log', 'log', 'programs beside the engine: they send what happens, and read what is served'],
] as const;

async function must(command: string, given: readonly string[]): Promise<void> {
  const { status, output } = await run({ command, given, folder: root, limit_ms: 5 * minute_ms });
  if (status !== 0) throw new Error(`${command} ended with ${status ?? 'a signal'}:\n${output}`);
}

async function inFolder<R>(work: (folder: string) => Promise<R>): Promise<R> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-reference-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * What the pages are made of: the declarations that can be reached from the public modules, docstrings included. What
 * only the code behind them says does not count.
 */
const fingerprint = (): Promise<string> =>
  inFolder(async folder => {
    const out = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', root, '--outDir', folder];
    await must('tsc', ['-p', settings, ...out]);
    const reached = new Set(entries.map(([, module]) => join(folder, 'src', `${module}.d.ts`)));
    const hash = createHash('sha256');
    for (const path of reached) {
      const text = await readFile(path, 'utf8');
      hash.update(`${relative(folder, path)}\n${text}`);
      for (const [, , to = ''] of text.matchAll(/(from |import\()["'](\.[^"']+)\.ts["']/g))
        reached.add(`${resolve(dirname(path), to)}.d.ts`);
    }
    return hash.digest('hex');
  });

const Comment = z.object({ summary: z.array(z.object({ text: z.string() })) }).optional();
const Documented = z.object({
  children: z.array(
    z.object({
      name: z.string(),
      children: z.array(
        z.object({
          name: z.string(),
          variant: z.string(),
          comment: Comment,
          signatures: z.array(z.object({ comment: Comment })).default([]),
        }),
      ),
    }),
  ),
});

/** Exports that nothing is said of; those that stand in two modules are documented in the first. */
function undocumented(text: string): string[] {
  const modules = Documented.parse(JSON.parse(text)).children;
  return modules.flatMap(module =>
    module.children
      .filter(({ variant }) => variant !== 'reference')
      .filter(({ comment, signatures }) => [comment, ...signatures.map(of => of.comment)].every(of => of === undefined))
      .map(({ name }) => `${module.name}: '${name}' has no docstring`),
  );
}

const indexPage = (mark: string): string => `# Reference

Made of the docstrings by [scripts/reference.ts](../../scripts/reference.ts). The concepts are in [the guides](../guide/README.md).

| import | has |
| --- | --- |
${entries.map(([name, module, what]) => `| [\`${name}\`](${module}.md) | ${what} |`).join('\n')}

\`millrace/client\` is the API of the recommender: every server describes it at \`/openapi.json\`, from which the client has its types.

<!-- sha256 of the declarations: ${mark} -->
`;

/** TypeScript 7 has no API for generators, so this one brings the TypeScript it needs; nobody else sees it. */
const generate = (): Promise<readonly string[]> =>
  inFolder(async folder => {
    const tools = ['typescript@5.9', 'typedoc@0.28', 'typedoc-plugin-markdown@4'].flatMap(name => ['-p', name]);
    const [made, json] = [join(folder, 'pages'), join(folder, 'all.json')];
    const options = ['--options', join(settings, 'typedoc.json'), '--out', made, '--json', json];
    await must('npx', ['-y', ...tools, 'typedoc', ...options]);
    const missing = undocumented(await readFile(json, 'utf8'));
    if (missing.length > 0) return missing;
    await rm(pages, { recursive: true, force: true });
    await must('cp', ['-r', made, pages]);
    for (const [name, module] of entries) {
      const page = join(pages, `${module}.md`);
      await writeFile(page, (await readFile(page, 'utf8')).replace(/^# .*$/m, `# ${name}`));
    }
    await writeFile(index, indexPage(await fingerprint()));
    await must('prettier', ['--write', '--log-level=warn', pages]);
    return [];
  });

/** Needs no network: what the pages were made of is compared with what there is. */
async function check(): Promise<readonly string[]> {
  const missing = entries.filter(([, module]) => !existsSync(join(pages, `${module}.md`)));
  const mark = existsSync(index)
    ? /sha256 of the declarations: (\w+)/.exec(await readFile(index, 'utf8'))?.[1]
    : undefined;
  return [
    ...(mark === (await fingerprint()) ? [] : [`docs/reference is not made of these docstrings. ${remedy}`]),
    ...missing.map(([name]) => `docs/reference has no page of ${name}. ${remedy}`),
  ];
}

const [name = ''] = process.argv.slice(2);
const command = { generate, check }[name];
if (command === undefined) console.error(`'${name}' is no command. Use generate or check`);
const found = command === undefined ? [] : await command();
for (const finding of found) console.error(finding);
process.exitCode = command === undefined ? 2 : Math.min(found.length, 1);
