/** One `docker compose up`, as anybody does it: where a Docker engine answers. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StartedDockerComposeEnvironment } from 'testcontainers';
import { z } from 'zod';
import { root } from '../../scripts/results.ts';
import { offers } from '../support/kafka/choice.ts';

const run = promisify(execFile);
const { hasDocker } = await offers();
const url = 'http://127.0.0.1:8080';
const List = z.object({ reason: z.string(), modelVersion: z.string(), items: z.array(z.unknown()) });

describe.skipIf(!hasDocker)('docker compose up (skipped: no Docker engine answers)', () => {
  let up: StartedDockerComposeEnvironment;

  // Loaded only where Docker runs: the library looks for its engine for seconds.
  beforeAll(async () => {
    const { DockerComposeEnvironment, Wait } = await import('testcontainers');
    up = await new DockerComposeEnvironment(root, 'docker-compose.yml')
      .withBuild()
      .withWaitStrategy('serve-1', Wait.forHealthCheck())
      .withStartupTimeout(14 * 60_000)
      .up();
  });
  afterAll(() => up.down({ removeVolumes: true }));

  test('serves a page and personal lists on the address that it says', { timeout: 5 * 60_000 }, async () => {
    expect(await (await fetch(url)).text()).toMatch(/<title>/);
    const listOf = async () => List.safeParse(await (await fetch(`${url}/v2/users/1/recommendations?n=10`)).json());
    await expect.poll(listOf, { timeout: 4 * 60_000, interval: 1_000 }).toMatchObject({ data: { reason: 'personal' } });
  });

  test('ends in order, and snapshots what it has learnt', async () => {
    const engine = up.getContainer('run-1');
    await run('docker', ['stop', '--time', '60', engine.getId()]);
    const { stdout } = await run('docker', ['inspect', '--format', '{{.State.ExitCode}}', engine.getId()]);
    expect(stdout.trim()).toBe('0');
  });
});
