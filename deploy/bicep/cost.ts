/** What an environment costs in a month, by a file of prices that names its date and where each price comes from. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MillraceError } from '../../src/errors.ts';
import { load } from '../../src/recommender/sizing/load.ts';
import { type Environment, environments, type Parameters } from './parameters.ts';

/** 365 days of 24 hours, a twelfth of them, as Azure's calculator has it. */
const hours = 730;
const seconds = hours * 3_600;
/** As the chart's PodMonitor and the agent's own targets are read. */
const scrapeEvery_s = 30;
/** Autoscale is charged for a tenth of its most at least. */
const leastShare = 0.1;

export const pricesFile = 'prices-2026-11.json';

const amount = z.number().min(0);
const Prices = z.strictObject({
  date: z.iso.date(),
  currency: z.string(),
  region: z.string(),
  status: z.string(),
  notIncluded: z.array(z.string()),
  prices: z.record(
    z.string(),
    z.strictObject({ price: amount, per: z.string(), source: z.url({ protocol: /^https$/ }) }),
  ),
});
export type Prices = z.infer<typeof Prices>;

/** What the estimate assumes of a month, beside the sizes. */
const Usage = z.strictObject({
  /** The shop that the environment is sized for, as `millrace size` takes it; the rest agrees with what that says. */
  sizedFor: load,
  recordsPerSecond: amount,
  meanShareOfRequestUnits: z.number().min(leastShare).max(1),
  documentGB: amount,
  meanNodes: amount,
  processes: amount,
  blobGB: amount,
  blobWritesPerHour: amount,
  vaultOperations: amount,
  series: amount,
  grafanaUsers: amount,
});
export type Usage = z.infer<typeof Usage>;

export interface Item {
  readonly what: string;
  readonly quantity: number;
  readonly price: number;
  readonly per: string;
  /** In the file's currency, to the cent. */
  readonly monthly: number;
}

/** A price is asked for that the file does not have. */
export class NoPrice extends MillraceError {
  readonly code = 'NO_PRICE';
}

const read = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(join(import.meta.dirname, name), 'utf8'));

export const readPrices = async (): Promise<Prices> => Prices.parse(await read(pricesFile));

export const readUsage = async (environment: Environment): Promise<Usage> =>
  z.record(z.enum(environments), Usage).parse(await read('usage.json'))[environment];

export function costOf(
  { log, documents, storage, cluster, gateway }: Parameters,
  usage: Usage,
  { prices }: Prices,
): Item[] {
  const isStandard = log.tier === 'Standard';
  const nodes = Math.min(Math.max(usage.meanNodes, cluster.leastNodes), cluster.mostNodes);
  const millions = (usage.recordsPerSecond * seconds) / 1e6;
  const lines: readonly (readonly [what: string, price: string, quantity: number])[] = [
    [
      `Event Hubs ${log.tier}, ${log.units} units`,
      isStandard ? 'eventHubsStandardUnit' : 'eventHubsPremiumUnit',
      log.units * hours,
    ],
    // In Premium both belong to the unit.
    ['Event Hubs, records in', 'eventHubsIngress', isStandard ? millions : 0],
    ['Event Hubs Capture', 'eventHubsCapture', isStandard ? log.units * hours : 0],
    [
      `Cosmos DB, autoscale to ${documents.requestUnits} RU/s`,
      'cosmosAutoscale',
      (documents.requestUnits / 100) * usage.meanShareOfRequestUnits * hours,
    ],
    ['Cosmos DB, storage', 'cosmosStorage', usage.documentGB],
    [
      'Cosmos DB, backup of 30 days',
      'cosmosBackup30Days',
      documents.backup === 'Continuous30Days' ? usage.documentGB : 0,
    ],
    ['AKS, control plane', 'clusterStandard', cluster.tier === 'Standard' ? hours : 0],
    [`AKS, ${nodes} nodes ${cluster.nodeSize}`, `node:${cluster.nodeSize}`, nodes * hours],
    ['AKS, disks of nodes', 'nodeDisk', nodes],
    ['AKS, disks of state', 'stateDisk', usage.processes],
    ['Load balancer', 'loadBalancer', hours],
    ['Public address', 'publicAddress', hours],
    [`Storage ${storage.redundancy}`, `blob:${storage.redundancy}`, usage.blobGB],
    ['Storage, writes', 'blobWrites', (usage.blobWritesPerHour * hours) / 10_000],
    ['Key Vault', 'vaultOperations', usage.vaultOperations / 10_000],
    ['Managed Prometheus, samples', 'prometheusSamples', (usage.series * seconds) / scrapeEvery_s / 1e7],
    ['Managed Grafana', 'grafanaInstance', hours],
    ['Managed Grafana, users', 'grafanaUser', usage.grafanaUsers],
    [`API Management ${gateway.tier}`, `gateway:${gateway.tier}`, gateway.enabled ? gateway.units : 0],
  ];
  return lines.flatMap(([what, name, quantity]) => {
    const known = prices[name];
    if (known === undefined) throw new NoPrice(`${pricesFile} has no price '${name}'`, 'Add it with its source');
    const { price, per } = known;
    return quantity === 0 ? [] : [{ what, quantity, price, per, monthly: Math.round(quantity * price * 100) / 100 }];
  });
}

/** In cents, so that the sum is that of what is shown. */
export const totalOf = (items: readonly Item[]): number =>
  items.reduce((sum, { monthly }) => sum + Math.round(monthly * 100), 0) / 100;
