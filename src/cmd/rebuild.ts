import { CodedError } from '../diag/error.ts';
import { formatPlatform } from '../spec/platform.ts';
import { clientArguments, findClient, runClient, shellLine } from './client.ts';
import { exporterSettings, outputText } from './exporter.ts';
import type { ExporterSetting } from './exporter.ts';
import { openSubject } from './subject.ts';
import type { Subject } from './subject.ts';

export interface RebuildOptions {
  /** The frontend's image. */
  readonly frontend?: string;
  /** `buildx` or `buildctl`; the first that is there when absent. */
  readonly client?: string;
  readonly platform?: string;
  readonly sourcesList?: boolean;
  readonly buildArg?: readonly string[];
  /** Take what the daemon has in its cache. */
  readonly cache?: boolean;
  /** Exporter settings that win over what was found: `compression=zstd`. */
  readonly set?: readonly string[];
  readonly plainHttp?: boolean;
  /** More arguments for the client. */
  readonly clientArgs: readonly string[];
}

/** A rebuild that is ready to be run. */
export interface Rebuild {
  readonly settings: readonly ExporterSetting[];
  readonly command: readonly string[];
}

/** `repro-dockerfile rebuild IMAGE@DIGEST`: builds the image again from its provenance into the archive `output`. Throws when it cannot. */
export async function runRebuild(reference: string, output: string, dryRun: boolean, options: RebuildOptions, out: (text: string) => void, log: (text: string) => void): Promise<void> {
  const subject = await openSubject(reference, options.platform, { plainHttp: options.plainHttp === true });
  try {
    const rebuild = await planRebuild(subject, output, options);
    tellSettings(rebuild.settings, log);
    if (dryRun) return out(`${shellLine(rebuild.command)}\n`);
    log(shellLine(rebuild.command));
    await runClient(rebuild.command);
    log(`rebuilt: ${output}`);
  } finally {
    await subject.opened.close();
  }
}

/** The client's command that builds `subject` again, and what it takes from the subject's manifests. Throws (code `option`). */
export async function planRebuild(subject: Subject, output: string, options: RebuildOptions): Promise<Rebuild> {
  const found = exporterSettings(subject.images);
  const given = new Map((options.set ?? []).map((text) => {
    const cut = text.indexOf('=');
    if (cut <= 0) throw new CodedError('option', `--set ${text}: expected NAME=VALUE`);
    return [text.slice(0, cut), text.slice(cut + 1)] as const;
  }));
  const settings = [
    ...found.filter(({ name }) => !given.has(name)),
    ...[...given].map(([name, value]) => ({ name, value, why: 'asked for with --set' })),
  ];
  const isDocker = settings.some(({ name, value }) => name === 'oci-mediatypes' && value === 'false');
  if (isDocker && subject.images.length > 1) throw new CodedError('option', `${subject.reference} has Docker's media types and ${subject.images.length} platforms, which no archive can hold: choose one with --platform`);
  const args = new Map((options.buildArg ?? []).map((text): [string, string] => {
    const cut = text.indexOf('=');
    return cut < 0 ? [text, process.env[text] ?? ''] : [text.slice(0, cut), text.slice(cut + 1)];
  }));
  const platform = options.platform ?? (subject.images.length > 1 ? subject.images.map((image) => formatPlatform(image.platform)).join(',') : undefined);
  const command = clientArguments(await findClient(options.client), {
    frontend: frontendOf(options),
    buildArgs: new Map([['REPRO_FROM', subject.reference], ...args]),
    ...(platform === undefined ? {} : { platform }),
    noCache: options.cache !== true,
    sourcesList: options.sourcesList === true,
    output: outputText([['type', isDocker ? 'docker' : 'oci'], ['dest', output], ...settings.map(({ name, value }) => [name, value] as const)]),
    args: options.clientArgs,
  });
  return { settings, command };
}

/** Says what the exporter is told, and why. */
export function tellSettings(settings: readonly ExporterSetting[], log: (text: string) => void): void {
  for (const { name, value, why } of settings) log(`${name}=${value}: ${why}`);
}

/** The frontend's image: of the command line, or of REPRO_DOCKERFILE_IMAGE. Throws (code `option`) when neither names one. */
export function frontendOf({ frontend }: Pick<RebuildOptions, 'frontend'>, environment: NodeJS.ProcessEnv = process.env): string {
  const image = frontend ?? environment['REPRO_DOCKERFILE_IMAGE'] ?? '';
  if (image === '') throw new CodedError('option', 'which frontend is to build it? Name its image with --frontend, or in the variable REPRO_DOCKERFILE_IMAGE');
  return image;
}
