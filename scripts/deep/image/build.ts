/** deploy/Dockerfile, built as it stands on an image that was made here. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from '../../results.ts';
import { toolsFolder } from '../tools.ts';
import { base } from './base.ts';
import type { Buildah } from './buildah.ts';

export const tag = 'localhost/millrace:deep';

/** What npm fetched once is not fetched again: the cache is mounted where npm has it, and is no part of the image. */
export async function build(buildah: Buildah): Promise<void> {
  const cache = join(toolsFolder, 'npm-cache');
  await mkdir(cache, { recursive: true });
  const given = ['--file', join(root, 'deploy/Dockerfile'), '--build-arg', `NODE=${base}`, '--tag', tag];
  await buildah.ask('build', '--format', 'docker', ...given, '--volume', `${cache}:/root/.npm:rw`, root);
}

const Inspected = z.object({
  Docker: z.object({
    config: z.object({
      User: z.string(),
      Entrypoint: z.array(z.string()),
      Cmd: z.array(z.string()),
      Env: z.array(z.string()),
      Labels: z.record(z.string(), z.string()).nullish(),
      StopSignal: z.string().optional(),
      Volumes: z.record(z.string(), z.unknown()).nullish(),
      ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
      Healthcheck: z.object({ Test: z.array(z.string()) }).optional(),
    }),
    rootfs: z.object({ diff_ids: z.array(z.string()) }),
  }),
});
export type Configuration = z.infer<typeof Inspected>['Docker'];

/** What the image says of itself. */
export async function configuration(buildah: Buildah): Promise<Configuration> {
  return Inspected.parse(JSON.parse(await buildah.ask('inspect', '--type', 'image', tag))).Docker;
}
