/** What a command copies from: the settings of what is left behind, beside its own. */
import { statSync } from 'node:fs';
import { Option } from 'commander';
import type { Config } from '../app/config.ts';
import { configure } from '../app/configure.ts';
import { azureIdOf, confluentIdOf, type SchemaReference } from '../stream/framing.ts';
import { Misuse, NoData } from './errors.ts';
import { isThere, logOf } from './application.ts';

export interface FormerFlags {
  readonly from: string;
}

/** Variables that begin so are settings of what is left behind: secrets stand in no file. */
const variables = 'FROM_';

export const formerFlag = (): Option =>
  new Option(
    '--from <path>',
    'what is left behind: its folder of --data, or its settings as YAML',
  ).makeOptionMandatory();

export const formerHelp = `
Settings, flags and the variables MILLRACE_… are those of where it goes. Those of --from stand in its file, and in
variables that begin with ${variables}MILLRACE_…. What was copied before is compared, and only what is missing is added. Of
what is left behind no record and no order changes. A schema that its log names is looked for there: in Cosmos DB that
may leave a note (the document asked of schemas), and one that is found there is kept in its folder of data.`;

/**
 * The setting that is missing where nobody is asked for a schema. Nothing in a folder's log names an id of a registry
 * but what nobody could read when it came there.
 */
export const unaskedBy =
  ({ transport, schemas }: Pick<Config, 'transport' | 'schemas'>) =>
  (reference: SchemaReference): string | undefined => {
    if (transport === 'embedded') return undefined;
    if (confluentIdOf(reference) !== undefined)
      return schemas.confluent.url === undefined ? 'schemas.confluent.url' : undefined;
    return azureIdOf(reference) !== undefined && schemas.azure.url === undefined ? 'schemas.azure.url' : undefined;
  };

/** @throws {Misuse} {InvalidConfiguration} {NoData} where nothing has been begun there */
export async function formerSettings({ from }: FormerFlags): Promise<Config> {
  const found = statSync(from, { throwIfNoEntry: false });
  if (found === undefined)
    throw new Misuse(`${from} of --from is not there`, 'Name a folder of --data, or a file of settings');
  const environment = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      name.startsWith(variables) ? [[name.slice(variables.length), value]] : [],
    ),
  );
  const named = found.isDirectory() ? { flags: { data: { flag: '--from', value: from } } } : { file: from };
  const { config } = configure({ ...named, environment });
  if (!(await isThere(config))) throw new NoData(logOf(config));
  return config;
}
