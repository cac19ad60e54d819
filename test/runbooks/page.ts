/** The sections of docs/RUNBOOKS.md as a trial follows them: commands and queries, and what the page says they show. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/results.ts';
import { patternOf } from '../support/markdown.ts';

/** One fenced block, and the output that the block after it shows; undefined where it shows none. */
export interface Step {
  readonly language: 'sh' | 'promql';
  readonly text: string;
  readonly says: string | undefined;
}

export interface Section {
  readonly alert: string;
  readonly text: string;
  readonly steps: readonly Step[];
  /** Everything that somebody is told to type or to ask, those within sentences too: each once. */
  readonly toldTo: readonly string[];
}

/** What only a cluster understands: nothing here can try it. */
export const onlyOnKubernetes = (command: string): boolean => /^(?:kubectl|helm) /.test(command);

const commands = /^(?:millrace|kubectl|helm|curl|promtool) \S/;

export function sectionsOf(markdown: string): Section[] {
  return markdown.split(/^## /m).flatMap(part => {
    const [, alert, text = ''] = /^(\w+)\n(.*)/s.exec(part) ?? [];
    return alert === undefined ? [] : [sectionOf(alert, text)];
  });
}

function sectionOf(alert: string, text: string): Section {
  const steps = stepsOf(text);
  const inSentences = [...text.replaceAll(fenced, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  const toldTo = [...steps.map(step => step.text), ...inSentences.filter(code => commands.test(code))];
  return { alert, text, steps, toldTo: [...new Set(toldTo)] };
}

/** Of a list item, too, which is indented. */
const fenced = /^( *)```(\w+)\n(.*?)^ *```$/gms;

function stepsOf(text: string): Step[] {
  const blocks = [...text.matchAll(fenced)].map(([, indent = '', language = '', inner = '']) => {
    return { language, text: inner.replaceAll(new RegExp(`^${indent}`, 'gm'), '').trimEnd() };
  });
  return blocks.flatMap((block, at) => {
    const { language } = block;
    if (language !== 'sh' && language !== 'promql') return [];
    const next = blocks[at + 1];
    return [{ language, text: block.text, says: next?.language === 'text' ? next.text : undefined }];
  });
}

export const runbooksPage = (): string => readFileSync(join(root, 'docs/RUNBOOKS.md'), 'utf8');

/** An output as a pattern: `…` stands for what differs from time to time, and a line of `⋮` for any lines, also none. */
export function saysAs(output: string): RegExp {
  const lines = output.split('\n').map(line => (line === '⋮' ? String.raw`(?:.*\n)*?` : `${sourceOf(line)}\n`));
  return new RegExp(`^${lines.join('')}$`);
}

/** Without the anchors of a whole output. */
const sourceOf = (line: string): string => patternOf(line).source.slice(1, -1);
