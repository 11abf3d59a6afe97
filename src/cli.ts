#!/usr/bin/env node
import { Command, CommanderError, Help, InvalidArgumentError, Option } from 'commander';
import type { DiffFormat } from './cmd/diff.ts';
import type { ExplainOptions } from './cmd/explain.ts';
import type { LlbOptions } from './cmd/llb.ts';
import { makeLog } from './cmd/log.ts';
import type { TimesOptions } from './cmd/times.ts';
import type { PolicyOptions } from './cmd/policy.ts';
import type { RebuildOptions } from './cmd/rebuild.ts';
import { VERSION } from './cmd/version.ts';
import type { VerifyOptions } from './cmd/verify.ts';
import { messageOf } from './diag/error.ts';

const out = (text: string): void => void process.stdout.write(text);
const log = makeLog(process.stderr);

// A usage error ends as what could not be told: 1 would say that images differ.
const USAGE_STATUS = 2;

const program: Command = new Command('repro-dockerfile').version(VERSION).description('Reproduces images that were built from Dockerfiles')
  .showHelpAfterError('(--help lists arguments and options)')
  .exitOverride()
  // An option that may be repeated has nothing for its default.
  .configureHelp({ optionDescription: (option): string => (Array.isArray(option.defaultValue) ? option.description : new Help().optionDescription(option)) })
  .addHelpText('after', `
Where an image is asked for: REFERENCE (a registry), a folder with an OCI layout, an archive of buildctl, buildx, skopeo or docker save, or a folder.

Examples:
  repro-dockerfile diff registry.example/app:1 app.tar
  repro-dockerfile verify --frontend IMAGE registry.example/app@sha256:…
  repro-dockerfile explain --build-arg SOURCE_DATE_EPOCH=1700000000 .`);
program
  .command('policy')
  .description('print a BuildKit source policy that pins every material of a provenance')
  .argument('<image|file>', 'an image with provenance attached, or a file: in-toto statement, SLSA predicate, DSSE envelope, Sigstore bundle or buildx metadata; - is standard input')
  .option('--strict', 'deny every source from outside that the provenance does not list')
  .option('--platform <platform>', 'whose provenance, of an image for several platforms')
  .option('--plain-http', 'talk plain http to registries')
  .addHelpText('after', '\nExample: repro-dockerfile policy IMAGE@sha256:… > policy.json && buildctl build --source-policy-file policy.json …')
  .action(async (source: string, options: PolicyOptions) => (await import('./cmd/policy.ts')).runPolicy(source, options, out, log));

/** The options of verbs that run a client of BuildKit. */
function clientCommand(name: string): Command {
  return program
    .command(name)
    .option('--frontend <image>', 'the image of the frontend that builds (default: $REPRO_DOCKERFILE_IMAGE)')
    .addOption(new Option('--client <client>', 'the client to run (default: the first that is there)').choices(['buildx', 'buildctl']))
    .option('--platform <platform>', 'this platform alone, such as linux/arm64')
    .option('--sources-list', 'install packages from the distribution\'s snapshot server')
    .option('--build-arg <name=value>', 'a build argument; may be repeated', collect, [])
    .option('--plain-http', 'talk plain http to registries');
}

clientCommand('rebuild')
  .description('build an image again from its provenance, packed as it was packed')
  .argument('<image@digest>', 'an image in a registry, with its digest')
  .argument('[client arguments...]', 'after --: more arguments for the client, such as --secret id=…')
  .option('-o, --output <file>', 'the archive to write', 'rebuilt.tar')
  .option('--cache', 'take what the daemon has in its cache')
  .option('--set <name=value>', 'an exporter setting in place of the one that was found; may be repeated', collect, [])
  .option('--dry-run', 'print the client\'s command and run nothing')
  .action(async (image: string, clientArgs: readonly string[], options: RebuildFlags) =>
    (await import('./cmd/rebuild.ts')).runRebuild(image, options.output, options.dryRun === true, { ...options, clientArgs }, out, log));

