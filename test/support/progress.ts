/** What a client's plain progress says, without what changes from run to run. */

/**
 * The end of a failed build as the user reads it: the failed step, the Dockerfile's lines, the error.
 * Taken out: timings, step numbers, image digests, the step's own output (its chunks end where they may), and prefixes that an
 * error of the daemon loses on its way through any frontend that is an image.
 */
export function errorTail(log: string): string {
  const lines = normalise(log).split('\n').filter((line) => !line.startsWith('WARNING: No output specified'));
  const start = lines.findIndex((line) => line === '------' || /^\S+:\d+$/.test(line) || /^(error|ERROR): /.test(line));
  if (start < 0) throw new Error(`no error in:\n${log}`);
  const tail = lines.slice(start);
  const [open, close] = [tail.findIndex((line) => line.startsWith(' > ')), tail.indexOf('------', 1)];
  if (open > 0 && close > open) tail.splice(open + 1, close - open - 1);
  return tail.join('\n').trimEnd();
}

/** What the steps' processes printed, in order: the text after `#N SECONDS `. */
export function stepOutput(log: string): string[] {
  return log.split('\n').flatMap((line) => /^#\d+ \d+\.\d+ (.*)$/.exec(line)?.[1] ?? []);
}

/** The names of the steps (vertices) in order of appearance, each once: `[2/2] RUN true`. */
export function stepNames(log: string): string[] {
  const names = log.split('\n').flatMap((line) => /^#\d+ (\[.*)$/.exec(line)?.[1] ?? []);
  return [...new Set(names)];
}

function normalise(log: string): string {
  return log
    .replaceAll('\r', '')
    .replace(/^#\d+ /gm, '#N ')
    .replace(/^(#N )?\d+\.\d+ /gm, '$1T ')
    .replace(/sha256:[0-9a-f]{64}/g, 'sha256:DIGEST')
    .replace(/::[a-z0-9]{25}\b/g, '::ID')
    // buildctl tells whichever it hears of first, its own call or the build's.
    .replace(/^error: failed to run Build function: /m, 'error: failed to solve: ')
    .replace(/: failed to read dockerfile: /, ': ')
    .replace(/: (\S+): failed to resolve source metadata for \1: \1: /, ': $1: ')
    .replace(/\b(ref|snapshot) [a-z0-9]{25}\b/g, '$1 ID');
}
