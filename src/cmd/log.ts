import type { Writable } from 'node:stream';
import { printableLines } from '../report/printable.ts';

/** Writes lines to people. They quote what images, archives and registries say, so nothing in them is for the terminal to obey. */
export function makeLog(stream: Writable): (text: string) => void {
  return (text) => void stream.write(`${printableLines(text)}\n`);
}
