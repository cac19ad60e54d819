// Azure and the chart on it: npm run deploy -- plan|apply|verify|cost --environment dev|prod (docs/OPERATIONS.md)
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { costOf, pricesFile, readPrices, readUsage, totalOf } from '../deploy/bicep/cost.ts';
import { checkDefinitions, generateApi } from '../deploy/bicep/generated.ts';
import { type Environment, environments, readParameters } from '../deploy/bicep/parameters.ts';
import { deploy, install, plan, verify } from '../deploy/bicep/steps.ts';
import { MillraceError } from '../src/errors.ts';
import { root } from './results.ts';

/** What was typed is not understood. */
class Misuse extends MillraceError {
  readonly code = 'MISUSE';
}

const flags = {
  environment: { type: 'string' },
  'resource-group': { type: 'string' },
  release: { type: 'string', default: 'millrace' },
  image: { type: 'string' },
  values: { type: 'string', multiple: true },
  'without-chart': { type: 'boolean', default: false },
  millrace: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;
type Flags = ReturnType<typeof parse>['values'];

const usage =
  'npm run deploy -- plan|apply|verify|cost --environment dev|prod [--resource-group NAME] [--image REPOSITORY[:TAG]] [--values FILE] [--release NAME] [--without-chart] [--millrace COMMAND] [--json]';

function parse() {
  try {
    return parseArgs({ options: flags, allowPositionals: true });
  } catch (error) {
    throw new Misuse(error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error), usage);
  }
}

function environmentOf({ environment }: Flags): Environment {
  const found = environments.find(name => name === environment);
  if (found !== undefined) return found;
  throw new Misuse(`--environment is '${environment ?? ''}', and there are ${environments.join(' and ')}`, usage);
}

const stopping = new AbortController();
const deploymentOf = (given: Flags) => {
  const environment = environmentOf(given);
  return { environment, resourceGroup: given['resource-group'] ?? `millrace-${environment}`, stop: stopping.signal };
};

async function planned(given: Flags): Promise<void> {
  const deployment = deploymentOf(given);
  await readParameters(deployment.environment);
  await checkDefinitions();
  await generateApi();
  await plan(deployment);
}

async function applied(given: Flags): Promise<void> {
  const { image, release, values = [], 'without-chart': isWithoutChart } = given;
  const deployment = deploymentOf(given);
  if (image === undefined && !isWithoutChart)
    throw new Misuse('No image was named', 'Name one that the cluster can pull: --image REPOSITORY[:TAG]');
  await readParameters(deployment.environment);
  await checkDefinitions();
  await generateApi();
  const outputs = await deploy(deployment);
  if (image !== undefined && !isWithoutChart) await install({ ...deployment, image, release, values }, outputs);
  const { cluster, namespace, vault, grafana, gateway } = outputs;
  console.log(`\ncluster ${cluster}, namespace ${namespace}, vault ${vault}\nGrafana ${grafana}`);
  if (gateway !== '') console.log(`API ${gateway}`);
}

const verified = (given: Flags): Promise<void> =>
  verify({
    ...deploymentOf(given),
    values: given.values ?? [],
    millrace: given.millrace === undefined ? [process.execPath, join(root, 'src/cli/main.ts')] : [given.millrace],
  });

async function estimated(given: Flags): Promise<void> {
  const environment = environmentOf(given);
  const prices = await readPrices();
  const assumed = await readUsage(environment);
  const items = costOf(await readParameters(environment), assumed, prices);
  const { date, currency, region, status, notIncluded } = prices;
  const monthly = totalOf(items);
  if (given.json) {
    console.log(
      JSON.stringify({
        environment,
        prices: pricesFile,
        date,
        region,
        currency,
        status,
        monthly,
        items,
        assumed,
        notIncluded,
      }),
    );
    return;
  }
  const rows = items.map(({ what, monthly: amount }) => `${what.padEnd(44)} ${amount.toFixed(2).padStart(10)}`);
  console.log(
    [
      `${environment}: a month in ${region}, ${currency}, by deploy/bicep/${pricesFile} of ${date}`,
      '',
      ...rows,
      `${'together'.padEnd(44)} ${monthly.toFixed(2).padStart(10)}`,
      '',
      `Sized for (deploy/bicep/usage.json, \`millrace size\`): ${inWords(assumed.sizedFor)}`,
      `Assumed: ${inWords(assumed)}`,
      `Not in it: ${notIncluded.join('; ')}`,
      status,
    ].join('\n'),
  );
}

const inWords = (numbers: object): string =>
  Object.entries(numbers)
    .flatMap(([name, value]) => (typeof value === 'number' ? [`${name} ${value}`] : []))
    .join(', ');

const commands = new Map([
  ['plan', planned],
  ['apply', applied],
  ['verify', verified],
  ['cost', estimated],
]);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
try {
  const { values, positionals } = parse();
  const [name = '', ...more] = positionals;
  const command = commands.get(name);
  if (command === undefined || more.length > 0) throw new Misuse(`'${positionals.join(' ')}' is no command`, usage);
  await command(values);
} catch (error) {
  if (!(error instanceof MillraceError)) throw error;
  console.error(`deploy: ${error.code}: ${error.message}`);
  process.exitCode = error instanceof Misuse ? 2 : 1;
}
