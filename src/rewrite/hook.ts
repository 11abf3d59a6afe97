import type { HookMount, RunFacts } from '../convert/options.ts';
import { image } from '../llb/sources.ts';
import type { Output } from '../llb/types.ts';
import { parseNormalizedNamed, referenceToString, tagNameOnly, withDigest } from '../spec/reference.ts';
import type { RunChange, RunRule } from './change.ts';
import type { HookMountSpec, HookSpec } from './hook-spec.ts';
import type { Pins } from './pin.ts';

/** The user's hook on every RUN (moby/buildkit pull request 4669). Images that it mounts are pinned like all others. */
export function hookRule(spec: HookSpec, pins: Pins): RunRule {
  const changes = [hookChange(spec)];
  return (run) => ({ hook: { entrypoint: spec.entrypoint, mounts: spec.mounts.map((mount) => toMount(mount, run, pins)), env: [] }, changes });
}

function toMount(spec: HookMountSpec, run: RunFacts, pins: Pins): HookMount {
  const common = { target: spec.target, readOnly: spec.readOnly };
  const owner = { ...(spec.mode === undefined ? {} : { mode: spec.mode }), ...(spec.uid === undefined ? {} : { uid: spec.uid }), ...(spec.gid === undefined ? {} : { gid: spec.gid }) };
  switch (spec.type) {
    case 'bind': {
      const source = spec.from === '' ? undefined : imageOutput(spec.from, run, pins);
      return { ...common, type: 'bind', ...(source === undefined ? {} : { source }), ...(spec.source === '' ? {} : { selector: spec.source }) };
    }
    case 'tmpfs':
      return { ...common, type: 'tmpfs', ...(spec.sizeLimit === 0 ? {} : { sizeLimit: spec.sizeLimit }) };
    case 'cache':
      return { ...common, type: 'cache', cacheId: spec.cacheId === '' ? spec.target : spec.cacheId, cacheSharing: spec.cacheSharing, ...owner };
    case 'secret': case 'ssh': {
      const id = spec.source !== '' ? spec.source : spec.type === 'ssh' ? 'default' : spec.target.slice(spec.target.lastIndexOf('/') + 1);
      return { ...common, type: spec.type, secretId: id, required: spec.required, ...(spec.env === undefined ? {} : { env: spec.env }), ...owner };
    }
  }
}

function imageOutput(from: string, run: RunFacts, pins: Pins): Output | undefined {
  const reference = tagNameOnly(parseNormalizedNamed(from));
  const digest = pins.addedImage(from, run.platform);
  const pinned = digest === undefined || digest === 'missing' ? reference : withDigest(reference, digest);
  return image(referenceToString(pinned), { constraints: { platform: run.platform, locations: run.locations ?? [] } }).output;
}

function hookChange(spec: HookSpec): RunChange {
  const mounts = spec.mounts.map((mount) => `${mount.type} ${mount.target}`).join(', ');
  const becomes = `${[...spec.entrypoint, 'COMMAND'].join(' ')}${mounts === '' ? '' : ` with the mounts ${mounts}`}`;
  return { rule: 'hook', becomes, why: 'the request has a hook for RUN' };
}
