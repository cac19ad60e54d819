/** What the dashboards of deploy/grafana ask Prometheus, as it stands in the files that are imported. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from '../../scripts/results.ts';

const Target = z.object({ refId: z.string(), expr: z.string(), legendFormat: z.string() });
const Panel = z.object({
  title: z.string(),
  description: z.string(),
  fieldConfig: z.object({ defaults: z.object({ unit: z.string() }) }),
  gridPos: z.object({ h: z.int(), w: z.int(), x: z.int(), y: z.int() }),
  targets: z.array(Target),
});
const Dashboard = z.object({ title: z.string(), uid: z.string(), panels: z.array(Panel) });

const folder = join(root, 'deploy/grafana/dashboards');

export const dashboardFiles = (): z.infer<typeof Dashboard>[] =>
  readdirSync(folder)
    .sort()
    .map(name => Dashboard.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))));

/** Every query, as Prometheus would get it: with Grafana's variables filled in. */
export const queriesOf = (): string[] =>
  dashboardFiles()
    .flatMap(({ panels }) => panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)))
    .map(expr => expr.replaceAll('$__rate_interval', '5m').replaceAll('$topology', '.*'));
