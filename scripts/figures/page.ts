/** docs/BENCHMARKS.md: all results. */
import type { Comparison, Result, Row, Table } from '../../bench/support/shape.ts';
import { benchmarks, repeatOf } from './benchmarks.ts';
import type { Headline } from './headlines.ts';
import type { Results } from './read.ts';
import { machineText, notMeasured, summary } from './summary.ts';
import { ratioCell, shown, table, timesAsGood } from './table.ts';

const head = `# Benchmarks

<!-- Made from bench/results by \`node scripts/figures.ts generate\`: measure again instead of changing it. -->

\`npm run bench\` measures all of it and writes this page; each benchmark runs alone, too, and states its arguments at its top. What is compared takes turns on one machine, after one uncounted run of each.

A ratio is that of the medians: how many times as good a row is as the first row of its subject, whichever way is better; below 1 it is behind, and says so. Aims are of the project's own making. Load is the average of the last 1, 5 and 15 minutes when the benchmark ended: other work on the machine makes figures worse.`;

/** Markdown, not laid out yet. @throws {UnusableResults} */
export function page(results: Results, told?: readonly Headline[]): string {
  const sections = [...benchmarks.keys()].map(name => section(name, results.get(name)));
  return `${[head, '## In short', summary(results, told), ...sections].join('\n\n')}\n`;
}

function section(name: string, result: Result | undefined): string {
  const repeat = `Repeat with \`${repeatOf(name)}\`.`;
  if (result === undefined) return `## ${name}\n\nThis is ${notMeasured}. ${repeat}`;
  const { question, machine, notes = [] } = result;
  const load = `load ${machine.load.join(', ')}`;
  const runs = result.kind === 'comparison' ? [`${result.runs} runs each.`] : settingsText(result);
  const about = [`${machineText(machine)}, ${load}.`, ...runs, repeat].join(' ');
  const rows = result.kind === 'comparison' ? comparisonRows(result) : tableRows(result);
  return [`## ${name}`, question, ...notes, about, table(rows)].join('\n\n');
}

/** Those that are one number or word each; the file of results has all. */
function settingsText({ settings }: Table): string[] {
  const plain = Object.entries(settings).flatMap(([name, value]) =>
    typeof value === 'number' || typeof value === 'string' ? [`${name} ${value}`] : [],
  );
  return plain.length === 0 ? [] : [`Settings: ${plain.join(', ')}.`];
}

function comparisonRows({ rows }: Comparison): string[][] {
  const firsts = new Map(rows.toReversed().map(row => [row.subject, row]));
  const hasSubjects = rows.some(({ subject }) => subject !== '');
  const titles = [...(hasSubjects ? ['subject'] : []), 'what', 'unit', 'best', 'median', 'worst', 'ratio'];
  const cells = (row: Row): string[] => {
    const { subject, name, unit, best, median, worst } = row;
    const ratio = firsts.get(subject) === row ? '' : ratioCell(timesAsGood(row.ratio, 1, row.better));
    return [...(hasSubjects ? [subject] : []), name, unit, ...[best, median, worst].map(shown), ratio];
  };
  return [titles, ...rows.map(cells)];
}

function tableRows({ columns, rows }: Table): string[][] {
  const arrows = { more: ' ↑', less: ' ↓' };
  const titles = columns.map(({ name, better }) => name + (better === undefined ? '' : arrows[better]));
  const cell = (value: string | number | null | undefined): string =>
    typeof value === 'number' ? shown(value) : (value ?? '');
  return [titles, ...rows.map(row => columns.map(({ name }) => cell(row[name])))];
}
