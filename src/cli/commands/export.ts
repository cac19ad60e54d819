import { type Command, Option } from 'commander';
import {
  type Exported,
  type ExportedModel,
  exportedModels,
  type ExportFormat,
  exportFormats,
  exportModel,
} from '../../recommender/jobs/export/index.ts';
import { openExisting } from '../application.ts';
import {
  type ConfigFlags,
  configurationOf,
  jsonFlag,
  portFlags,
  tenantFlag,
  type TenantFlags,
  withSettings,
} from '../flags.ts';
import { type OutputFlags, print } from '../output.ts';

interface Flags extends ConfigFlags, OutputFlags, TenantFlags {
  readonly out: string;
  readonly format: ExportFormat;
  readonly model: ExportedModel;
  readonly overwrite?: true;
}

const help = `
Writes users, items and model.json. users.csv and items.csv have a header, id,factor_0,...,factor_{k-1},bias, and
factors in real units. For both models

  score = dot(user factors, item factors) + user bias + item bias + mean

  top-n  the order of the lists, a preference of about 0 to 1; it has no biases: they and the mean are 0
  stars  the estimated rating in stars, before it is cut off at the ends of the scale; the mean is in model.json

All of it is one model version, the newest that was published: generation, number and hash are in model.json.
Avro files carry their schema (record millrace.ExportedVector: id string, factors array of float, bias double).
The format generation writes generation.avro, users.avro and items.avro, in whole steps of their grids and with the
factors of both models: what \`millrace models import\` takes, elsewhere too, to serve the same scores. Those of one
tenant are a model by themselves, which a deployment of its own takes in.`;

/** `millrace export model`: the vectors for other programs. */
export function addExport(program: Command): void {
  const parent = program.command('export').description('what has been learnt, as files for other programs');
  withSettings(parent.command('model'), portFlags)
    .description('the vectors of users and items')
    .addOption(new Option('--out <dir>', 'folder to write; must be empty or absent').makeOptionMandatory())
    .addOption(new Option('--format <name>', 'of users and items').choices(exportFormats).default('csv'))
    .addOption(new Option('--model <name>', 'which of the two models').choices(exportedModels).default('top-n'))
    .addOption(tenantFlag('whose, by its own ids; all tenants where absent, by scoped ids'))
    .addOption(new Option('--overwrite', 'replace an earlier export'))
    .addOption(jsonFlag())
    .addHelpText('after', help)
    .action(exportWith);
}

async function exportWith(flags: Flags): Promise<void> {
  await using ports = await openExisting(configurationOf(flags, portFlags).config);
  const { out: directory, format, model, tenant, overwrite = false } = flags;
  const exported = await exportModel({ ports, directory, format, model, tenant, overwrite });
  print(flags, { out: directory, format, ...exported }, () => textOf(directory, exported));
}

const textOf = (directory: string, { files, users, items, generation, number }: Exported): string =>
  `${users} users and ${items} items of model ${generation}.${number} in ${directory}: ${files.join(', ')}`;
