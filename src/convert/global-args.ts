import { withLocation } from '../diag/error.ts';
import type { Range } from '../diag/range.ts';
import type { InstructionOf } from '../dockerfile/ast.ts';
import { processWord } from '../dockerfile/words.ts';
import type { ProcessedWord } from '../dockerfile/words.ts';
import type { EnvList } from '../llb/env.ts';
import type { ProxyEnv } from '../llb/types.ts';
import { foldCase } from '../spec/strings.ts';
import { compareStrings } from '../spec/text.ts';
import type { ArgInfo } from './outline-capture.ts';

/** The global scope: what FROM may use. */
export interface GlobalArgs {
  readonly args: EnvList;
  readonly infos: ReadonlyMap<string, ArgInfo>;
}

/** `defaults` and the ARGs before the first FROM; build args replace their defaults (buildMetaArgs). Throws with the ARG's place. */
export function evaluateGlobalArgs(defaults: EnvList, metaArgs: readonly InstructionOf<'arg'>[], buildArgs: ReadonlyMap<string, string>, escape: string): GlobalArgs {
  const infos = new Map<string, ArgInfo>();
  let args = defaults;
  for (const { args: definitions, location } of metaArgs) {
    for (const definition of definitions) {
      const { key } = definition;
      const given = buildArgs.get(key);
      const expanded = given === undefined && definition.value !== undefined ? expandDefault(definition.value, args, escape, location) : undefined;
      const value = given ?? expanded?.result;
      if (value !== undefined) args = args.addOrReplace(key, value);
      infos.set(key, { definition, value: value ?? '', dependencies: dependencies(key, expanded?.matched ?? new Set(), infos.get(key)), location });
    }
  }
  return { args, infos };
}

function expandDefault(word: string, args: EnvList, escape: string, location: readonly Range[]): ProcessedWord {
  try {
    return processWord(word, args, { escape });
  } catch (error) {
    throw withLocation(error, location);
  }
}

/** An ARG made from an earlier one of its own name depends on what that one is made from. */
function dependencies(key: string, matched: ReadonlySet<string>, earlier: ArgInfo | undefined): ReadonlySet<string> {
  if (!matched.has(key)) return matched;
  const own = new Set([...matched, ...(earlier?.dependencies ?? [])]);
  own.delete(key);
  return own;
}

/** The value that a build arg, or else a global ARG that is not empty, has. */
export function buildArgValue(buildArgs: ReadonlyMap<string, string>, globalArgs: EnvList, key: string): string | undefined {
  const given = buildArgs.get(key);
  if (given !== undefined) return given;
  const value = globalArgs.get(key);
  return value === '' ? undefined : value;
}

const PROXY_KEYS: ReadonlyMap<string, keyof ProxyEnv> = new Map([
  ['http_proxy', 'http'], ['https_proxy', 'https'], ['ftp_proxy', 'ftp'], ['no_proxy', 'no'], ['all_proxy', 'all'],
]);

/** The proxies that build args name, in any case; of two spellings the later one in alphabetical order. Undefined when there are none. */
export function proxyFromBuildArgs(buildArgs: ReadonlyMap<string, string>): ProxyEnv | undefined {
  const given = [...buildArgs]
    .sort(([a], [b]) => compareStrings(a, b))
    .flatMap(([key, value]) => {
      const name = PROXY_KEYS.get(foldCase(key));
      return name === undefined ? [] : [[name, value] as const];
    });
  if (given.length === 0) return undefined;
  return { http: '', https: '', ftp: '', no: '', all: '', ...Object.fromEntries(given) };
}
