import { makePlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import { cut, foldCase } from '../spec/strings.ts';

/** What a daemon tells a frontend when it starts it (moby/buildkit, frontend/gateway/gateway.go). */
export interface FrontendEnvironment {
  /** The frontend options of the request: `build-arg:NAME`, `target`, … */
  readonly options: ReadonlyMap<string, string>;
  readonly sessionId: string;
  /** The name of the product that the daemon is part of, for messages about missing capabilities. */
  readonly product: string;
  readonly workers: readonly WorkerInfo[];
  /** Makes the ids of this request; random ones when absent. */
  readonly newId?: () => string;
}

export interface WorkerInfo {
  readonly id: string;
  readonly platforms: readonly Platform[];
}

const optionPrefix = 'BUILDKIT_FRONTEND_OPT_';

/** Reads the environment of a frontend process (grpcclient: opts, sessionID, workers, product). */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): FrontendEnvironment {
  const options = new Map<string, string>();
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith(optionPrefix) || value === undefined) continue;
    const { before: key, after: text = '' } = cut(value, '=');
    options.set(key, text);
  }
  return {
    options,
    sessionId: environment['BUILDKIT_SESSION_ID'] ?? '',
    product: environment['BUILDKIT_EXPORTEDPRODUCT'] ?? '',
    workers: parseWorkers(environment['BUILDKIT_WORKERS'] ?? ''),
  };
}

/** Anything that is not a list of workers counts as none, as in the reference. */
function parseWorkers(text: string): readonly WorkerInfo[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  return Array.isArray(parsed) ? parsed.map(toWorker) : [];
}

function toWorker(value: unknown): WorkerInfo {
  const platforms = field(value, 'Platforms');
  return { id: text(field(value, 'ID')), platforms: Array.isArray(platforms) ? platforms.map(toPlatform) : [] };
}

function toPlatform(value: unknown): Platform {
  const features = field(value, 'os.features');
  return makePlatform(
    text(field(value, 'os')),
    text(field(value, 'architecture')),
    text(field(value, 'variant')),
    text(field(value, 'os.version')),
    Array.isArray(features) ? features.map(text) : [],
  );
}

/** Field names are compared without regard to case, as Go's JSON decoder does. */
function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const wanted = foldCase(name);
  return Object.entries(value).find(([key]) => key.length === name.length && foldCase(key) === wanted)?.[1];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
