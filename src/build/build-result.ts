import type { ConvertResult } from '../convert/options.ts';
import type { Attestation, Result } from '../gateway/result.ts';
import type { Reference } from '../gateway/reference.ts';
import { encodeImageConfig } from '../spec/config.ts';
import { encodeJsonMembers, encodeJsonString, encodeJsonStrings } from '../spec/json.ts';
import { formatAllPlatform, hostPlatform, makePlatform, normalizePlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';

/** What is built for one platform. */
interface Target {
  /** The platform asked for; undefined: the daemon's own. */
  readonly platform: Platform | undefined;
  readonly converted: ConvertResult;
}

/** What was built for one platform. */
export interface PlatformResult extends Target {
  readonly ref: Reference | undefined;
}

/** What exporters know a platform by. */
interface ExportPlatform {
  readonly id: string;
  readonly platform: Platform;
}

/** The name of a platform in results: `linux/arm64/v8`. */
export function platformId(platform: Platform | undefined): string {
  return formatAllPlatform(normalizePlatform(platform ?? hostPlatform()));
}

/** What exporters read of a build beside its files (dockerui/build.go). */
export function resultMetadata(targets: readonly Target[], multiPlatform: boolean): ReadonlyMap<string, Uint8Array> {
  const platforms = targets.map(exportPlatform);
  const metadata = new Map<string, Uint8Array>();
  targets.forEach(({ converted }, index) => {
    const id = platforms[index]?.id ?? '';
    for (const [key, text] of metadataOf(converted)) metadata.set(multiPlatform ? `${key}/${id}` : key, Buffer.from(text));
  });
  return metadata.set('refs.platforms', Buffer.from(encodePlatforms(platforms)));
}

/** The whole result of a build. */
export function assembleResult(
  results: readonly PlatformResult[], metadata: ReadonlyMap<string, Uint8Array>, multiPlatform: boolean, attestations: ReadonlyMap<string, readonly Attestation[]>,
): Result {
  const refs = multiPlatform ? { refs: new Map(results.map((result) => [exportPlatform(result).id, result.ref])) } : { ref: results.at(-1)?.ref };
  return { ...refs, metadata, ...(attestations.size === 0 ? {} : { attestations }) };
}

function metadataOf({ image, baseImage, epoch }: ConvertResult): readonly (readonly [key: string, text: string])[] {
  return [
    ['containerimage.config', encodeImageConfig(image)],
    ...(baseImage === undefined ? [] : [['containerimage.base.config', encodeImageConfig(baseImage)] as const]),
    ...(epoch === undefined ? [] : [['source.date.epoch', epoch.toString()] as const]),
  ];
}

/** For Windows, version and features come from the image where the request names none. */
function exportPlatform({ platform, converted }: Target): ExportPlatform {
  const asked = normalizePlatform(platform ?? hostPlatform());
  const id = formatAllPlatform(asked);
  const { image } = converted;
  if (asked.os !== 'windows' || image.os !== 'windows') return { id, platform: asked };
  const version = asked.osVersion ?? image.osVersion;
  const features = asked.osFeatures ?? image.osFeatures;
  return { id, platform: normalizePlatform(makePlatform(asked.os, asked.architecture, asked.variant, version, features)) };
}

function encodePlatforms(platforms: readonly ExportPlatform[]): string {
  const items = platforms.map(({ id, platform }) => encodeJsonMembers([['ID', encodeJsonString(id)], ['Platform', encodePlatform(platform)]]));
  return `{"Platforms":[${items.join(',')}]}`;
}

/** ocispecs.Platform. */
function encodePlatform({ architecture, os, osVersion, osFeatures, variant }: Platform): string {
  return encodeJsonMembers([
    ['architecture', encodeJsonString(architecture)],
    ['os', encodeJsonString(os)],
    ['os.version', osVersion === undefined ? undefined : encodeJsonString(osVersion)],
    ['os.features', osFeatures === undefined ? undefined : encodeJsonStrings(osFeatures)],
    ['variant', variant === undefined ? undefined : encodeJsonString(variant)],
  ]);
}
