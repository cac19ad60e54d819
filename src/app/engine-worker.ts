/** The engine's own thread: nothing that the API or a page does can delay an epoch, nor the other way round. */
import { enableCompileCache } from 'node:module';

enableCompileCache(); // before all that it is for
const { work } = await import('./engine-work.ts');
await work();
