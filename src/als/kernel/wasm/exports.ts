import { webAssembly, type WasmMemory, type WasmModule } from '../web-assembly.ts';

/** A function of assembly/: addresses and integers in, a number or nothing out. */
export type KernelFunction = (...given: number[]) => number;

/** An instance over a memory: it holds no state of its own. */
export function instantiate(module: WasmModule, memory: WasmMemory) {
  const { exports } = new webAssembly.Instance(module, { env: { memory } });
  const of = (name: string): KernelFunction => {
    const found = exports[name];
    if (!isFunction(found)) throw new TypeError(`The kernel has no ${name}: build it anew (npm run build:kernel)`);
    return found;
  };
  return {
    blockRows: of('blockRows'),
    blockScratch: of('blockScratch'),
    gramRows: of('gramRows'),
    gramScratch: of('gramScratch'),
    greatestSquare: of('greatestSquare'),
    listRows: of('listRows'),
    listScratch: of('listScratch'),
    packPanels: of('packPanels'),
    panelMaxima: of('panelMaxima'),
    panelWidths: of('panelWidths'),
    productRows: of('productRows'),
    productScratch: of('productScratch'),
    replaceOuter: of('replaceOuter'),
    scanRows: of('scanRows'),
    solveRows: of('solveRows'),
    solveScratch: of('solveScratch'),
    transformRows: of('transformRows'),
    transformScratch: of('transformScratch'),
  };
}

/** What the module offers, under the names of assembly/index.as.ts. */
export type KernelExports = Readonly<ReturnType<typeof instantiate>>;

const isFunction = (value: unknown): value is KernelFunction => typeof value === 'function';
