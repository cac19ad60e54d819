/** Kafka Streams, as the small program of bench/kafka-streams, built by Maven once for each state of its sources. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../scripts/results.ts';
import { succeed } from '../../../test/support/kafka/programs.ts';
import type { Command } from './contestant.ts';
import type { Given } from './given.ts';

const project = join(import.meta.dirname, '../../kafka-streams');
const sources = ['pom.xml', 'src/main/java/millrace/bench/StreamsRival.java'].map(path => join(project, path));

export type Mode = 'suppress' | 'final' | 'keys' | 'disk' | 'join';
export type Guarantee = 'exactly_once_v2' | 'at_least_once';

/** How to run it in a mode, once it is built. */
export async function streamsCommand(): Promise<(mode: Mode, guarantee: Guarantee, given: Given) => Command> {
  const folder = await built();
  const classpath = [join(folder, 'classes'), join(folder, 'lib/*')].join(':');
  const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error';
  return (mode, guarantee, { brokers, run, folder: state, input, other, output, records, warmUp }) => {
    const given = [mode, guarantee, brokers, run, state, input, other, output, records, warmUp].map(String);
    return ['java', quiet, '-cp', classpath, 'millrace.bench.StreamsRival', ...given];
  };
}

async function built(): Promise<string> {
  const cache = join(realpathSync(join(root, 'node_modules')), '.cache/millrace');
  const state = createHash('sha256');
  for (const source of sources) state.update(readFileSync(source));
  const folder = join(cache, `kafka-streams-${state.digest('hex').slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  const beside = `${folder}.${process.pid}`;
  try {
    const goals = ['compile', 'dependency:copy-dependencies', '-DincludeScope=runtime'];
    const into = [`-DbuildDirectory=${beside}`, `-DoutputDirectory=${join(beside, 'lib')}`];
    await succeed('mvn', '-B', '-q', '-f', join(project, 'pom.xml'), ...goals, ...into);
    renameSync(beside, folder);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
  return folder;
}
