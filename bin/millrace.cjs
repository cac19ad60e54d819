#!/usr/bin/env node
// CommonJS and old syntax on purpose: this file must parse under any Node, to say which one is needed.
'use strict';

var running = process.versions.node;
var needed = 24;

if (parseInt(running, 10) < needed) {
  console.error(
    'millrace needs Node ' +
      needed +
      ' or newer, and this is Node ' +
      running +
      '.\n' +
      'Install it from https://nodejs.org, or beside your project with: npm install --save-dev node@' +
      needed,
  );
  process.exitCode = 1;
} else {
  import('../dist/src/cli/main.js').catch(function (error) {
    console.error(error);
    process.exitCode = 1;
  });
}
