// The dashboards of Grafana as the JSON that it imports, made from deploy/grafana: node scripts/dashboards.ts generate|check
import { join } from 'node:path';
import { dashboards } from '../deploy/grafana/index.ts';
import { laidOut, runMadeFiles } from './made-files.ts';
import { root } from './results.ts';

const files = await Promise.all(
  Object.entries(dashboards).map(async ([name, dashboard]): Promise<readonly [path: string, text: string]> => {
    const path = join(root, 'deploy/grafana/dashboards', `${name}.json`);
    return [path, await laidOut(path, JSON.stringify(dashboard.build()), 'json')];
  }),
);

await runMadeFiles({ script: 'scripts/dashboards.ts', of: 'its dashboard', files });
