/** What TypeScript calls: see wasm/exports.ts. */
export { blockRows, blockScratch } from './blocks.as';
export { listRows, listScratch, packPanels } from './list.as';
export {
  gramRows,
  gramScratch,
  greatestSquare,
  panelMaxima,
  panelWidths,
  productRows,
  productScratch,
  replaceOuter,
  transformRows,
  transformScratch,
} from './matrices.as';
export { scanRows } from './scan.as';
export { solveRows, solveScratch } from './solve.as';
