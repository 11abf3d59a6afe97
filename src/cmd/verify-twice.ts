import { cp, lutimes, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { CodedError } from '../diag/error.ts';
import { clientArguments, findClient, runClient, shellLine } from './client.ts';
import { compareAddresses, reportOf, writeReport } from './diff.ts';
import { outputText } from './exporter.ts';
import { saveMemory } from './memory.ts';
import { makeProgress } from './progress.ts';
import { frontendOf } from './rebuild.ts';
import { reportOptions } from './verify.ts';
import type { VerifyOptions, VerifyOutput } from './verify.ts';

export type TwiceOptions = Pick<VerifyOptions, 'frontend' | 'client' | 'platform' | 'sourcesList' | 'buildArg' | 'clientArgs' | 'ignore' | 'format' | 'output' | 'limit' | 'acceptRepacked' | 'color' | 'progress'> & {
  readonly file?: string;
  readonly target?: string;
};

/** What is other in the second build, in words. What a client cannot change (processors, file system, clock) is not in it. */
const CIRCUMSTANCES = ['the context is a copy in another folder', 'its files have other times', 'the host name of RUN is another', 'nothing comes from the cache', 'it is later'];

/**
 * `repro-dockerfile verify --twice CONTEXT`: builds a Dockerfile two times, the second in other circumstances, and compares. Gives 0 when the digests are
 * equal, 1 when not; throws when it cannot tell. Without SOURCE_DATE_EPOCH in the build args it is that of the environment, or the newest
 * commit's time is to be given.
 */
export async function runTwice(context: string, options: TwiceOptions, { out, err, log }: VerifyOutput): Promise<0 | 1> {
  saveMemory();
  const args = buildArgs(options, process.env);
  const frontend = frontendOf(options);
  if (!(await stat(context).then((found) => found.isDirectory(), () => false))) throw new CodedError('option', `${context} is not a folder: --twice takes the folder of a build context`);
  const client = await findClient(options.client);
  const folder = await mkdtemp(join(tmpdir(), 'repro-dockerfile-'));
  try {
    const copy = join(folder, 'context');
    await cp(context, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: false });
    const firstFile = resolve(options.file ?? join(context, 'Dockerfile'));
    const inside = relative(resolve(context), firstFile);
    const secondFile = inside.startsWith('..') ? firstFile : join(copy, inside);
    await touchAll(copy, new Date());
    const archives: string[] = [];
    for (const [index, each] of [{ folder: context, file: firstFile }, { folder: copy, file: secondFile }].entries()) {
      const archive = join(folder, `build-${index + 1}.tar`);
      const command = clientArguments(client, {
        frontend,
        buildArgs: new Map([...args, ['BUILDKIT_SANDBOX_HOSTNAME', index === 0 ? 'first' : 'second-build']]),
        ...(options.platform === undefined ? {} : { platform: options.platform }),
        noCache: true,
        sourcesList: options.sourcesList === true,
        output: outputText([['type', 'oci'], ['dest', archive], ['rewrite-timestamp', 'true']]),
        context: { ...each, ...(options.target === undefined ? {} : { target: options.target }) },
        args: options.clientArgs,
      });
      if (index === 1) log(`again: ${CIRCUMSTANCES.join('; ')}`);
      log(shellLine(command));
      await runClient(command);
      archives.push(archive);
    }
    const progress = makeProgress(options.progress ? err : undefined);
    const comparison = await compareAddresses(archives[0] ?? '', archives[1] ?? '', { ignore: options.ignore, plainHttp: false }, progress).finally(() => progress.stop());
    await writeReport(await reportOf(comparison, reportOptions(options)), options.output, out);
    return comparison.verdict === 'equal' || (comparison.verdict === 'repacked' && options.acceptRepacked === true) ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Throws (code `option`) without SOURCE_DATE_EPOCH: two builds at two times are then not meant to be equal. */
function buildArgs({ buildArg }: TwiceOptions, environment: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const args = new Map((buildArg ?? []).map((text): [string, string] => {
    const cut = text.indexOf('=');
    return cut < 0 ? [text, environment[text] ?? ''] : [text.slice(0, cut), text.slice(cut + 1)];
  }));
  const epoch = args.get('SOURCE_DATE_EPOCH') ?? environment['SOURCE_DATE_EPOCH'];
  if (epoch === undefined || epoch === '') throw new CodedError('option', 'SOURCE_DATE_EPOCH is needed, as --build-arg or in the environment: SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)');
  return args.set('SOURCE_DATE_EPOCH', epoch);
}

/** Gives all that is below a folder another time. */
async function touchAll(folder: string, time: Date): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await touchAll(path, time);
    await lutimes(path, time, time);
  }
  await lutimes(join(dirname(folder), basename(folder)), time, time);
}
