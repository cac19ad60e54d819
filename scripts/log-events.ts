// The reference page of the log's events, made from their table: node scripts/log-events.ts generate|check
import { join } from 'node:path';
import { events } from '../src/operations/logging/events.ts';
import { type FieldKind, fieldKinds } from '../src/operations/logging/fields.ts';
import { laidOut, runMadeFiles } from './made-files.ts';
import { root } from './results.ts';

const path = join(root, 'docs/LOG-EVENTS.md');

const rows = Object.values(events)
  .toSorted((a, b) => (a.event < b.event ? -1 : 1))
  .map(({ event, component, level, message }) => `| \`${event}\` | \`${component}\` | ${level} | ${message} |`);

const written: Readonly<Record<FieldKind, string>> = {
  name: 'a name, at most 300 characters',
  number: 'a number',
  text: 'words that the program chooses, at most 1,000 characters',
  quote: 'may quote a record: left out of JSON unless `logging.userIds` is `plain`',
  url: 'an address without query and user',
  user: 'as `logging.userIds` says: hashed, plain or left out',
};

const fields = Object.entries(fieldKinds).map(([name, kind]) => `| \`${name}\` | ${written[kind]} |`);

const page = `# The log's events

<!-- Made from src/operations/logging by \`node scripts/log-events.ts generate\`: change it there. -->

What \`start\`, \`serve\`, \`run\` and \`replay\` say on standard error, one event a line; [Logs](OPERATIONS.md#logs) says how to read them. Names of events and fields stay.

| event | component | level | means |
| ----- | --------- | ----- | ----- |
${rows.join('\n')}

Beside \`time\`, \`level\`, \`component\`, \`event\`, \`message\` and, in JSON, \`pid\`, \`host\` and \`version\` a line has those of these fields that it knows, and nothing else:

| field | is |
| ----- | -- |
${fields.join('\n')}
| \`error\` | \`name\`, \`code\`, \`message\`, \`remedy\`, \`stack\` (10 frames at most) and \`causes\` (5 at most, each with the same) |
`;

await runMadeFiles({
  script: 'scripts/log-events.ts',
  of: 'the table of events',
  files: [[path, await laidOut(path, page, 'markdown')]],
});
