/** Runs one contestant in a process of its own and says what its work cost, after the records of its warm-up. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Mark } from './marks.ts';
import { cpuOf } from './processes.ts';

/** A run takes seconds; one that hangs must not hang the benchmark. */
const limit_ms = 120_000;

export interface Cost {
  readonly recordsPerSecond: number;
  /** Seconds of the processor for a million records: of the contestant, and of the broker meanwhile. */
  readonly cpu: number;
  readonly brokerCpu: number;
}

/** @throws where the process fails, or does not tell when it is warm and when it is done */
export async function costOf(command: readonly [string, ...string[]], broker: number): Promise<Cost> {
  const marks: (readonly [Mark, broker: number])[] = [];
  await run(command, mark => marks.push([mark, cpuOf(broker)]));
  const [[warm, brokerWarm], [done, brokerDone]] = [marked(marks, 'warm'), marked(marks, 'done')];
  const records = done.records - warm.records;
  const perMillion = 1_000 / records;
  return {
    recordsPerSecond: (records * 1_000) / (done.clock - warm.clock),
    cpu: (done.cpu - warm.cpu) * perMillion,
    brokerCpu: (brokerDone - brokerWarm) * perMillion,
  };
}

function marked(marks: readonly (readonly [Mark, number])[], at: Mark['at']): readonly [Mark, number] {
  const found = marks.find(([mark]) => mark.at === at);
  if (found === undefined) throw new Error(`The contestant did not tell when it was ${at}`);
  return found;
}

/** Resolves when the process has ended well. */
export async function run([command, ...given]: readonly [string, ...string[]], hear: (mark: Mark) => void): Promise<void> {
  const child = spawn(command, given, { stdio: ['ignore', 'pipe', 'pipe'], timeout: limit_ms, killSignal: 'SIGKILL' });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-10_000)));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('error', reject);
  child.once('close', (code, signal) => {
    if (code === 0) resolve();
    else reject(new Error(`${[command, ...given].join(' ')} ended with ${code ?? signal}:\n${said}`));
  });
  createInterface({ input: child.stdout }).on('line', line => hear(Mark.parse(JSON.parse(line))));
  await promise;
}
