/** What a client's plain progress says, without what changes from run to run. */

/**
 * The end of a failed build as the user reads it: the failed step's last output, the Dockerfile's lines, the error.
 * Timings, step numbers, image digests and loopback ports are taken out.
 */
export function errorTail(log: string): string {
  const lines = normalise(log).split('\n');
  const start = lines.findIndex((line) => line === '------' || /^\S+:\d+$/.test(line) || /^(error|ERROR): /.test(line));
  if (start < 0) throw new Error(`no error in:\n${log}`);
  return lines.slice(start).join('\n').trimEnd();
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
    .replace(/\b(ref|snapshot) [a-z0-9]{25}\b/g, '$1 ID');
}
