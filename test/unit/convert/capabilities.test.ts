/** Daemons that lack a capability: what conversion leaves out then, as the reference does, and that nothing asks for it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildConfig } from '../../../src/convert/options.ts';
import { CAPS } from '../../../src/llb/caps.ts';
import { decodeMessage } from '../../../src/pb/codec.ts';
import { llbOf } from './support.ts';

const RESOURCES = { memory: 1n, memorySwap: 0n, cpuShares: 0n, cpuPeriod: 0n, cpuQuota: 0n, cpusetCpus: '', cpusetMems: '' };

/** The capability; a Dockerfile and config that use it when it is there; and what of the LLB, as text, shows that. */
const CASES: readonly (readonly [capability: string, dockerfile: string, config: Partial<BuildConfig>, trace: RegExp])[] = [
  [CAPS.execMetaUlimit, 'FROM debian\nRUN x', { ulimits: [{ name: 'nofile', soft: 1n, hard: 2n }] }, /"Name":"nofile"/],
  [CAPS.execMetaCdi, 'FROM debian\nRUN --device=vendor/class=name x', {}, /"cdiDevices":\[\{"name":"vendor\/class=name"/],
  [CAPS.execMountTmpfsSize, 'FROM debian\nRUN x', { shmSize: 64n }, /"dest":"\/dev\/shm"/],
  [CAPS.execMetaCgroupParent, 'FROM debian\nRUN x', { cgroupParent: 'parent' }, /"cgroupParent":"parent"/],
  [CAPS.execMetaLinuxResources, 'FROM debian\nRUN x', { linuxResources: RESOURCES }, /"linuxResources":\{"memory":"1"/],
  [CAPS.mergeOp, 'FROM debian\nCOPY --link a /', {}, /"merge":\{/],
  [CAPS.execMountBindReadWriteNoOutput, 'FROM debian\nRUN --mount=target=/m,rw x', {}, /"dest":"\/m","output":"-1"/],
];

/** A definition's ops and metadata as one text. */
async function llbText(dockerfile: string, config: Partial<BuildConfig>, missing?: string): Promise<{ text: string; needed: readonly string[] }> {
  const caps = Object.values(CAPS).filter((id) => id !== missing);
  const { ops, metadata } = await llbOf(dockerfile, { config, caps });
  const shown = ops.map(({ digest, bytes }) => [decodeMessage('pb.Op', bytes), metadata.get(digest)]);
  const text = JSON.stringify(shown, (_, value: unknown) => (typeof value === 'bigint' || typeof value === 'number' ? String(value) : value instanceof Map ? [...value] : value));
  return { text, needed: [...metadata.values()].flatMap((each) => each.caps) };
}

for (const [capability, dockerfile, config, trace] of CASES) {
  test(`${capability} is used where it is there, and not asked for where it is not`, async () => {
    assert.match((await llbText(dockerfile, config)).text, trace);
    const without = await llbText(dockerfile, config, capability);
    assert.not.match(without.text, trace);
    assert.not.ok(without.needed.includes(capability));
  });
}

/** Instructions that an old daemon cannot do: they are converted all the same, and the definition says what it needs. */
const NEEDED: readonly (readonly [capability: string, dockerfile: string])[] = [
  [CAPS.execMetaNetwork, 'FROM debian\nRUN --network=none x'],
  [CAPS.execMetaSecurity, 'FROM debian\nRUN --security=insecure x'],
  [CAPS.execMountSsh, 'FROM debian\nRUN --mount=type=ssh x'],
  [CAPS.execMountSecret, 'FROM debian\nRUN --mount=type=secret,id=a x'],
  [CAPS.execSecretEnv, 'FROM debian\nRUN --mount=type=secret,id=a,env=A x'],
  [CAPS.execMountCache, 'FROM debian\nRUN --mount=type=cache,target=/c x'],
  [CAPS.execMountTmpfs, 'FROM debian\nRUN --mount=type=tmpfs,target=/t x'],
  [CAPS.sourceHttpChecksum, `FROM debian\nADD --checksum=sha256:${'a'.repeat(64)} https://example.com/a /`],
  [CAPS.sourceGitKeepDir, 'FROM debian\nADD --keep-git-dir https://example.com/a.git /'],
  [CAPS.sourceGitChecksum, `FROM debian\nADD --checksum=${'a'.repeat(40)} https://example.com/a.git#main /`],
];

for (const [capability, dockerfile] of NEEDED) {
  test(`${capability} is asked for whether it is there or not`, async () => {
    assert.ok((await llbText(dockerfile, {})).needed.includes(capability));
    assert.ok((await llbText(dockerfile, {}, capability)).needed.includes(capability));
  });
}

test.run();
