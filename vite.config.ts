/**
 * Builds a page into dist/web, which the server hands out (src/recommender/api/pages.ts): the dashboard, and with
 * `--mode shop` the shop, after it.
 */
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const web = (...parts: string[]): string => resolve(import.meta.dirname, 'src/recommender/web', ...parts);
const built = (...parts: string[]): string => resolve(import.meta.dirname, 'dist/web', ...parts);

export default defineConfig(({ mode }) => {
  const isShop = mode === 'shop';
  return {
    root: web(isShop ? 'shop' : 'dashboard'),
    base: isShop ? '/shop/' : '/',
    // A page asks nobody but its own server for anything, so nothing is inlined that its policy would refuse.
    build: {
      outDir: isShop ? built('shop') : built(),
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: 'es2024',
      // The licences of what is in a page want their notices wherever it goes.
      license: { fileName: 'licences.md' },
    },
    publicDir: false,
  };
});
