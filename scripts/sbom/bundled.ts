/**
 * Development dependencies whose code is in the pages all the same, since vite writes it into dist/web: whoever has the
 * package or the image has them. What vite itself says of the pages (dist/web/licences.md) is held against this in a test.
 */
export const bundled: readonly string[] = ['preact', '@preact/signals', 'uplot'];
