import { spawn } from 'node:child_process';
import { CodedError } from '../diag/error.ts';

/** A program that sends builds to a BuildKit daemon. */
export interface Client {
  readonly kind: 'buildx' | 'buildctl';
  /** How it is called: `docker buildx`. */
  readonly command: readonly string[];
}

const CANDIDATES: readonly Client[] = [
  { kind: 'buildx', command: ['docker', 'buildx'] }, { kind: 'buildx', command: ['buildx'] }, { kind: 'buildctl', command: ['buildctl'] },
];

/** The client that is asked for, or the first that is there: docker buildx, buildx, buildctl. Throws (code `option`) when there is none. */
export async function findClient(wanted: string | undefined): Promise<Client> {
  const candidates = wanted === undefined ? CANDIDATES : CANDIDATES.filter(({ kind }) => kind === wanted);
  for (const candidate of candidates) {
    const [program = '', ...args] = candidate.command;
    const status = await run(program, [...args, candidate.kind === 'buildctl' ? '--version' : 'version'], 'ignore').catch(() => -1);
    if (status === 0) return candidate;
  }
  throw new CodedError('option', `no client of BuildKit was found: looked for ${candidates.map(({ command }) => command.join(' ')).join(', ')}`);
}

/** One build in the words of neither client. */
export interface ClientBuild {
  /** The frontend's image. */
  readonly frontend: string;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly platform?: string;
  readonly noCache: boolean;
  readonly sourcesList: boolean;
  /** The text of `--output`. */
  readonly output: string;
  /** A folder to build; without one a filler is sent, which the frontend does not read. */
  readonly context?: { readonly folder: string; readonly file?: string; readonly target?: string };
  /** More arguments for the client, as they are. */
  readonly args: readonly string[];
}

/** The arguments of a build. For buildx a filler Dockerfile is read from standard input. */
export function clientArguments({ kind, command }: Client, build: ClientBuild): readonly string[] {
  return [...command, 'build', ...(kind === 'buildx' ? buildxArguments(build) : buildctlArguments(build)), ...build.args];
}

function buildxArguments({ frontend, buildArgs, platform, noCache, sourcesList, output, context }: ClientBuild): readonly string[] {
  return [
    '--build-arg', `BUILDKIT_SYNTAX=${frontend}`,
    ...[...buildArgs].flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...(platform === undefined ? [] : ['--platform', platform]),
    ...(noCache ? ['--no-cache'] : []),
    ...(sourcesList ? ['--secret', 'id=enable-repro-sources-list,src=/dev/null'] : []),
    // Attestations hold times, and make an index of an image.
    '--provenance=false', '--sbom=false',
    '--output', output,
    ...(context === undefined ? ['-'] : [...(context.file === undefined ? [] : ['--file', context.file]), ...(context.target === undefined ? [] : ['--target', context.target]), context.folder]),
  ];
}

function buildctlArguments({ frontend, buildArgs, platform, noCache, sourcesList, output, context }: ClientBuild): readonly string[] {
  const [folder, name] = split(context?.file ?? `${context?.folder ?? '.'}/Dockerfile`);
  return [
    '--frontend', 'gateway.v0', '--opt', `source=${frontend}`,
    ...[...buildArgs].flatMap(([key, value]) => ['--opt', `build-arg:${key}=${value}`]),
    ...(platform === undefined ? [] : ['--opt', `platform=${platform}`]),
    ...(noCache ? ['--no-cache'] : []),
    ...(sourcesList ? ['--secret', 'id=enable-repro-sources-list,src=/dev/null'] : []),
    '--output', output,
    ...(context === undefined ? [] : ['--local', `context=${context.folder}`, '--local', `dockerfile=${folder}`, '--opt', `filename=${name}`, ...(context.target === undefined ? [] : ['--opt', `target=${context.target}`])]),
  ];
}

function split(path: string): readonly [folder: string, name: string] {
  const cut = path.lastIndexOf('/');
  return cut < 0 ? ['.', path] : [path.slice(0, cut) || '/', path.slice(cut + 1)];
}

/** A Dockerfile that builds, for clients that send one whether it is read or not. */
const FILLER = 'FROM scratch\n';

/** Runs a build to its end; its output goes to this process's stderr. Throws (code `build`) when it fails. */
export async function runClient(args: readonly string[]): Promise<void> {
  const [program = '', ...rest] = args;
  const status = await run(program, rest, 'inherit', FILLER).catch((error: unknown) => {
    throw new CodedError('option', `cannot run ${program}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  });
  if (status !== 0) throw new CodedError('option', `the build failed: ${program} ended with exit status ${status}`);
}

function run(program: string, args: readonly string[], output: 'ignore' | 'inherit', input = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    // What the client says of itself is not this program's answer.
    const child = spawn(program, args, { stdio: ['pipe', output === 'inherit' ? process.stderr : 'ignore', output === 'inherit' ? process.stderr : 'ignore'] });
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? -1));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** A command line that a shell reads as these words. */
export function shellLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}
