/**
 * Has Kafka Streams run the scenarios of test/streams and write into them what it does: `node scripts/streams.ts [FOLDER]`.
 * It needs Java and Maven, whose work is kept in node_modules/.cache. Afterwards prettier puts the files into shape.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './results.ts';
import { run } from './run.ts';

const project = join(root, 'test/streams');
const folder = process.argv[2] ?? project;

async function must(command: string, ...given: readonly string[]): Promise<void> {
  const { status, output } = await run({ command, given, folder: root, limit_ms: 300_000 });
  if (status !== 0) throw new Error(`${command} ${given.join(' ')} ended with ${status}:\n${output}`);
}

/** The folder of the compiled program and its libraries, made anew where its sources have changed. */
async function built(): Promise<string> {
  const cache = join(realpathSync(join(root, 'node_modules')), '.cache/millrace');
  const state = createHash('sha256');
  for (const path of ['pom.xml', ...globSync('src/**/*.java', { cwd: project }).sort()]) {
    state.update(readFileSync(join(project, path)));
  }
  const made = join(cache, `streams-scenarios-${state.digest('hex').slice(0, 12)}`);
  if (existsSync(made)) return made;
  const beside = `${made}.${process.pid}`;
  try {
    const goals = ['compile', 'dependency:copy-dependencies', '-DincludeScope=runtime'];
    const into = [`-DbuildDirectory=${beside}`, `-DoutputDirectory=${join(beside, 'lib')}`];
    await must('mvn', '-B', '-q', '-f', join(project, 'pom.xml'), ...goals, ...into);
    renameSync(beside, made);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
  return made;
}

const program = await built();
const classpath = [join(program, 'classes'), join(program, 'lib/*')].join(':');
const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error';
await must('java', quiet, '-cp', classpath, 'millrace.streams.Scenarios', folder);
// By name: a folder elsewhere has no configuration of its own.
const config = join(root, '.prettierrc.json');
await must('node_modules/.bin/prettier', '--config', config, '--write', '--log-level=warn', join(folder, '*.json'));
