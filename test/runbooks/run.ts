// Tries a runbook, or all of them, on real processes: npm run runbook -- NAME|all|--list
import { parseArgs } from 'node:util';
import { prometheusProgram } from './prometheus.ts';
import { runbooks } from './runbooks.ts';
import { tryRunbook } from './try-runbook.ts';

const { values, positionals } = parseArgs({ options: { list: { type: 'boolean' } }, allowPositionals: true });
const names = positionals.includes('all') ? runbooks.map(({ alert }) => alert) : positionals;
const unknown = names.filter(name => !runbooks.some(({ alert }) => alert === name));

if (values.list === true) {
  for (const { alert, cause } of runbooks) process.stdout.write(`${alert}: ${cause}\n`);
} else if (names.length === 0 || unknown.length > 0) {
  process.stderr.write(`${unknown.join(', ') || 'no name'}: \`npm run runbook -- --list\` shows which there are\n`);
  process.exitCode = 2;
} else if (prometheusProgram === '') {
  process.stderr.write('there is no `prometheus` on PATH: apt-get install prometheus\n');
  process.exitCode = 2;
} else {
  for (const runbook of runbooks.filter(({ alert }) => names.includes(alert))) {
    const why = runbook.whyNot?.();
    if (why === undefined) await tryRunbook(runbook, line => process.stderr.write(`${line}\n`));
    process.stdout.write(why === undefined ? `${runbook.alert}: tried\n` : `${runbook.alert}: not tried, ${why}\n`);
  }
}
