import { parse } from 'acorn';
import type { Node } from 'acorn';
import { transformSync } from 'esbuild';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './cache.ts';

/** A regular expression in the source, or a call that makes one. */
export interface Expression {
  /** From the top of the tree. */
  readonly file: string;
  /** `/PATTERN/FLAGS`, or the text of the call. */
  readonly text: string;
  /** Undefined for a call. */
  readonly regex?: { readonly pattern: string; readonly flags: string };
}

/** All regular expressions below a folder of the tree, in order; each once a file. */
export function expressionsBelow(folder: string): readonly Expression[] {
  const files = readdirSync(join(projectFolder, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).sort();
  return files.flatMap((name) => {
    const { code } = transformSync(readFileSync(join(projectFolder, folder, name), 'utf8'), { loader: 'ts', format: 'esm', charset: 'utf8' });
    return expressionsOf(code, join(folder, name));
  });
}

/** Those of a module in JavaScript. */
export function expressionsOf(code: string, file: string): readonly Expression[] {
  const found = new Map<string, Expression>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const node = value as Node & { readonly regex?: Expression['regex']; readonly callee?: { readonly name?: string } };
    const isCall = (node.type === 'NewExpression' || node.type === 'CallExpression') && node.callee?.name === 'RegExp';
    const text = code.slice(node.start, node.end);
    if (isCall) found.set(text, { file, text });
    else if (node.type === 'Literal' && node.regex !== undefined) found.set(text, { file, text, regex: node.regex });
    for (const child of Object.values(node)) if (child !== node.regex) visit(child);
  };
  visit(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }).body);
  return [...found.values()];
}
