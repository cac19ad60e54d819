import { defineConfig } from 'vitest/config';
import { thorough } from './test/thorough.ts';

const minute_ms = 60_000;

/**
 * The suites that start processes, browsers or long runs: one folder of test/ and one time limit each. A limit ends what
 * would never end, and is far from what a test takes on a slow machine that has other work as well: no test is about it.
 */
const slowSuites = {
  integration: 6 * minute_ms,
  kafka: 6 * minute_ms,
  simulation: 20 * minute_ms,
  soak: 15 * minute_ms,
  drills: 10 * minute_ms,
  package: 15 * minute_ms,
  browser: 6 * minute_ms,
  acceptance: 10 * minute_ms,
  runbooks: 12 * minute_ms,
  spark: 10 * minute_ms,
  docker: 15 * minute_ms,
};

/** How long `expect.poll` looks again; a second, its own limit, is no time at all for a process that has to start. */
const expectations = { poll: { timeout: 3 * minute_ms } };

/** In each test's process, before the test. */
const setupFiles = ['test/support/own-environment.ts'];

/** Before any test: the model does not work without its kernel. */
const kernel = 'test/support/kernel.ts';

/** What needs nothing but this process, mostly: the quick tests, and those that take their time. */
const quick = (name: string, include: string[], exclude: string[], isolate: boolean) => ({
  test: {
    isolate,
    setupFiles,
    globalSetup: kernel,
    name,
    include,
    exclude,
    testTimeout: 2 * minute_ms,
    hookTimeout: 2 * minute_ms,
    expect: { poll: { timeout: minute_ms } },
    sequence: { groupOrder: 0 },
  },
});

const unit = quick(
  'unit',
  ['test/**/*.test.ts'],
  [...Object.keys(slowSuites).map(folder => `test/${folder}/**`), ...thorough],
  // To load everything anew for each file takes longer than the tests: so they leave nothing behind in a module.
  false,
);

/** What has to stand before the tests of a suite. */
const globalSetups: Record<string, string[]> = {
  browser: ['test/browser/build.ts'],
  kafka: ['test/support/kafka/global-setup.ts'],
  spark: ['test/support/spark/global-setup.ts'],
};

/** A suite runs after the ones before it, so that two cores never carry a browser and a simulation at once. */
const slow = Object.entries(slowSuites).map(([folder, limit_ms], index) => ({
  test: {
    name: folder,
    include: [`test/${folder}/**/*.test.ts`],
    testTimeout: limit_ms,
    hookTimeout: limit_ms,
    expect: expectations,
    setupFiles,
    globalSetup: [kernel, ...(globalSetups[folder] ?? [])],
    sequence: { groupOrder: index + 1 },
  },
}));

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    teardownTimeout: minute_ms / 2,
    projects: [quick('thorough', [...thorough], [], true), unit, ...slow],
  },
});
