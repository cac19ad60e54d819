// What somebody on call does, done for real in a folder: npm run drill -- NAME|all|--list [--keep] [--transport kafka] [--documents cosmos] [--snapshots blob]
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Drill, drills } from './drills.ts';
import { type Choice, embedded } from './equipment.ts';
import { type Drilled, runDrill } from './run-drill.ts';

const usage =
  'npm run drill -- NAME|all|--list [--keep] [--json] [--transport kafka] [--documents cosmos] [--snapshots blob]';

const Chosen = z.strictObject({
  transport: z.enum(['embedded', 'kafka']).default(embedded.transport),
  documents: z.enum(['sqlite', 'cosmos']).default(embedded.documents),
  snapshots: z.enum(['directory', 'blob']).default(embedded.snapshots),
});

/** What was typed is no drill; exit code 2. */
class Misused extends Error {}

function flagsOf(given: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...given],
      allowPositionals: true,
      options: { keep: flag, json: flag, list: flag, transport: text, documents: text, snapshots: text },
    });
    const { keep, json, list, ...chosen } = values;
    return { keep, json, list, names: positionals, choice: Chosen.parse(chosen) };
  } catch (error) {
    throw new Misused(error instanceof z.ZodError ? z.prettifyError(error) : String(error));
  }
}

/** Those that are named, of those that the adapters are for. */
function selected(names: readonly string[], choice: Choice): readonly Drill[] {
  const able = drills.filter(drill => isOn(drill, choice));
  if (names.length === 1 && names[0] === 'all') return able;
  if (names.length === 0) throw new Misused('No drill is named');
  return names.map(name => {
    const drill = drills.find(one => one.name === name);
    if (drill === undefined)
      throw new Misused(`There is no drill '${name}': ${drills.map(one => one.name).join(', ')}`);
    if (!able.includes(drill)) throw new Misused(`'${name}' is not done on ${Object.values(choice).join(', ')}`);
    return drill;
  });
}

function isOn({ on }: Drill, choice: Choice): boolean {
  const takes = <T>(others: readonly T[] = [], usual: T, given: T): boolean =>
    given === usual || others.includes(given);
  return (
    takes(on.transport, embedded.transport, choice.transport) &&
    takes(on.documents, embedded.documents, choice.documents) &&
    takes(on.snapshots, embedded.snapshots, choice.snapshots)
  );
}

function listed({ name, about, on }: Drill): string {
  const others = Object.values(on).flat();
  return `${name.padEnd(10)} ${about}${others.length === 0 ? '' : ` (also on ${others.join(', ')})`}`;
}

function verdictOf({ name, failure, seconds, recovery_s, folder }: Drilled): string {
  const kept = folder === undefined ? '' : `\n     its folder is kept: ${folder}`;
  if (failure !== undefined) return `${name}: FAILED in ${failure}${kept}`;
  return `${name}: all is as it has to be, in ${seconds.toFixed(0)} s, of which ${recovery_s.toFixed(1)} s bring it back${kept}`;
}

async function main(): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());
  const { keep, json, list, names, choice } = flagsOf(process.argv.slice(2));
  if (list) {
    process.stdout.write(`${drills.map(listed).join('\n')}\n`);
    return 0;
  }
  const done: Drilled[] = [];
  for (const drill of selected(names, choice)) {
    if (stop.signal.aborted) break;
    const tell = (line: string): void => void process.stderr.write(`${line}\n`);
    const drilled = await runDrill(drill, { choice, keep, tell, signal: stop.signal });
    done.push(drilled);
    process.stderr.write(`${verdictOf(drilled)}\n\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify({ drills: done })}\n`);
  else process.stdout.write(`${done.map(verdictOf).join('\n')}\n`);
  return stop.signal.aborted ? 130 : done.every(({ failure }) => failure === undefined) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Misused)) throw error;
  process.stderr.write(`${error.message}\n${usage}\n`);
  process.exitCode = 2;
}