clientCommand('verify')
  .description('build an image again and compare: is it what its provenance says?')
  .argument('<image@digest|context>', 'an image in a registry, with its digest; with --twice the folder of a build context')
  .argument('[client arguments...]', 'after --: more arguments for the client')
  .option('--twice', 'build a Dockerfile two times, the second in other circumstances, and compare')
  .option('-f, --file <path>', 'with --twice: the Dockerfile')
  .option('--target <stage>', 'with --twice: the stage to build')
  .option('--set <name=value>', 'an exporter setting in place of the one that was found; may be repeated', collect, [])
  .option('--accept-repacked', 'exit with 0 also when contents are equal and only packed differently')
  .option('--ignore <what>', 'do not count this: a glob of paths or a cause; may be repeated', collect, [])
  .addOption(new Option('--format <format>', 'of the report').choices(['text', 'json', 'sarif', 'html']).default('text'))
  .option('-o, --output <file>', 'write the report to a file')
  .option('--limit <number>', 'text: show at most so many differences a layer and cause', parseCount, 20)
  .option('--keep <file>', 'keep the rebuilt image in this archive')
  .option('--statement <file>', 'write an in-toto statement of the outcome')
  .option('--key <file>', 'sign the statement with this private key (PEM)')
  .option('--verifier <uri>', 'who verifies, for the statement', 'urn:repro-dockerfile:local')
  .option('--attach', 'attach the statement to the image in its registry')
  .option('--policy <file>', 'build nothing: ask whether enough rebuilders, by this policy, say that they got the image')
  .option('--statement-file <file>', 'with --policy: a statement in place of those in the registry; may be repeated', collect, [])
  .option('--no-progress', 'show no progress bar')
  .addHelpText('after', '\nExit status: 0 equal, 1 differs, 2 it could not be told.')
  .action(async (subject: string, clientArgs: readonly string[], options: VerifyFlags, command: Command) => {
    const given = Object.keys(options).filter((name) => command.getOptionValueSource(name) === 'cli');
    process.exitCode = await couldTell(verify(subject, clientArgs, options, given));
  });

interface RebuildFlags extends Omit<RebuildOptions, 'clientArgs'> {
  readonly output: string;
  readonly dryRun?: boolean;
}

interface VerifyFlags extends Omit<VerifyOptions, 'clientArgs' | 'color'> {
  readonly twice?: boolean;
  readonly file?: string;
  readonly target?: string;
  readonly policy?: string;
  readonly statementFile: readonly string[];
}

async function verify(subject: string, clientArgs: readonly string[], flags: VerifyFlags, given: readonly string[]): Promise<number> {
  const mode = (await import('./cmd/verify-modes.ts')).verifyMode(given, clientArgs.length > 0);
  if (flags.policy !== undefined) return (await import('./cmd/verify-by-policy.ts')).runByPolicy(subject, { ...flags, policy: flags.policy }, out);
  const color = flags.output === undefined && process.stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === '';
  const options = { ...flags, clientArgs, color, progress: flags.progress && process.stderr.isTTY === true };
  const output = { out: process.stdout, err: process.stderr, log };
  if (mode === 'twice') return (await import('./cmd/verify-twice.ts')).runTwice(subject, options, output);
  return (await import('./cmd/verify.ts')).runVerify(subject, options, VERSION, output);
}

program
  .command('diff')
  .description('compare two images: what differs by platform, layer and path, why, and what removes it')
  .argument('<a>', 'an image: a reference into a registry, an OCI layout (folder or archive), an archive of docker save, or a folder with files')
  .argument('<b>', 'the image to compare it with')
  .option('--platform <platform>', 'compare this platform alone, such as linux/arm64')
  .option('--ignore <what>', 'do not count this: a glob of paths (/var/log/**) or a cause (timestamp); may be repeated', collect, [])
  .option('--strict', 'exit with 1 also when contents are equal and only packed differently')
  .addOption(new Option('--format <format>', 'of the report').choices(['text', 'json', 'sarif', 'html']).default('text'))
  .option('-o, --output <file>', 'write the report to a file')
  .option('--limit <number>', 'text: show at most so many differences a layer and cause', parseCount, 20)
  .option('--plain-http', 'talk plain http to registries')
  .option('--no-progress', 'show no progress bar')
  .addHelpText('after', '\nExit status: 0 digests or contents are equal, 1 the images differ, 2 it could not be told.')
  .action(async (a: string, b: string, options: DiffFlags) => {
    const { runDiff } = await import('./cmd/diff.ts');
    const color = options.output === undefined && process.stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === '';
    const flags = { ...options, strict: options.strict === true, plainHttp: options.plainHttp === true, color, progress: options.progress && process.stderr.isTTY === true };
    process.exitCode = await couldTell(runDiff(a, b, flags, process.stdout, process.stderr));
  });

