/** PySpark as the tests run it: from the virtual environment and the jar that `.ci/run` puts under .tools. */
import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../scripts/results.ts';
import type { Ended } from '../cli.ts';
import { answer } from '../kafka/programs.ts';

/** A copy of the checkout, in which a mutant lives, links to the packages of the checkout: its tools are beside them. */
const tools = join(realpathSync(join(root, 'node_modules')), '../.tools');
const python = join(tools, 'bin/python');
const pyspark = join(tools, 'bin/spark-submit');
const jar = join(tools, 'jars/spark-avro_2.13-4.1.1.jar');
const script = join(root, 'deploy/spark/millrace_als.py');
const limit_ms = 8 * 60_000;

/** What is missing on this machine for PySpark, in words; undefined where nothing is. */
export async function missingForSpark(): Promise<string | undefined> {
  if (!existsSync(pyspark)) return 'PySpark in .tools';
  if (!existsSync(jar)) return 'spark-avro in .tools/jars';
  const java = await answer('java', '-version');
  const major = Number(/version "(?<major>\d+)/.exec(java ?? '')?.groups?.['major'] ?? 0);
  return major < 17 ? `Java 17 (found ${major === 0 ? 'none' : `Java ${major}`})` : undefined;
}

export const lineOf = (missing: string | undefined): string =>
  missing === undefined
    ? 'spark: tested with PySpark 4.1.1'
    : `spark: SKIPPED, there is no ${missing}: deploy/spark/README.md`;

/** For small data: few tasks, no page about them, little time spent on compiling; nothing leaves this machine. */
const settings = [
  'spark.master=local[2]',
  `spark.jars=${jar}`,
  'spark.sql.shuffle.partitions=2',
  'spark.default.parallelism=2',
  'spark.sql.adaptive.enabled=false',
  'spark.sql.codegen.wholeStage=false',
  'spark.sql.codegen.factoryMode=NO_CODEGEN',
  'spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC',
  'spark.ui.enabled=false',
  'spark.ui.showConsoleProgress=false',
  'spark.driver.host=127.0.0.1',
  'spark.driver.bindAddress=127.0.0.1',
].flatMap(setting => ['--conf', setting]);

/** Runs deploy/spark/millrace_als.py to its end, as a user would, on two threads of this machine. */
export function spark(command: 'train' | 'score', ...given: string[]): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const words = [script, command, ...given, ...settings];
  execFile(python, words, { timeout: limit_ms, killSignal: 'SIGKILL' }, (error, stdout, stderr) =>
    resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr }),
  );
  return promise;
}

/** The one object on standard output of a run that succeeds. */
export async function sparkJson(command: 'train' | 'score', ...given: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await spark(command, ...given, '--json');
  if (code !== 0) throw new Error(`millrace_als.py ${command} ${given.join(' ')} ended with ${code}: ${stderr}`);
  const told: Record<string, unknown> = JSON.parse(stdout);
  return told;
}
