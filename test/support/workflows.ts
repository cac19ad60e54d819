/** The workflows, as data: what their tests look at, and what their steps run. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from '../../scripts/results.ts';

const Text = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const Permissions = z.record(z.string(), z.enum(['read', 'write', 'none']));

const Step = z.strictObject({
  id: z.string().optional(),
  name: z.string().optional(),
  uses: z.string().optional(),
  with: Text.optional(),
  run: z.string().optional(),
  env: Text.optional(),
  if: z.string().optional(),
});
export type Step = z.infer<typeof Step>;

const Job = z.looseObject({
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  environment: z.string().optional(),
  outputs: z.record(z.string(), z.string()).optional(),
  'timeout-minutes': z.number(),
  permissions: Permissions,
  steps: z.array(Step),
});
export type Job = z.infer<typeof Job>;

const Workflow = z.looseObject({
  permissions: Permissions,
  concurrency: z.looseObject({ group: z.string() }),
  jobs: z.record(z.string(), Job),
});

const folder = join(root, '.github/workflows');

export const workflowPaths = (): string[] => globSync('*.yml', { cwd: folder }).map(name => join(folder, name));

export const workflow = (name: string): z.infer<typeof Workflow> =>
  Workflow.parse(parse(readFileSync(join(folder, `${name}.yml`), 'utf8')));

/** Each step of every workflow, by where it stands. */
export const steps = (): (Step & { readonly where: string })[] =>
  workflowPaths().flatMap(path => {
    const name = basename(path, '.yml');
    return Object.entries(workflow(name).jobs).flatMap(([job, { steps: those }]) =>
      those.map(step => ({ ...step, where: `${name}, ${job}, ${step.name ?? step.uses}` })),
    );
  });
