import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConvertOptions, MaterialPins, RunFacts } from '../../../src/convert/options.ts';
import { encodeImageConfig } from '../../../src/spec/config.ts';
import { decodeOp } from '../../../src/llb/definition-pb.ts';
import type { Definition } from '../../../src/llb/types.ts';
import { convertText } from './support.ts';
import type { Setup } from './support.ts';

const PIN = `sha256:${'a'.repeat(64)}` as const;

async function build(text: string, setup: Setup = {}) {
  const { result, asked } = await convertText(text, setup);
  return { definition: await result.marshal(), image: encodeImageConfig(result.image), asked };
}

const execs = ({ ops }: Definition) => ops.map(({ bytes }) => decodeOp(bytes).exec).filter((exec) => exec !== undefined);
const sources = ({ ops }: Definition) => ops.map(({ bytes }) => decodeOp(bytes).source).filter((source) => source !== undefined);
const names = ({ metadata }: Definition) => [...metadata.values()].map(({ description }) => description.get('llb.customname'));
const commands = ({ metadata }: Definition) => [...metadata.values()].map(({ description }) => description.get('com.docker.dockerfile.v1.command'));

function hooks(...rules: ConvertOptions['runHooks']): Setup {
  return { options: { runHooks: rules } };
}

const RUNS = 'FROM trigger:1\nENV A=1\nUSER me\nRUN echo $A\nRUN --network=none --mount=type=tmpfs,target=/t ["a", "b"]\n';
const images = { 'docker.io/library/trigger:1': { architecture: 'amd64', os: 'linux', config: { OnBuild: ['RUN triggered'] }, rootfs: { type: 'layers', diff_ids: [PIN] } } };

test('rules that add nothing change nothing', async () => {
  const plain = await build(RUNS, { images });
  const hooked = await build(RUNS, { ...hooks(() => undefined, () => ({ entrypoint: [], mounts: [], env: [] })), images });
  assert.equal(hooked.definition.ops, plain.definition.ops);
  assert.equal(hooked.definition.metadata, plain.definition.metadata);
});

test('every RUN goes through the hooks, the first rule outermost; only the command shows them', async () => {
  const plain = await build(RUNS, { images });
  const hooked = await build(RUNS, {
    ...hooks(
      () => ({ entrypoint: ['outer', '-x'], mounts: [{ type: 'bind', target: '/dev/.hook', readOnly: true }], env: [['HOOK', '1']] }),
      () => ({
        entrypoint: ['inner'], env: [],
        mounts: [{ type: 'secret', target: '', secretId: 'key', env: 'KEY', readOnly: true }, { type: 'cache', target: '/c', readOnly: false }, { type: 'tmpfs', target: '/d', readOnly: false, sizeLimit: 9 }],
      }),
    ),
    images,
  });
  const commandsRun = execs(hooked.definition).map(({ meta }) => meta?.args.slice(0, 3));
  assert.equal(commandsRun, [['outer', '-x', 'inner'], ['outer', '-x', 'inner'], ['outer', '-x', 'inner']]);
  assert.equal(execs(hooked.definition).map(({ meta }) => meta?.args.slice(3)), execs(plain.definition).map(({ meta }) => meta?.args));
  for (const { meta, mounts, secretenv } of execs(hooked.definition)) {
    assert.ok(meta?.env.includes('HOOK=1'));
    assert.ok(['/', '/c', '/d', '/dev/.hook'].every((target) => mounts.some(({ dest }) => dest === target)));
    assert.equal(secretenv.map(({ ID, name, optional }) => [ID, name, optional]), [['key', 'KEY', true]]);
  }
  assert.equal(names(hooked.definition), names(plain.definition));
  assert.equal(commands(hooked.definition), commands(plain.definition));
  assert.is(hooked.image, plain.image);
});

test('a rule learns what the RUN is', async () => {
  const facts: RunFacts[] = [];
  await build(RUNS, { ...hooks((run) => void facts.push(run)), images });
  assert.equal(facts.map(({ args, shellForm, user, network, mountTargets, env }) => ({ args, shellForm, user, network, mountTargets, a: env('A') })), [
    { args: ['/bin/sh', '-c', 'triggered'], shellForm: true, user: '', network: 'sandbox', mountTargets: [], a: undefined },
    { args: ['/bin/sh', '-c', 'echo $A'], shellForm: true, user: 'me', network: 'sandbox', mountTargets: [], a: '1' },
    { args: ['a', 'b'], shellForm: false, user: 'me', network: 'none', mountTargets: ['/t'], a: '1' },
  ]);
});

