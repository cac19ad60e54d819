/** The dashboards by the name of their file. `node scripts/dashboards.ts generate` writes them. */
import { documents } from './documents.ts';
import { overview } from './overview.ts';
import { quality } from './quality.ts';
import { tasks } from './tasks.ts';

export const dashboards = { overview, tasks, quality, documents } as const;
