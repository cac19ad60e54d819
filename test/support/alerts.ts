/** The alert rules of deploy/prometheus, as they are written. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from '../../scripts/results.ts';

const Rule = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string(),
  labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.strictObject({ summary: z.string(), runbook_url: z.string() }),
});
const Rules = z.strictObject({ groups: z.array(z.strictObject({ name: z.string(), rules: z.array(Rule) })) });

export const alertsFolder = join(root, 'deploy/prometheus');

export const alerts = (): z.infer<typeof Rule>[] =>
  Rules.parse(parse(readFileSync(join(alertsFolder, 'alerts.yaml'), 'utf8'))).groups.flatMap(({ rules }) => rules);

/** Names of metrics in an expression: those with the prefix of an exporter. */
export const metricsIn = (expr: string): string[] =>
  expr.match(/\b(?:millrace|process|kubelet|kube|nodejs)_\w+/g) ?? [];
