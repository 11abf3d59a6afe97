import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './cache.ts';

/** A block of commands in a page of the documentation. */
export interface CommandBlock {
  /** Line of its fence, from 1. */
  readonly line: number;
  readonly script: string;
  /** Why the tests do not run it: `<!-- not run: REASON -->` above the block. */
  readonly notRun?: string;
}

/** All pages, from the top of the tree. */
export function documentationPages(): readonly string[] {
  const below = (folder: string): readonly string[] => readdirSync(join(projectFolder, folder)).filter((name) => name.endsWith('.md')).sort().map((name) => `${folder}/${name}`);
  return ['README.md', ...below('docs'), ...below('docs/rules')];
}

/** The blocks that are fenced as `sh` in a page. */
export function commandBlocks(page: string): readonly CommandBlock[] {
  const lines = readFileSync(join(projectFolder, page), 'utf8').split('\n');
  const blocks: CommandBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (lines[at] !== '```sh') continue;
    const end = lines.indexOf('```', at + 1);
    const above = lines.slice(0, at).findLast((line) => line.trim() !== '') ?? '';
    const notRun = /^<!-- not run: (.+) -->$/.exec(above)?.[1];
    blocks.push({ line: at + 1, script: lines.slice(at + 1, end).join('\n'), ...(notRun === undefined ? {} : { notRun }) });
    at = end;
  }
  return blocks;
}
