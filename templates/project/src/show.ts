/** Prints the visits of each page and minute: node src/show.ts */
import { openClient } from 'millrace/log';
import { options } from './client.ts';

await using client = await openClient(options);
for await (const { id, body } of client.documents('page-minutes')) console.log(id, body['visits']);