/** The options of a build request, as docker buildx names them. */
function requestCommand(name: string): Command {
  return program
    .command(name)
    .argument('[context]', 'the folder of the build context', '.')
    .option('-f, --file <path>', 'the Dockerfile (default: Dockerfile in the context; - is standard input)')
    .option('--build-arg <name=value>', 'a build argument; may be repeated', collect, [])
    .option('--target <stage>', 'the stage to build')
    .option('--platform <platform>', 'such as linux/arm64')
    .option('--label <name=value>', 'a label; may be repeated', collect, [])
    .option('--build-context <name=value>', 'a named context: a folder, docker-image://, oci-layout://, https:// or git://; may be repeated', collect, [])
    .option('--secret <id=name>', 'a secret that the build would have; may be repeated', collect, [])
    .option('--opt <name=value>', 'any other frontend option; may be repeated', collect, [])
    .option('--image-config <image=file>', 'the config of an image that is not to be looked up; may be repeated', collect, [])
    .option('--plain-http', 'talk plain http to registries');
}

requestCommand('llb')
  .description('print the LLB of a Dockerfile: to a pipe as protobuf for buildctl build, to a terminal as a tree')
  .addOption(new Option('--format <format>', 'of the output').choices(['pb', 'json', 'dot', 'tree']))
  .option('--no-rewrites', 'as docker/dockerfile makes it')
  .addHelpText('after', '\nExample: repro-dockerfile llb . | buildctl build --local context=. --output type=local,dest=out')
  .action(async (context: string, options: LlbOptions) => (await import('./cmd/llb.ts')).runLlb(context, options, { write: (data) => void process.stdout.write(data), isTerminal: process.stdout.isTTY === true, warn: log }));

requestCommand('explain')
  .description('tell what the rewrites do to a build: each line, what it becomes, and why')
  .addOption(new Option('--format <format>', 'of the output').choices(['text', 'json']).default('text'))
  .action(async (context: string, options: ExplainOptions) => {
    const color = process.stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === '';
    await (await import('./cmd/explain.ts')).runExplain(context, options, out, log, color);
  });

interface DiffFlags {
  readonly platform?: string;
  readonly ignore: readonly string[];
  readonly strict?: boolean;
  readonly format: DiffFormat;
  readonly output?: string;
  readonly limit: number;
  readonly plainHttp?: boolean;
  readonly progress: boolean;
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a number.');
  return Number(text);
}

/** The status of a check; 2, with the reason on stderr, when it throws. */
async function couldTell(status: Promise<number>): Promise<number> {
  return status.catch((error: unknown) => {
    log(`repro-dockerfile: ${messageOf(error)}`);
    return 2;
  });
}

program
  .command('times')
  .description('name every entry of an image that is later than SOURCE_DATE_EPOCH')
  .argument('<image>', 'a reference into a registry, an OCI layout (folder or archive), an archive of docker save, or a folder with files')
  .option('--epoch <seconds>', 'seconds since 1970 (default: the time at which the image says that it was created)')
  .option('--base <image>', 'leave out the layers of this image')
  .option('--plain-http', 'talk plain http to registries')
  .addHelpText('after', '\nExit status: 0 there is none, 1 there are some, 2 it could not be told.')
  .action(async (image: string, options: TimesOptions) => {
    const { runTimes } = await import('./cmd/times.ts');
    process.exitCode = await couldTell(runTimes(image, options, out, log));
  });

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Who reads no further (a pager, head) is no failure, and changes no verdict.
  if (error.code === 'EPIPE') return;
  log(`repro-dockerfile: cannot write: ${error.message}`);
  process.exit(USAGE_STATUS);
});

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    // It has said what is wrong, or printed the help that was asked for.
    process.exitCode = error.exitCode === 0 ? 0 : USAGE_STATUS;
    return;
  }
  log(`repro-dockerfile: ${messageOf(error)}`);
  process.exitCode = 1;
});
