import { styleText } from 'node:util';
import type { Style } from '../report/text.ts';

/** Colours for a terminal, or none. */
export function makeStyle(isColored: boolean): Style {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string): string => (isColored ? styleText(format, text, { validateStream: false }) : text);
  return { bold: style('bold'), dim: style('dim'), good: style('green'), fair: style('yellow'), bad: style('red') };
}
