/** Programs on PATH that write down how they were called and answer what they are told to: processes, as the real ones are. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execFile } from 'node:child_process';
import { z } from 'zod';

export interface Call {
  readonly command: string;
  readonly pid: number;
  readonly given: readonly string[];
  /** Files that were named and were there, with what they held: they may be gone when it is over. */
  readonly files: Readonly<Record<string, string>>;
}

/** Which call fails, by its first words, and what calls print that begin with others. */
export interface Script {
  readonly fails?: string;
  /** Which call never ends by itself. */
  readonly hangs?: string;
  readonly prints: Readonly<Record<string, string>>;
  /** What is done while the program runs. */
  readonly begun?: (running: {
    readonly kill: (signal: NodeJS.Signals) => void;
    readonly calls: () => Promise<readonly Call[]>;
  }) => Promise<void>;
}

const Calls = z.array(
  z.object({ command: z.string(), pid: z.int(), given: z.array(z.string()), files: z.record(z.string(), z.string()) }),
);

/** Not a line of it is of the project, so that it may stand anywhere. */
const program = (folder: string, command: string): string => `#!${process.execPath}
const { appendFileSync, existsSync, readFileSync, statSync } = require('node:fs');
const given = process.argv.slice(2);
const { fails, hangs, prints } = JSON.parse(readFileSync(${JSON.stringify(join(folder, 'script.json'))}, 'utf8'));
const isFile = path => existsSync(path) && statSync(path).isFile();
const files = Object.fromEntries(given.filter(isFile).map(path => [path, readFileSync(path, 'utf8')]));
appendFileSync(${JSON.stringify(join(folder, 'calls.jsonl'))}, JSON.stringify({ command: '${command}', pid: process.pid, given, files }) + '\\n');
const words = ['${command}', ...given].join(' ');
if (fails !== undefined && words.startsWith(fails)) { console.error('refused by the test'); process.exit(7); }
if (hangs !== undefined && words.startsWith(hangs)) setInterval(() => {}, 1_000);
for (const [begin, text] of Object.entries(prints)) if (words.startsWith(begin)) console.log(text);
`;

export async function recordingTools(...commands: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-tools-'));
  for (const command of commands) {
    await writeFile(join(folder, command), program(folder, command));
    await chmod(join(folder, command), 0o755);
  }
  const calls = async (): Promise<Call[]> => {
    const lines = (await readFile(join(folder, 'calls.jsonl'), 'utf8')).trimEnd().split('\n');
    return Calls.parse(lines.filter(line => line !== '').map((line): unknown => JSON.parse(line)));
  };
  return {
    folder,
    /** Runs a program with these in front of all others on PATH, and answers how it ended and whom it called. */
    async run(script: Script, environment: Readonly<Record<string, string>>, ...given: readonly [string, ...string[]]) {
      await writeFile(join(folder, 'script.json'), JSON.stringify(script));
      await writeFile(join(folder, 'calls.jsonl'), '');
      const env = { ...process.env, PATH: [folder, process.env['PATH']].join(delimiter), ...environment };
      const { promise, resolve } = Promise.withResolvers<{ code: number; stdout: string; stderr: string }>();
      const { begun } = script;
      const child = execFile(process.execPath, given, { env }, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr }),
      );
      await begun?.({ kill: signal => child.kill(signal), calls });
      return { ...(await promise), calls: await calls() };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
