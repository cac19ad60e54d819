/** How large the image is, as a registry would keep it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Buildah } from './buildah.ts';
import { tag } from './build.ts';

const Described = z.object({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/), size: z.int() });
const Index = z.object({ manifests: z.tuple([Described]) });
const Manifest = z.object({ layers: z.array(Described) });

/** Bytes of each layer, compressed, the base's first. `folder` takes the layers. */
export async function layers(buildah: Buildah, folder: string): Promise<number[]> {
  await buildah.ask('push', '--quiet', '--format', 'oci', tag, `oci:${folder}:deep`);
  const read = async (path: string): Promise<unknown> => JSON.parse(await readFile(join(folder, path), 'utf8'));
  const [{ digest }] = Index.parse(await read('index.json')).manifests;
  const manifest = Manifest.parse(await read(`blobs/sha256/${digest.replace('sha256:', '')}`));
  return manifest.layers.map(({ size }) => size);
}
