import { readFileSync } from 'node:fs';
import { CodedError, messageOf } from '../diag/error.ts';
import type { LocalRequest } from '../local/request.ts';
import { cut } from '../spec/strings.ts';

/** The options that verbs about a build request have in common, as the command line gives them. */
export interface RequestOptions {
  readonly file?: string;
  readonly buildArg?: readonly string[];
  readonly target?: string;
  readonly platform?: string;
  readonly label?: readonly string[];
  readonly buildContext?: readonly string[];
  readonly secret?: readonly string[];
  readonly opt?: readonly string[];
  readonly imageConfig?: readonly string[];
  readonly plainHttp?: boolean;
}

/** The build request of a command line. Throws (code `option`) on a file that cannot be read and on `NAME=VALUE` without a value. */
export function toLocalRequest(context: string, options: RequestOptions, warn: (text: string) => void, environment: NodeJS.ProcessEnv = process.env): LocalRequest {
  const frontend = new Map<string, string>();
  for (const text of options.opt ?? []) frontend.set(...pair('--opt', text));
  if (options.target !== undefined) frontend.set('target', options.target);
  if (options.platform !== undefined) frontend.set('platform', options.platform);
  for (const text of options.label ?? []) {
    const { before, after = '' } = cut(text, '=');
    frontend.set(`label:${before}`, after);
  }
  for (const text of options.buildArg ?? []) {
    const { before, after = environment[before] } = cut(text, '=');
    // As with docker: a name alone takes the variable of the environment, or is left out.
    if (after !== undefined) frontend.set(`build-arg:${before}`, after);
  }
  return {
    context,
    ...(options.file === undefined ? {} : { dockerfile: options.file === '-' ? readBytes('-') : options.file }),
    options: frontend,
    buildContexts: new Map((options.buildContext ?? []).map((text) => pair('--build-context', text))),
    secrets: new Set((options.secret ?? []).map(secretId)),
    imageConfigs: new Map((options.imageConfig ?? []).map((text) => pair('--image-config', text)).map(([name, path]) => [name, readBytes(path)])),
    registry: { plainHttp: options.plainHttp === true, environment },
    warn,
  };
}

function pair(option: string, text: string): [string, string] {
  const { before, after } = cut(text, '=');
  if (after === undefined || before === '') throw new CodedError('option', `${option} ${text}: expected NAME=VALUE`);
  return [before, after];
}

/** `id=NAME,…` or NAME, as docker has it. */
function secretId(text: string): string {
  const fields = text.split(',').map((field) => cut(field, '='));
  return fields.find(({ before }) => before === 'id')?.after ?? text;
}

/** A file, or standard input for `-`. Throws (code `option`). */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    throw new CodedError('option', `cannot read ${path === '-' ? 'standard input' : path}: ${messageOf(error)}`, { cause: error });
  }
}
