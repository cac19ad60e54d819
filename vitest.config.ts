import { defineConfig } from 'vitest/config';

const minute_ms = 60_000;

/** The suites that start processes, browsers or long runs: one folder of test/ and one time limit each. */
const slowSuites = {
  integration: 2 * minute_ms,
  kafka: 2 * minute_ms,
  simulation: 10 * minute_ms,
  package: 5 * minute_ms,
  browser: 3 * minute_ms,
  acceptance: 5 * minute_ms,
  spark: 5 * minute_ms,
  docker: 15 * minute_ms,
};

/** In each test's process, before the test. */
const setupFiles = ['test/support/own-environment.ts'];

/** Before any test: the model does not work without its kernel. */
const kernel = 'test/support/kernel.ts';

const unit = {
  test: {
    setupFiles,
    globalSetup: kernel,
    name: 'unit',
    include: ['test/**/*.test.ts'],
    exclude: Object.keys(slowSuites).map(folder => `test/${folder}/**`),
    testTimeout: minute_ms / 2,
    hookTimeout: minute_ms / 2,
    sequence: { groupOrder: 0 },
  },
};

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
    projects: [unit, ...slow],
  },
});
