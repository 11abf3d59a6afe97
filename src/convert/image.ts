import type { ContainerConfig, HistoryEntry, ImageConfig } from '../spec/config.ts';
import { EMPTY_CONTAINER_CONFIG } from '../spec/config.ts';
import type { Platform } from '../spec/platform.ts';
import { makePlatform } from '../spec/platform.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** An image config in the making: the one value that a stage's instructions change in place. As an ImageConfig it is a view. */
export interface ImageDraft extends Mutable<Omit<ImageConfig, 'history' | 'config'>> {
  readonly history: HistoryEntry[];
  readonly config: Mutable<Omit<ContainerConfig, 'env' | 'exposedPorts' | 'volumes' | 'labels' | 'onBuild'>> & {
    env: string[];
    readonly exposedPorts: Set<string>;
    readonly volumes: Set<string>;
    readonly labels: Map<string, string>;
    onBuild: readonly string[];
  };
}

/** What a stage has before anything is known of it. */
export const NO_IMAGE: ImageConfig = {
  author: '', architecture: '', os: '', osVersion: '', osFeatures: [], variant: '', rootfs: { type: '' }, history: [], config: EMPTY_CONTAINER_CONFIG,
};

/** A draft that starts as `image`, for a stage of its own: triggers stay behind. */
export function draftImage(image: ImageConfig): ImageDraft {
  const { config } = image;
  return {
    ...image,
    history: [...image.history],
    config: {
      ...config, env: [...config.env], exposedPorts: new Set(config.exposedPorts), volumes: new Set(config.volumes), labels: new Map(config.labels), onBuild: [],
    },
  };
}

/** `image` without its triggers. */
export function withoutTriggers(image: ImageConfig): ImageConfig {
  return { ...image, config: { ...image.config, onBuild: [] } };
}

/** `image` without its time of creation. */
export function withoutCreated(image: ImageConfig): ImageConfig {
  const { created: _, ...rest } = image;
  return rest;
}

/** The platform that an image config names. */
export function platformOfImage({ os, architecture, variant, osVersion, osFeatures }: ImageConfig): Platform {
  return makePlatform(os, architecture, variant, osVersion, osFeatures);
}

/** Where in `KEY=value` lines each key stands first. */
export function envPositions(env: readonly string[]): Map<string, number> {
  const positions = new Map<string, number>();
  for (const [index, line] of env.entries()) {
    const [key] = splitEnv(line);
    if (!positions.has(key)) positions.set(key, index);
  }
  return positions;
}

/** Sets a variable in `KEY=value` lines: in the first place of that key, or at the end (dockerfile2llb addEnv). */
export function setEnv(env: string[], positions: Map<string, number>, key: string, value: string): void {
  const index = positions.get(key) ?? env.length;
  positions.set(key, index);
  env[index] = `${key}=${value}`;
}

/** The key and the value of a `KEY=value` line; without `=`, all of it is the key. */
export function splitEnv(line: string): readonly [key: string, value: string] {
  const equals = line.indexOf('=');
  return equals < 0 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)];
}
