import { expect, test } from 'vitest';
import { lineOf } from '../support/spark/programs.ts';

test('whether Spark is tested is said in a line, with what is missing and where to read of it', () => {
  expect(lineOf(undefined)).toMatch(/^spark: tested with PySpark 4/);
  expect(lineOf('Java 17')).toMatch(/^spark: SKIPPED, there is no Java 17: deploy\/spark\/README.md$/);
});
