/** `text` as one word of a POSIX shell script, taken literally. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** `pattern` as one word of a POSIX shell script in which `*`, `?` and `[…]` match file names and all else is literal. */
export function shellPattern(pattern: string): string {
  return pattern.split(/([*?[\]])/).map((part) => (part === '' || /^[*?[\]]$/.test(part) ? part : shellWord(part))).join('');
}
