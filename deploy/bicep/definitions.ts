/**
 * What the infrastructure has to have because the program verifies it at its start: topics, containers with their index
 * policies, and the rules of the alerts. Nothing here is said twice; deploy/bicep/definitions.json is made of it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { configure } from '../../src/app/configure.ts';
import { asDefinition, containersFor } from '../../src/app/open-documents.ts';
import { topicRules } from '../../src/app/topic-rules.ts';
import { isSingle, loadApplication } from '../../src/cli/application.ts';
import { hubsOf, planTopics } from '../../src/cli/topic-plan.ts';
import { Graph } from '../../src/engine/graph.ts';

const root = join(import.meta.dirname, '../..');

/** The recommender on Azure, as the chart runs it. */
const onAzure = {
  MILLRACE_TRANSPORT: 'kafka',
  MILLRACE_KAFKA_PROFILE: 'event-hubs',
  MILLRACE_KAFKA_BROKERS: '[NAMESPACE.servicebus.windows.net:9093]',
  MILLRACE_KAFKA_SASL_MECHANISM: 'oauthbearer',
  MILLRACE_DOCUMENTS: 'cosmos',
  MILLRACE_COSMOS_ENDPOINT: 'https://ACCOUNT.documents.azure.com',
};

export interface Definitions {
  readonly hubs: readonly {
    readonly name: string;
    /** One partition, whatever the others have. */
    readonly single: boolean;
    readonly cleanupPolicy: string;
    /** It comes from outside: everything else can be computed anew from what Capture has kept of it. */
    readonly captured: boolean;
  }[];
  readonly documents: {
    readonly database: string;
    readonly consistency: 'Session';
    readonly containers: readonly {
      readonly name: string;
      readonly paths: readonly string[];
      readonly defaultTtl: number;
      readonly indexingPolicy: object;
    }[];
  };
  readonly alerts: readonly RuleGroup[];
}

interface RuleGroup {
  readonly name: string;
  readonly rules: readonly object[];
}

export async function definitions(): Promise<Definitions> {
  const { config } = configure({ environment: onAzure });
  const { containers, database } = await documentsOf(config.cosmos.database);
  return {
    hubs: await hubs(config),
    documents: { database, consistency: 'Session', containers },
    alerts: await alerts(),
  };
}

async function hubs(settings: ReturnType<typeof configure>['config']): Promise<Definitions['hubs']> {
  const application = await loadApplication({}, settings);
  const plan = await planTopics({ application, settings, rules: topicRules(settings), there: [] });
  const graph = new Graph(
    application.topologies,
    new Map(plan.topics.map(({ topic, partitions }) => [topic, partitions])),
  );
  const written = new Set(graph.topologies.flatMap(({ writes }) => writes));
  return hubsOf(plan).map(({ name, cleanupPolicy }) => ({
    name,
    single: isSingle(name),
    cleanupPolicy,
    captured: !written.has(name) && !isSingle(name),
  }));
}

async function documentsOf(database: string) {
  const containers = containersFor([], true).map(container => {
    const { id, partitionKey, defaultTtl, indexingPolicy } = asDefinition(container);
    return { name: id, paths: partitionKey.paths, defaultTtl, indexingPolicy };
  });
  return { database, containers };
}

const Rules = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z.string().regex(/^\d+[mh]$/),
          labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
          annotations: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ),
});

/** Of Azure Monitor: 0 is critical, 4 verbose. */
const severities = { page: 1, ticket: 3 } as const;

/** As Azure takes them: https://learn.microsoft.com/azure/azure-monitor/metrics/prometheus-rule-groups */
async function alerts(): Promise<readonly RuleGroup[]> {
  const { groups } = Rules.parse(parse(await readFile(join(root, 'deploy/prometheus/alerts.yaml'), 'utf8')));
  return groups.map(({ name, rules }) => ({
    name,
    rules: rules.map(({ alert, expr, for: lasting, labels, annotations }) => ({
      alert,
      enabled: true,
      expression: expr.trim(),
      for: `PT${lasting.toUpperCase()}`,
      severity: severities[labels.severity],
      labels,
      annotations,
    })),
  }));
}
