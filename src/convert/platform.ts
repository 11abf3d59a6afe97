import { CodedError } from '../diag/error.ts';
import type { EnvGetter } from '../dockerfile/words.ts';
import { EnvList } from '../llb/env.ts';
import type { ImageConfig } from '../spec/config.ts';
import { formatAllPlatform, formatPlatform, makePlatform, normalizePlatform, parsePlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import type { ConvertOptions } from './options.ts';

/** The platforms of a conversion (dockerfile2llb/platform.go). */
export interface PlatformChoice {
  readonly target: Platform;
  /** At least one. */
  readonly build: readonly [Platform, ...Platform[]];
  /** The request named no target. */
  readonly implicitTarget: boolean;
}

/** The platforms that a request means: without a target, the first build platform. */
export function choosePlatforms({ config, targetPlatform }: ConvertOptions): PlatformChoice {
  const [first = targetPlatform, ...rest] = config.buildPlatforms;
  if (first === undefined) throw new CodedError('internal', 'neither a target platform nor a build platform is given');
  const build: [Platform, ...Platform[]] = [first, ...rest];
  return { target: targetPlatform ?? build[0], build, implicitTarget: targetPlatform === undefined };
}

/** The predefined ARGs of the global scope; build args of the same name replace their values. */
export function defaultArgs({ target, build: [build] }: PlatformChoice, buildArgs: ReadonlyMap<string, string>, targetStage: string): EnvList {
  const defaults: readonly (readonly [string, string])[] = [
    ['BUILDPLATFORM', formatPlatform(build)],
    ['BUILDOS', build.os],
    ['BUILDOSVERSION', build.osVersion ?? ''],
    ['BUILDARCH', build.architecture],
    ['BUILDVARIANT', build.variant ?? ''],
    ['TARGETPLATFORM', formatAllPlatform(target)],
    ['TARGETOS', target.os],
    ['TARGETOSVERSION', target.osVersion ?? ''],
    ['TARGETARCH', target.architecture],
    ['TARGETVARIANT', target.variant ?? ''],
    ['TARGETSTAGE', targetStage === '' ? 'default' : targetStage],
  ];
  return EnvList.of(defaults.map(([key, value]) => [key, buildArgs.get(key) ?? value] as const));
}

/** The platform that an image without variants is for, as one of those that are known here; `target` when it is none of them. */
export function detectPlatform(image: ImageConfig, target: Platform, supported: readonly Platform[]): Platform {
  const fits = (platform: Platform): boolean => platform.os === image.os && platform.architecture === image.architecture;
  return fits(target) ? target : supported.find(fits) ?? target;
}

/** `->arm64` and the like for a stage on `base` whose variables ask for another target; '' when they do not. */
export function formatCrossTarget(base: Platform, env: EnvGetter): string {
  const wanted = platformFromEnv(env);
  if (wanted === undefined) return '';
  const target = normalizePlatform({ ...wanted, os: wanted.os || base.os, architecture: wanted.architecture || base.architecture });
  if (target.os !== base.os) return `->${formatAllPlatform(target)}`;
  if (target.architecture === base.architecture) return '';
  return `->${target.architecture}${target.variant === undefined ? '' : `/${target.variant}`}`;
}

/** The platform that the TARGET* variables name; undefined when none of them is set. */
function platformFromEnv(env: EnvGetter): Platform | undefined {
  const whole = env.get('TARGETPLATFORM');
  if (whole !== undefined) {
    try {
      return parsePlatform(whole);
    } catch {
      // the parts may still be good
    }
  }
  const [os, architecture, variant] = ['TARGETOS', 'TARGETARCH', 'TARGETVARIANT'].map((key) => env.get(key));
  if (os === undefined && architecture === undefined && variant === undefined) return undefined;
  return makePlatform(os ?? '', architecture ?? '', variant ?? '');
}
