/** The programs that deploy: az, kubelogin, helm and our own, each a process that is found on PATH. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { MillraceError } from '../../src/errors.ts';

const minute_ms = 60_000;
/** A new API Management of the classic tiers takes the better part of an hour. */
export const longest_ms = 120 * minute_ms;

export interface Tool {
  /** What it does, for people: `the deployment`. */
  readonly step: string;
  readonly command: string;
  readonly given: readonly string[];
  readonly stop: AbortSignal;
}

/** A step of a deployment failed; the steps before it stand. */
export class StepFailed extends MillraceError {
  readonly code = 'STEP_FAILED';
}

/** Runs it with its output straight to ours. */
export async function show(tool: Tool): Promise<void> {
  await ended(tool, start(tool, 'inherit'));
}

/** Runs it and answers what it prints; what it says on standard error goes straight to ours. */
export async function answered(tool: Tool): Promise<string> {
  const child = start(tool, 'pipe');
  const printed: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => printed.push(chunk));
  await ended(tool, child);
  return Buffer.concat(printed).toString();
}

const start = ({ command, given, stop }: Tool, output: 'inherit' | 'pipe') =>
  spawn(command, given, {
    stdio: ['ignore', output, 'inherit'],
    signal: AbortSignal.any([stop, AbortSignal.timeout(longest_ms)]),
  });

async function ended({ step, command, given, stop }: Tool, child: ReturnType<typeof start>): Promise<void> {
  const name = [command, ...given.slice(0, 3)].join(' ');
  try {
    await once(child, 'close');
  } catch (error) {
    if (stop.aborted) throw new StepFailed(`${step} was stopped (${name})`, 'The same command goes on where it was');
    if (isMissing(error)) throw new StepFailed(`${step} needs ${command}, which is not on PATH`, `Install ${command}`);
    throw error;
  }
  if (child.exitCode === 0) return;
  const how = child.exitCode === null ? `was ended by ${child.signalCode}` : `ended with ${child.exitCode}`;
  throw new StepFailed(
    `${step} failed: ${name} … ${how}`,
    'What it says stands above; the same command goes on where it was',
  );
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
