/** `text` as one word of a POSIX shell script, taken literally. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * Absolute paths in which `*`, `?` and `[…]` match file names and all else is literal, as the value of a variable, a line each: split at line
 * breaks, without quotes, it is the files below the present folder that match.
 */
export function patternLines(paths: readonly string[]): string {
  return paths.map((path) => path.replace(/^\/(?=[-*?[]|$)/, './').replace(/^\//, '').replaceAll('\\', '[\\\\]')).join('\n');
}

/**
 * A template of a program, as it goes into the build graph: without the comments, indentation and empty lines that its source has for whoever
 * reads it, since each build sends the graph several times over. A title, `# repro-dockerfile: …`, stays, and so does what is put into the
 * template. Not for text in which a quoted word has lines that begin with blanks or `#`.
 */
export function program(template: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  let parts = known.get(template);
  if (parts === undefined) known.set(template, parts = template.map(dense));
  return String.raw({ raw: parts }, ...values);
}

/** What is between the values of templates, which is the same each time. */
const known = new WeakMap<TemplateStringsArray, readonly string[]>();

function dense(part: string): string {
  return part.replaceAll(/\n[ \t]+/g, '\n').replaceAll(/\n#(?! repro-dockerfile:)[^\n]*(?=\n)/g, '').replaceAll(/\n{2,}/g, '\n');
}