test('a pinned image is resolved by its digest; a Dockerfile that names a digest is left alone', async () => {
  const asked: string[] = [];
  const lines: (number | undefined)[] = [];
  const pins: MaterialPins = {
    http: () => undefined, git: () => undefined,
    image: (ref, _, place) => {
      asked.push(ref);
      lines.push(place[0]?.start.line);
      return ref.includes('@') ? undefined : PIN;
    },
  };
  const own = `debian@sha256:${'b'.repeat(64)}`;
  const pinned = await build(`FROM debian:12 AS a\nRUN x\nFROM ${own}\nCOPY --from=a /x /\nCOPY --from=alpine /x /\nRUN --mount=from=busybox,target=/b x`, { options: { pins } });
  assert.equal(asked.sort(), ['docker.io/library/alpine:latest', 'docker.io/library/busybox:latest', 'docker.io/library/debian:12', `docker.io/library/${own}`]);
  assert.equal(lines.sort(), [1, 3, 5, 6]);
  assert.equal(pinned.asked.toSorted(), [
    `docker.io/library/alpine:latest@${PIN}`, `docker.io/library/busybox:latest@${PIN}`, `docker.io/library/debian:12@${PIN}`, `docker.io/library/${own}`,
  ]);
  const identifiers = sources(pinned.definition).map(({ identifier }) => identifier);
  assert.ok(identifiers.includes(`docker-image://docker.io/library/debian:12@${PIN}`));
});

test('a pin that is what the tag means anyway changes nothing', async () => {
  const text = 'FROM debian:12\nRUN x';
  const plain = await build(text);
  const digest = sources(plain.definition)[0]?.identifier.split('@')[1] as typeof PIN;
  const pinned = await build(text, { options: { pins: { image: () => digest, http: () => undefined, git: () => undefined } } });
  assert.equal(pinned.definition.ops, plain.definition.ops);
  assert.equal(pinned.definition.metadata, plain.definition.metadata);
});

test('remote sources of ADD get a checksum or commit where the Dockerfile gives none', async () => {
  const commit = 'c'.repeat(40);
  const pins: MaterialPins = {
    image: () => undefined,
    http: (url, checksum) => (checksum === '' && url.endsWith('/f') ? PIN : undefined),
    git: ({ remote, ref, checksum }) => (checksum === '' && remote === 'https://h/r.git' && ref === 'main' ? commit : undefined),
  };
  const own = `sha256:${'b'.repeat(64)}`;
  const { definition } = await build(`FROM scratch\nADD https://h/f /\nADD https://h/g /\nADD --checksum=${own} https://h/f /own\nADD https://h/r.git#main /r\nADD https://h/r.git?checksum=abc#main /s`, { options: { pins } });
  assert.equal(sources(definition).map(({ identifier, attrs }) => [identifier, attrs.get('http.checksum') ?? attrs.get('git.checksum'), attrs.get('git.fetchbycommit')]), [
    ['https://h/f', PIN, undefined], ['https://h/g', undefined, undefined], ['https://h/f', own, undefined], ['git://h/r.git#main', commit, 'true'], ['git://h/r.git#main', 'abc', undefined],
  ]);
});

test('a daemon that cannot fetch by commit gets the commit for the ref', async () => {
  const commit = 'c'.repeat(40);
  const pins: MaterialPins = { image: () => undefined, http: () => undefined, git: () => commit };
  const caps = { supports: (cap: string) => cap !== 'source.git.fetchbycommit', missing: () => undefined };
  const { definition } = await build(`FROM scratch\nADD https://h/r.git#main:sub /r\nADD https://h/r.git#${commit} /s`, { options: { pins, caps } });
  assert.equal(sources(definition).map(({ identifier, attrs }) => [identifier, attrs.get('git.checksum'), attrs.get('git.fetchbycommit')]), [
    [`git://h/r.git#${commit}:sub`, commit, undefined], [`git://h/r.git#${commit}`, commit, undefined],
  ]);
});

test('an image that is missing among the pins is not looked up, and conversion goes on to the next', async () => {
  const seen: string[] = [];
  const pins: MaterialPins = { http: (url) => void seen.push(url), git: ({ remote }) => void seen.push(remote), image: (ref) => (seen.push(ref), 'missing') };
  const { asked } = await build('FROM debian:12\nCOPY --from=alpine /x /\nADD https://h/f /\nADD https://h/r.git /\nRUN --mount=from=busybox,target=/b x', { options: { pins } });
  assert.equal(asked, []);
  assert.equal(seen.sort(), ['docker.io/library/alpine:latest', 'docker.io/library/busybox:latest', 'docker.io/library/debian:12', 'https://h/f', 'https://h/r.git']);
});

test.run();
