/** Who may do what in the workflow of a release, and in which order. */
import { expect, test } from 'vitest';
import { type Job, workflow } from '../support/workflows.ts';

const { jobs, permissions, concurrency } = workflow('release');
const publishing = ['image', 'chart', 'package', 'release'];

const needsOf = ({ needs = [] }: Job): readonly string[] => (typeof needs === 'string' ? [needs] : needs);

/** All that has to have succeeded before a job begins. */
function before(name: string): Set<string> {
  const job = jobs[name];
  if (job === undefined) throw new Error(`There is no job ${name}`);
  return new Set(needsOf(job).flatMap(need => [need, ...before(need)]));
}

test('nothing is published that was not checked, tested and built, and the release comes last', () => {
  for (const name of publishing) expect([...before(name)]).toEqual(expect.arrayContaining(['check', 'test', 'build']));
  expect([...before('release')].sort()).toEqual(
    Object.keys(jobs)
      .filter(name => name !== 'release')
      .sort(),
  );
});

test('only what publishes may write or sign, and it waits for approval', () => {
  expect(permissions).toEqual({});
  for (const [name, { permissions: own, environment }] of Object.entries(jobs)) {
    const writes = Object.entries(own).filter(([, right]) => right === 'write');
    expect({ name, isPublishing: writes.length > 0 }).toEqual({ name, isPublishing: publishing.includes(name) });
    expect(environment).toBe(publishing.includes(name) ? 'release' : undefined);
  }
  const rights = Object.fromEntries(publishing.map(name => [name, Object.keys(jobs[name]?.permissions ?? {})]));
  expect(rights).toEqual({
    image: ['attestations', 'contents', 'id-token', 'packages'],
    chart: ['id-token', 'packages'],
    package: ['id-token'],
    release: ['attestations', 'contents', 'id-token'],
  });
});

test('no secret is kept for it: what it has is the token of its own run', () => {
  const secrets = [...JSON.stringify(jobs).matchAll(/secrets\.(\w+)/g)].map(([, name]) => name);
  expect(new Set(secrets)).toEqual(new Set(['GITHUB_TOKEN']));
});

test('it is never broken off by another one, and no job runs without a limit', () => {
  expect(concurrency).toEqual({ group: 'release', 'cancel-in-progress': false });
  for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeLessThanOrEqual(120);
});

test('the image is of our Dockerfile, for both architectures, with provenance and what is in it, and signed by digest', () => {
  const steps = jobs['image']?.steps ?? [];
  const build = steps.find(({ id }) => id === 'built')?.with;
  expect(build).toMatchObject({
    file: 'deploy/Dockerfile',
    platforms: 'linux/amd64,linux/arm64',
    push: true,
    provenance: 'mode=max',
    sbom: true,
  });
  const at = (name: string): number => steps.findIndex(step => (step.id ?? step.name) === name);
  expect(at('Sign')).toBeGreaterThan(at('built'));
  expect(steps[at('Sign')]?.env).toMatchObject({ DIGEST: '${{ steps.built.outputs.digest }}' });
});
