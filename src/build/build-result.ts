import type { ConvertResult } from '../convert/options.ts';
import type { Attestation, Result } from '../gateway/result.ts';
import type { Reference } from '../gateway/reference.ts';
import { encodeImageConfig } from '../spec/config.ts';
import { encodeJsonMembers, encodeJsonString, encodeJsonStrings } from '../spec/json.ts';
import { formatAllPlatform, hostPlatform, makePlatform, normalizePlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';

/** What was built for one platform. */
export interface PlatformResult {
  /** The platform asked for; undefined: the daemon's own. */
  readonly platform: Platform | undefined;
  readonly ref: Reference | undefined;
  readonly converted: ConvertResult;
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

/** The whole result of a build, with the metadata that exporters read (dockerui/build.go). */
export function assembleResult(
  results: readonly PlatformResult[], multiPlatform: boolean, attestations: ReadonlyMap<string, readonly Attestation[]>,
): Result {
  const platforms = results.map(exportPlatform);
  const metadata = new Map<string, Uint8Array>();
  const refs = new Map<string, Reference | undefined>();
  let ref: Reference | undefined;
  results.forEach((result, index) => {
    const id = platforms[index]?.id ?? '';
    for (const [key, text] of metadataOf(result.converted)) metadata.set(multiPlatform ? `${key}/${id}` : key, Buffer.from(text));
    if (multiPlatform) refs.set(id, result.ref);
    else ref = result.ref;
  });
  metadata.set('refs.platforms', Buffer.from(encodePlatforms(platforms)));
  return { ...(multiPlatform ? { refs } : { ref }), metadata, ...(attestations.size === 0 ? {} : { attestations }) };
}

function metadataOf({ image, baseImage, epoch }: ConvertResult): readonly (readonly [key: string, text: string])[] {
  return [
    ['containerimage.config', encodeImageConfig(image)],
    ...(baseImage === undefined ? [] : [['containerimage.base.config', encodeImageConfig(baseImage)] as const]),
    ...(epoch === undefined ? [] : [['source.date.epoch', epoch.toString()] as const]),
  ];
}

/** For Windows, version and features come from the image where the request names none. */
function exportPlatform({ platform, converted }: PlatformResult): ExportPlatform {
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
