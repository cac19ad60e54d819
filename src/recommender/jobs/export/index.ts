/** The model for other programs: `users` and `items` as CSV or Avro, and `model.json` about both. */
import type { ModelVersion } from '../../../../schemas/types.ts';
import { MillraceError } from '../../../errors.ts';
import { toContainer } from '../../../stream/container.ts';
import type { LogPorts } from '../../../stream/log-values.ts';
import { tenantOf } from '../../domain/tenant.ts';
import { checkFolder, type Files, writeFolder } from './folder.ts';
import { generationFilesOf } from './generation.ts';
import { publishedModel, type PublishedModel, type Vector } from './published.ts';
import { ofTenant } from './tenant.ts';
import {
  csvLines,
  descriptionOf,
  type ExportedModel,
  type ExportedVector,
  exportedVectorSchema,
  rowOf,
} from './rows.ts';

export { FolderNotEmpty } from './folder.ts';
export { NoModel } from './published.ts';
export { exportedModels, type ExportedModel } from './rows.ts';

export const exportFormats = ['csv', 'avro', 'generation'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportOptions {
  readonly ports: LogPorts;
  readonly directory: string;
  readonly format: ExportFormat;
  readonly model: ExportedModel;
  /** Whose vectors, by its own ids; everybody's where absent, by scoped ids. */
  readonly tenant?: string | undefined;
  readonly overwrite: boolean;
}

/** What the files are about, and their names. */
export type Exported = ReturnType<typeof descriptionOf> & {
  readonly tenant?: string;
  readonly files: readonly string[];
};

/** Two generations serve, and some users have no vector of the live one: they make no one model. */
class TwoModels extends MillraceError {
  readonly code = 'TWO_MODELS';
}

const own = ['users.csv', 'items.csv', 'users.avro', 'items.avro', 'generation.avro', 'model.json'];

/** Writes the newest published version, whole or not at all. @throws {FolderNotEmpty} {NoModel} {TwoModels} {SeveralTenants} {UnknownTenant} */
export async function exportModel(options: ExportOptions): Promise<Exported> {
  const { ports, format, model, tenant } = options;
  const folder = { ...options, own };
  await checkFolder(folder);
  const whole = await publishedModel(ports);
  refuseTwo(whole.version);
  const published = tenant === undefined ? whole : ofTenant(whole, tenant);
  if (model === 'stars') refuseTenants(whole, tenant);
  const described = descriptionOf(published, model);
  const description = tenant === undefined ? described : { ...described, tenant };
  if (format === 'generation') {
    const files = { ...generationFilesOf(published), 'model.json': jsonOf(description) };
    await writeFolder(folder, files);
    return { ...description, files: Object.keys(files) };
  }
  const parts = (vectors: readonly Vector[]): Files[string] =>
    partsOf(
      vectors.map(vector => rowOf(vector, model)),
      { format, factors: description.factors },
    );
  const files: Files = {
    [`users.${format}`]: parts(published.users),
    [`items.${format}`]: parts(published.items),
    'model.json': jsonOf(description),
  };
  await writeFolder(folder, files);
  return { ...description, files: Object.keys(files) };
}

/** Each has a mean of its own, and the files have one. */
class SeveralTenants extends MillraceError {
  readonly code = 'SEVERAL_TENANTS';
}

function refuseTenants({ items }: PublishedModel, tenant: string | undefined): void {
  if (tenant !== undefined) return;
  const other = items.find(({ id }) => tenantOf(id) !== '');
  if (other === undefined) return;
  throw new SeveralTenants(
    `The model holds tenants, such as '${tenantOf(other.id)}', and stars are estimated from the mean of each`,
    'Export those of one with --tenant, or --model top-n of all',
  );
}

function refuseTwo({ generation, candidate }: ModelVersion): void {
  if (candidate === null) return;
  throw new TwoModels(
    `Generation ${candidate.generation} is tried out beside generation ${generation}, and its users have no vectors of that`,
    `End the experiment first: \`millrace models use ${candidate.generation}\` or \`millrace models stop\``,
  );
}

const jsonOf = (description: ReturnType<typeof descriptionOf>): Iterable<string> => [
  `${JSON.stringify(description, undefined, 2)}\n`,
];

const partsOf = (
  vectors: readonly ExportedVector[],
  { format, factors }: { readonly format: 'csv' | 'avro'; readonly factors: number },
): Files[string] => (format === 'csv' ? csvLines(vectors, factors) : toContainer(exportedVectorSchema, vectors));
