/** A program that collects alone, and makes many objects of which some live on. */
import { collectAlone } from '../../src/app/collect-alone.ts';

collectAlone();
let kept: { readonly n: number }[] = [];
for (let n = 0; n < 5_000_000; n++) {
  kept.push({ n });
  if (kept.length > 200_000) kept = [];
}
