/** The files of the deployment, as data. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from '../../scripts/results.ts';

const Service = z.object({
  image: z.string(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  ports: z.array(z.string()).optional(),
  profiles: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  network_mode: z.string().optional(),
  healthcheck: z.object({ disable: z.boolean().optional(), test: z.array(z.string()).optional() }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  restart: z.string().optional(),
  read_only: z.boolean().optional(),
});
const Compose = z.object({ services: z.record(z.string(), Service), volumes: z.record(z.string(), z.null()) });

export type ComposeService = z.infer<typeof Service>;

export const composePath = join(root, 'docker-compose.yml');
export const dockerfilePath = join(root, 'deploy/Dockerfile');

/** Anchors and merges are resolved. */
export const compose = (): z.infer<typeof Compose> =>
  Compose.parse(parse(readFileSync(composePath, 'utf8'), { merge: true }));

/** Those that run our image. */
export const ours = (): [name: string, service: ComposeService][] =>
  Object.entries(compose().services).filter(([, { build }]) => build !== undefined);

export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** The instructions of the Dockerfile, each on one line, by stages. */
export function stages(): Instruction[][] {
  const text = readFileSync(dockerfilePath, 'utf8').replaceAll(/\\\n\s*/g, '');
  const lines = text.split('\n').filter(line => line.trim() !== '' && !line.startsWith('#'));
  const instructions = lines.map(line => {
    const [name = '', ...rest] = line.split(' ');
    return { name, text: rest.join(' ') };
  });
  const starts = instructions.flatMap(({ name }, at) => (name === 'FROM' ? [at] : []));
  return starts.map((from, n) => instructions.slice(from, starts[n + 1]));
}

/** What the image that is run says by an instruction; the last one counts. */
export function said(name: string): string {
  const found = stages()
    .at(-1)
    ?.findLast(instruction => instruction.name === name);
  if (found !== undefined) return found.text;
  throw new Error(`The Dockerfile has no ${name}`);
}

/** The list of an instruction in exec form: a shell in between would swallow signals. */
export const list = (text: string): string[] => z.array(z.string()).parse(JSON.parse(text));
