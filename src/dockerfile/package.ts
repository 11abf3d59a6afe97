import { parse } from 'docker-file-parser';
import { isUtf8 } from '../spec/bytes.ts';
import type { Keyword } from './keywords.ts';

/**
 * docker-file-parser reads the arguments of one instruction at a time. This file knows which it reads as the reference
 * does, by their shape; the others are read from their text by arguments.ts.
 */

/** A JSON array of strings without escapes: in it both know the same characters. */
const PLAIN_JSON = /^\[[\t\r ]*(?:"[^"\\\u0000-\u001f]*"[\t\r ]*(?:,[\t\r ]*"[^"\\\u0000-\u001f]*"[\t\r ]*)*)?\]$/;

/**
 * Whether the package's result for these arguments, which are not empty and have no white space around them, is right:
 * - ENV and LABEL lose order and duplicates, HEALTHCHECK and SHELL are not known, ONBUILD and FROM are not split;
 * - arguments that end in a backslash vanish, as if the line went on;
 * - white space at the end goes by JavaScript's idea of it (a byte order mark is some), and a line end is one;
 * - words of ARG are read with `\` as the escape and JavaScript's white space, whatever the directive says;
 * - a JSON array of anything but strings becomes shell form, and lone surrogates stay in it;
 * - what is not UTF-8 stays;
 * - text that is no JSON array it reads right, but by way of an exception of JSON.parse: a third of the time that such an instruction takes.
 */
export function packageReads(keyword: Keyword, rest: string, escape: string): boolean {
  if (rest === '' || !isUtf8(rest) || rest.endsWith('\\') || rest.includes('\n') || rest.trim() !== rest) return false;
  switch (keyword) {
    case 'add': case 'copy': case 'volume': case 'cmd': case 'entrypoint': case 'run':
      return PLAIN_JSON.test(rest);
    case 'maintainer': case 'stopsignal': case 'user': case 'workdir': case 'expose':
      return true;
    case 'arg':
      return escape === '\\' && !/[\u0085\ufeff]/.test(rest);
    case 'env': case 'label': case 'from': case 'healthcheck': case 'onbuild': case 'shell':
      return false;
  }
}

/** The arguments as the package reads them: one text, or a list. Only for what packageReads approves of. */
export function readWithPackage(keyword: Keyword, rest: string): readonly string[] {
  const args = parse(`${keyword.toUpperCase()} ${rest}`)[0]?.args;
  if (typeof args === 'string') return [args];
  if (Array.isArray(args)) return args;
  throw new TypeError(`docker-file-parser gave no arguments for ${keyword}`);
}
