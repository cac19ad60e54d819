// The reference page of the configuration, made from its schema: node scripts/configuration.ts generate|check
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'prettier';
import { z } from 'zod';
import { type Setting, settings } from '../src/app/config-settings.ts';
import { flagsFor } from '../src/cli/flags.ts';
import { isSecret } from '../src/app/secret.ts';
import { root } from './results.ts';

const page = join(root, 'docs/CONFIGURATION.md');

const head = `# Configuration

<!-- Made from src/app/config.ts by \`node scripts/configuration.ts generate\`: change it there. -->

Every command of \`millrace\` takes its settings from three places; what comes later wins:

1. a YAML file, named by \`--config FILE\` or by \`MILLRACE_CONFIG\`; groups are mappings, \`model.factors\` is \`factors\` below \`model\`;
2. the environment; values are text, or YAML where a setting is no text; \`PORT\` sets the port too, and wins over \`MILLRACE_PORT\`;
3. flags, as \`millrace COMMAND --help\` shows them; a command has those that it can honour.

A name that is none is an error that gives file and line, or the variable, and names the nearest one; so is a value that does not fit. \`millrace doctor\` prints every setting with its value and where that comes from. What is marked **secret** is shown as \`***\` there and in errors; no flag sets it, since other users of a machine see flags.

Settings of \`model\`, \`lists\` and the seed belong to the state that is learnt with them: on existing state others are refused, with what differs.

\`\`\`yaml
data: /var/lib/millrace
port: 8080
model:
  factors: 64
  regularisation:
    strength: 0.2
\`\`\`
`;

const Shape = z.object({
  type: z.string().optional(),
  enum: z.array(z.union([z.string(), z.number()])).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});

const code = (text: string | number): string => `\`${text}\``;

/** What a value may be, in words. */
function valuesOf({ schema }: Setting): string {
  return isSecret(schema) ? `${plainValuesOf(schema)}, **secret**` : plainValuesOf(schema);
}

function plainValuesOf(schema: Setting['schema']): string {
  const { type = '', enum: names, minimum, maximum } = Shape.parse(z.toJSONSchema(schema));
  if (names !== undefined) return names.map(code).join(', ');
  const kind = kinds.get(type) ?? type;
  if (minimum === undefined) return kind;
  if (maximum === undefined || maximum === Number.MAX_SAFE_INTEGER) return `${kind} from ${minimum}`;
  return `${kind} from ${minimum} to ${maximum}`;
}

const kinds = new Map([
  ['integer', 'whole number'],
  ['string', 'text'],
  ['object', 'table'],
]);

/** A default that fills a page is in the source. */
const longest = 60;

function defaultOf({ schema }: Setting): string {
  const value: unknown = schema.parse(undefined);
  if (value === undefined) return 'none';
  const text = JSON.stringify(value);
  return text.length > longest ? 'see `src/als/weights.ts`' : code(text);
}

function rowOf(setting: Setting): string {
  const named = [setting.variable, ...flagsFor(setting.path)].map(code).join('<br>');
  const cells = [code(setting.path), setting.schema.description ?? '', valuesOf(setting), defaultOf(setting), named];
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const made = await format(
  [
    head,
    '## All settings\n',
    '| setting | means | values | default | variable and flags |',
    '| --- | --- | --- | --- | --- |',
    ...settings.map(rowOf),
  ].join('\n'),
  { parser: 'markdown', printWidth: 120 },
);

const [command = ''] = process.argv.slice(2);
if (command === 'generate') await writeFile(page, made);
else if (command !== 'check') {
  console.error(`'${command}' is no command. Use one of: generate, check`);
  process.exitCode = 2;
} else if ((await readFile(page, 'utf8')) !== made) {
  console.error('docs/CONFIGURATION.md differs from src/app/config.ts: node scripts/configuration.ts generate');
  process.exitCode = 1;
}
