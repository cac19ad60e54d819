/** Builds the pages into dist/web, which the server hands out (src/recommender/api/pages.ts). */
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

export default defineConfig({
  root: resolve(import.meta.dirname, 'src/recommender/web/dashboard'),
  // A page asks nobody but its own server for anything, so nothing is inlined that its policy would refuse.
  build: {
    outDir: resolve(import.meta.dirname, 'dist/web'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2024',
  },
  publicDir: false,
});
