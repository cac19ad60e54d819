/** Sends a visit of each page that it is given: node src/send.ts /home /home /prices */
import { randomUUID } from 'node:crypto';
import { argv } from 'node:process';
import { openClient } from 'millrace/log';
import { options } from './client.ts';
import { visits } from './streams.ts';

const pages = argv.slice(2);

await using client = await openClient(options);
await client.send(
  visits,
  pages.map(page => ({ id: randomUUID(), page, at: Date.now() })),
);
console.log(`${pages.length} visits sent`);
