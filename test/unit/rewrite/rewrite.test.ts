import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RunFacts, RunHook } from '../../../src/convert/options.ts';
import { CodedError, findCause, LocatedError } from '../../../src/diag/error.ts';
import { lineRanges } from '../../../src/diag/range.ts';
import type { Dockerfile, RunInstruction } from '../../../src/dockerfile/ast.ts';
import type { FileVertex } from '../../../src/llb/types.ts';
import { parseProvenance } from '../../../src/provenance/parse.ts';
import { lockPolicy } from '../../../src/rewrite/lock.ts';
import { parseReproOptions } from '../../../src/rewrite/options.ts';
import { assertPinned } from '../../../src/rewrite/pin.ts';
import { rewrite } from '../../../src/rewrite/rewrite.ts';
import type { Rewrite, RewriteFacts } from '../../../src/rewrite/rewrite.ts';
import { assertEpoch } from '../../../src/rewrite/timestamps.ts';
import { STRIP_TABLE } from '../../../src/rewrite/strip-table.ts';
import { patternLines } from '../../../src/runtime/shell.ts';

const AMD64 = { os: 'linux', architecture: 'amd64' };
const HEX = 'a'.repeat(64);
const SOURCE = { filename: 'Dockerfile', language: 'Dockerfile', data: new Uint8Array() };

const run: RunInstruction = {
  kind: 'run', name: 'run', keyword: 'RUN', code: 'RUN true', location: [{ start: { line: 2, character: 0 }, end: { line: 2, character: 0 } }], comments: [],
  commandLine: ['true'], prependShell: true, files: [], mountFlags: [], mounts: [], network: 'default', security: 'sandbox', deviceFlags: [], devices: [], flagsUsed: [],
};
const DOCKERFILE: Dockerfile = { escape: '\\', metaArgs: [], stages: [{
  name: '', originalName: '', asKeyword: '', keyword: 'FROM', baseName: 'debian', platform: '', code: 'FROM debian', docComment: '', comments: [], location: [], instructions: [run],
}] };

const provenance = parseProvenance(Buffer.from(JSON.stringify({
  buildDefinition: { resolvedDependencies: [{ uri: 'pkg:docker/debian@12?platform=linux%2Famd64', digest: { sha256: HEX } }, { uri: 'https://e/f', digest: { sha256: HEX } }, { uri: 'https://e/r.git#main', digest: { sha1: 'b'.repeat(40) } }] },
  runDetails: { metadata: { startedOn: '2024-05-06T07:08:09.5Z' } },
})), 'p.json');

function apply(args: Readonly<Record<string, string>> = {}, facts: Partial<RewriteFacts> = {}): Rewrite {
  const options = parseReproOptions(new Map(Object.entries(args).map(([key, value]) => [`build-arg:${key}`, value])));
  return rewrite(DOCKERFILE, { options, secretPresent: false, ...facts });
}

const FACTS: RunFacts = { platform: AMD64, code: 'RUN true', locations: [{ sourceMap: SOURCE, ranges: run.location }], args: ['/bin/sh', '-c', 'true'], shellForm: true, user: '', env: () => undefined, network: 'sandbox', mountTargets: [], secretIds: [], sshIds: [] };

function hooks(result: Rewrite, facts: Partial<RunFacts> = {}): readonly RunHook[] {
  return result.runHooks.flatMap((rule) => rule({ ...FACTS, ...facts }) ?? []);
}

/** The files of the wrapper by name. */
function files(found: readonly RunHook[]): ReadonlyMap<string, string> {
  const vertex = found[0]?.mounts[0]?.source?.vertex as FileVertex | undefined;
  return new Map((vertex?.actions ?? []).flatMap((action) => (action.kind === 'mkfile' ? [[action.path, Buffer.from(action.data).toString('latin1')] as const] : [])));
}

test('REPRO=off does nothing', () => {
  const result = apply({ REPRO: 'off' }, { secretPresent: true, provenance, epoch: 1n });
  assert.equal(result.runHooks, []);
  assert.equal(result.changes, []);
  assert.is(result.pins.image('nowhere', AMD64, []), undefined);
  assert.not.ok(result.locked);
  assert.is(result.plainMessage('process "/bin/sh /dev/.repro/run x"'), 'process "/bin/sh /dev/.repro/run x"');
  assert.is(result.dockerfile, DOCKERFILE);
});

test('where there is a launcher, RUNs get it', () => {
  for (const args of [FACTS.args, ['true'], ['/bin/bash', '-c', 'x'], ['python3', '-c', 'x']]) {
    const found = hooks(apply(), { args });
    assert.is(found.length, 1);
    assert.equal(found[0]?.entrypoint, ['/dev/.repro/exec']);
    assert.equal(found[0]?.mounts.map(({ type, target, readOnly }) => [type, target, readOnly]), [['bind', '/dev/.repro', true], ['tmpfs', '/dev/.repro-state', false]]);
    assert.equal([...files(found).keys()], ['/run', '/normalise', '/exec']);
    for (const { path, tools } of STRIP_TABLE) assert.is(tools !== undefined || files(found).get('/run')?.includes(patternLines([path.replace(/\/\*\*$/, '')])), true, path);
    assert.not.match(files(found).get('/run') ?? '', /^(git_files|remove_found|report_found|normalise_found|found_times|composer_names)/m);
  }
  assert.is.not(files(hooks(apply())).get('/exec'), files(hooks(apply(), { platform: { os: 'linux', architecture: 'arm64' } })).get('/exec'));
});

test('elsewhere RUNs of the shell get the script, and others nothing', () => {
  const platform = { os: 'linux', architecture: 'riscv64' };
  assert.equal(hooks(apply(), { platform })[0]?.entrypoint, ['/bin/sh', '/dev/.repro/run']);
  assert.equal([...files(hooks(apply(), { platform })).keys()], ['/run', '/normalise']);
  assert.equal(hooks(apply(), { platform, args: ['true'] }), []);
});

test('RUNs that get no wrapper', () => {
  assert.equal(hooks(apply({ REPRO_STRIP: 'none' })), []);
  assert.equal(hooks(apply(), { platform: { os: 'windows', architecture: 'amd64' } }), []);
  assert.equal(hooks(apply(), { mountTargets: ['/dev'] }), []);
  assert.equal(hooks(apply(), { mountTargets: ['/dev/'] }), []);
  assert.is(hooks(apply(), { mountTargets: ['/dev/pipes/'] }).length, 1);
});

test('paths below a mount of the RUN are not touched', () => {
  const text = files(hooks(apply(), { mountTargets: ['/var/cache/apt', '/etc/machine-id'] })).get('/run') ?? '';
  assert.not.match(text, 'pkgcache.bin');
  assert.not.match(text, 'etc/machine-id');
  assert.match(text, 'var/cache/ldconfig/aux-cache');
});

test('REPRO_STRIP adds and takes away', () => {
  const text = files(hooks(apply({ REPRO_STRIP: '+/my/file,-/var/log/dpkg.log' }))).get('/run') ?? '';
  assert.match(text, /^my\/file'/m);
  assert.not.match(text, 'var/log/dpkg.log');
});

test('a RUN that names git has its clones looked after, and others not', () => {
  const result = apply();
  const script = (facts: Partial<RunFacts>) => files(hooks(result, facts)).get('/run') ?? '';
  for (const facts of [{ args: ['/bin/sh', '-c', 'cd /x && git clone y'] }, { args: ['git', 'init'] }, { code: 'RUN <<EOF\ngit clone x\nEOF' }]) assert.match(script(facts), /^git_files$/m);
  for (const facts of [{}, { args: ['/bin/sh', '-c', 'digital'] }]) assert.not.match(script(facts), 'git_files');
  assert.ok(result.changes.some(({ files: of = [] }) => of.some(({ action }) => action === 'normalise-git')));
  assert.not.match(files(hooks(apply({ REPRO_STRIP: '-/**/.git' }), { args: ['git'] })).get('/run') ?? '', 'git_files');
});

test('what tools leave in any folder is looked for after RUNs that name them', () => {
  const script = (code: string, options = {}) => files(hooks(apply(options), { code })).get('/run') ?? '';
  assert.match(script('RUN cmake -S . -B /b'), /^remove_found CMakeFiles\/CMakeOutput.log .*\nreport_found .* .ninja_log .ninja_deps$/m);
  assert.match(script('RUN ninja -C /b'), /^report_found .* .ninja_log .ninja_deps$/m);
  assert.not.match(script('RUN ninja -C /b'), /^remove_found /m);
  assert.not.match(script('RUN cmakex'), '_found');
  assert.match(script('RUN ninja', { REPRO_STRIP: '-/**/.ninja_log' }), /^report_found .* .ninja_deps$/m);
});

test('a RUN that names another tool has its files looked after in all folders', () => {
  const result = apply();
  const search = (...args: readonly string[]): readonly string[] => (files(hooks(result, { args })).get('/run') ?? '').match(/^(?:git_files|(?:composer_names|normalise_found|found_times) .*)$/gm) ?? [];
  assert.equal(search('/bin/sh', '-c', 'gpg --import x'), ['normalise_found pubring.kbx \'pubring.kbx~\' trustdb.gpg']);
  assert.equal(search('cargo', 'build'), ['git_files', 'normalise_found target/.rustc_info.json']);
  assert.equal(search('pnpm', 'add', 'x').map((line) => line.split(' ')[0]), ['found_times']);
  assert.match(search('pnpm')[0] ?? '', " 'pnpm/metadata*/*/*.json' ");
  assert.equal(search('./mvnw', 'install'), ["found_times maven-metadata-local.xml"]);
  assert.equal(search('composer', 'install'), ['composer_names vendor/autoload.php']);
  assert.equal(search('apt-get install gnupg && cp x /usr/share/keyrings/x.gpg'), []);
});

test('equal RUNs share one folder, and a toggle makes another', () => {
  const result = apply();
  const vertex = (facts: Partial<RunFacts> = {}) => hooks(result, facts)[0]?.mounts[0]?.source?.vertex;
  assert.is(vertex(), vertex({ args: ['/bin/sh', '-c', 'other'] }));
  assert.is.not(vertex(), vertex({ mountTargets: ['/var/log'] }));
  assert.is.not(files(hooks(apply({}, { secretPresent: true }))).get('/run'), files(hooks(apply())).get('/run'));
});

test('the snapshot: when, and of what time', () => {
  const time = (result: Rewrite): string | undefined => /^time=(.*)$/m.exec(files(hooks(result)).get('/run') ?? '')?.[1];
  const all = { secretPresent: true, provenance, epoch: 1_700_000_000n };
  assert.is(time(apply({}, { provenance, epoch: 1n })), undefined);
  assert.is(time(apply({ REPRO_SOURCES_LIST: 'off' }, all)), undefined);
  assert.is(time(apply({ REPRO_SNAPSHOT: '20240101T000000Z' }, all)), '20240101T000000Z');
  assert.is(time(apply({}, all)), '20240506T070809Z');
  assert.is(time(apply({}, { secretPresent: true, epoch: 1_700_000_000n })), '20231114T221320Z');
  assert.is(time(apply({ REPRO_SOURCES_LIST: '1' })), "''");
  const found = hooks(apply({ SNAPSHOT_ARCHIVE_BASE: 'http://127.0.0.1:1/a', KEEP_CACHE: '1' }, all));
  assert.equal([...files(found).keys()], ['/run', '/normalise', '/apt.conf', '/apt-method', '/pacman-fetch', '/exec']);
  assert.match(files(found).get('/apt-method') ?? '', 'debian=http://127.0.0.1:1/a/\nubuntu=http://127.0.0.1:1/a/\n');
  assert.equal([...files(hooks(apply({}, all), { network: 'none' })).keys()], ['/run', '/normalise', '/exec']);
});

test('what fetches packages past the image\'s package manager is warned of', () => {
  const warned = (command: string, facts: Partial<RewriteFacts> = { secretPresent: true }): readonly string[] => {
    const result = apply({}, { epoch: 1n, ...facts });
    hooks(result, { args: ['/bin/sh', '-c', command] });
    return result.changes.filter(({ warning }) => warning === true).map(({ why }) => why);
  };
  for (const name of ['debootstrap', 'cdebootstrap', 'mmdebstrap', 'multistrap']) {
    assert.equal(warned(`set -e; /usr/sbin/${name} bookworm /mnt`), [`${name} does not install from the snapshot: give it the snapshot's URL`]);
  }
  assert.equal(warned('apt-get install debootstrap-x my.debootstrap'), []);
  assert.equal(warned('debootstrap x', {}), []);
});

test('sudo is for users other than root, when it matters', () => {
  const sudo = (result: Rewrite, facts: Partial<RunFacts>): boolean => /^sudo=1$/m.test(files(hooks(result, facts)).get('/run') ?? '');
  for (const user of ['', 'root', '0', 'root:root', '0:5']) assert.not(sudo(apply({}, { secretPresent: true }), { user, args: ['/bin/sh', '-c', 'sudo x'] }), user);
  assert.ok(sudo(apply(), { user: 'me', args: ['/bin/sh', '-c', 'sudo x'] }));
  assert.not(sudo(apply(), { user: 'me' }));
  assert.ok(sudo(apply({}, { secretPresent: true }), { user: 'rooted' }));
});

test('the epoch is in the environment, but not over the stage\'s own', () => {
  const result = apply({ REPRO_STRIP: 'none' });
  assert.equal(hooks(result, { epoch: 5n }), [{ entrypoint: [], mounts: [], env: [['SOURCE_DATE_EPOCH', '5'], ['FORCE_SOURCE_DATE', '1'], ['PERL_HASH_SEED', '0']] }]);
  assert.equal(hooks(result, { epoch: 5n, env: (key) => (key === 'SOURCE_DATE_EPOCH' ? '' : undefined) })[0]?.env, [['FORCE_SOURCE_DATE', '1'], ['PERL_HASH_SEED', '0']]);
  assert.equal(hooks(result, { epoch: 5n, env: () => '' }), []);
  assert.equal(hooks(result), []);
});

test('the user\'s hook is inside the wrapper', () => {
  const hook = JSON.stringify({ RUN: { entrypoint: ['/dev/.dfhook/entrypoint'], mounts: [{ from: 'debian:12', target: '/dev/.dfhook', source: '/x' }, { type: 'secret', source: 's', target: '/s' }, { type: 'ssh', target: '/a' }] } });
  const found = hooks(apply({ REPRO_HOOK: hook }, { provenance }));
  assert.equal(found.map(({ entrypoint }) => entrypoint), [['/dev/.repro/exec'], ['/dev/.dfhook/entrypoint']]);
  const [bind, secret, ssh] = found[1]?.mounts ?? [];
  assert.is(bind?.selector, '/x');
  assert.is((bind?.source?.vertex as { identifier?: string }).identifier, `docker-image://docker.io/library/debian:12@sha256:${HEX}`);
  assert.equal([secret?.secretId, secret?.required, ssh?.secretId], ['s', false, 'default']);
});

const at = (line: number) => lineRanges(line, line);

test('pins: found, already there, missing', () => {
  const { pins, locked } = apply({}, { provenance });
  assert.ok(locked);
  assert.is(pins.image('debian:12', AMD64, []), `sha256:${HEX}`);
  assert.is(pins.image(`other@sha256:${HEX}`, AMD64, []), undefined);
  assert.is(pins.http('https://e/f', '', []), `sha256:${HEX}`);
  assert.is(pins.http('https://elsewhere/f', `sha256:${HEX}`, []), undefined);
  assert.is(pins.git({ remote: 'https://e/r.git', ref: 'main', checksum: '' }, []), 'b'.repeat(40));
  assert.is(pins.git({ remote: 'https://e/r.git', ref: 'main', checksum: 'bbbbbbb' }, []), 'b'.repeat(40), 'the start of a commit becomes the whole');
  assert.is(pins.addedImage(`mine@sha256:${'c'.repeat(64)}`, AMD64), undefined);
  assertPinned([pins]);
  assert.equal([...new Set(pins.contents.map(({ kind, content }) => `${kind} ${content}`))], [
    `image sha256:${HEX}`, `http sha256:${HEX}`, `git ${'b'.repeat(40)}`, `image sha256:${'c'.repeat(64)}`,
  ]);
});

test('the start of a known commit lets no other repository in', () => {
  for (const [remote, ref, checksum] of [['https://evil/r.git', 'main', 'b'], ['https://evil/r.git', '', 'b'.repeat(39)], ['https://e/r.git', 'dev', 'bbbbbbb'], ['https://e/r.git', 'main', 'bc']] as const) {
    const { pins } = apply({}, { provenance });
    assert.is(pins.git({ remote, ref, checksum }, at(2)), undefined);
    assert.equal(pins.contents, []);
    assert.throws(() => assertPinned([pins]), new RegExp(`line 2: ${remote}(?:#${ref})? at ${checksum}; of this kind it has: https://e/r\\.git#main`));
  }
  const { pins } = apply({}, { provenance });
  assert.is(pins.git({ remote: 'https://mirror/r.git', ref: '', checksum: 'b'.repeat(40) }, []), undefined);
  assertPinned([pins]);
});

test('all that is missing is one error with every line', () => {
  const { pins } = apply({}, { provenance });
  assert.is(pins.http('https://e/g', '', at(7)), undefined);
  assert.is(pins.image('debian:13', AMD64, at(3)), 'missing');
  assert.is(pins.image('debian:13', AMD64, at(3)), 'missing');
  assert.is(pins.image(`debian:12@sha256:${'c'.repeat(64)}`, AMD64, at(4)), 'missing');
  assert.is(pins.git({ remote: 'https://e/r.git', ref: 'dev', checksum: '' }, at(9)), undefined);
  assert.is(pins.addedImage('scanner', AMD64), 'missing');
  let error: unknown;
  try {
    assertPinned([pins, apply({}, { provenance }).pins]);
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof LocatedError);
  assert.is(findCause(error, CodedError)?.code, 'provenance');
  assert.equal(error.locations.map((ranges) => ranges[0]?.start.line), [9, 7, 4, 3]);
  assert.equal(error.message.split('\n'), [
    'p.json does not tell what these were:',
    '  the image scanner on linux/amd64; of this kind it has: docker.io/library/debian:12 (linux/amd64)',
    '  line 3: the image debian:13 on linux/amd64; of this kind it has: docker.io/library/debian:12 (linux/amd64)',
    `  line 4: the image debian:12@sha256:${'c'.repeat(64)} on linux/amd64; of this kind it has: docker.io/library/debian:12 (linux/amd64)`,
    '  line 7: https://e/g; of this kind it has: https://e/f',
    '  line 9: https://e/r.git#dev; of this kind it has: https://e/r.git#main',
    'With REPRO_PIN=lax the build takes what is there now',
  ]);
});

test('materials of one name that differ are an error that names them, in lax mode too; the same twice is none', () => {
  const two = (second: string) => parseProvenance(Buffer.from(JSON.stringify({ buildDefinition: { resolvedDependencies: [
    { uri: 'https://e/f', digest: { sha256: HEX } }, { uri: 'https://e/f', digest: { sha256: second } },
  ] } })), 'p.json');
  for (const mode of ['strict', 'lax']) {
    const { pins } = apply({ REPRO_PIN: mode }, { provenance: two('c'.repeat(64)) });
    assert.is(pins.http('https://e/f', '', at(2)), undefined);
    assert.throws(() => assertPinned([pins]), (error: Error) => error.message === `p.json does not tell what these were:\n  line 2: https://e/f, for which it has several that differ: https://e/f is sha256:${HEX}, https://e/f is sha256:${'c'.repeat(64)}`);
  }
  assert.is(apply({}, { provenance: two(HEX) }).pins.http('https://e/f', '', at(2)), `sha256:${HEX}`);
});

test('a source policy says nothing of what has a digest already', () => {
  const policy = parseProvenance(Buffer.from('{"rules":[]}'), 'policy.json');
  assert.is(apply({}, { provenance: policy }).pins.image(`x@sha256:${HEX}`, AMD64, []), undefined);
});

test('the lock denies all but local folders, the main context and the contents that are known', () => {
  assert.equal(lockPolicy([{ kind: 'image', content: `sha256:${HEX}` }, { kind: 'http', content: 'sha256:d' }, { kind: 'git', content: 'abc' }, { kind: 'git', content: 'abc' }], ['git://e/main.git#dev']), {
    version: 1,
    rules: [
      { action: 'DENY', selector: { identifier: '*', match_type: 'WILDCARD' } },
      { action: 'ALLOW', selector: { identifier: 'local://*', match_type: 'WILDCARD' } },
      { action: 'ALLOW', selector: { identifier: 'git://e/main.git#dev', match_type: 'EXACT' } },
      { action: 'ALLOW', selector: { identifier: `docker-image://*@sha256:${HEX}`, match_type: 'WILDCARD' } },
      { action: 'ALLOW', selector: { identifier: `oci-layout://*@sha256:${HEX}`, match_type: 'WILDCARD' } },
      { action: 'ALLOW', selector: { identifier: 'http*://*', match_type: 'WILDCARD', constraints: [{ key: 'http.checksum', value: 'sha256:d', condition: 'EQUAL' }] } },
      { action: 'ALLOW', selector: { identifier: 'git://*', match_type: 'WILDCARD', constraints: [{ key: 'git.checksum', value: 'abc', condition: 'EQUAL' }] } },
    ],
  });
});

test('REPRO_TIMESTAMPS=clamp: the wrapper leaves out what is not the image\'s', () => {
  const hook = JSON.stringify({ RUN: { mounts: [{ type: 'tmpfs', target: '/hooked' }] } });
  const clamp = { REPRO_TIMESTAMPS: 'clamp', REPRO_STRIP: 'none', REPRO_HOOK: hook };
  const text = files(hooks(apply(clamp), { epoch: 5n, mountTargets: ['/a b/', '/c*'] })).get('/run') ?? '';
  assert.match(text, /^epoch=5$/m);
  for (const word of ['-path "$R"/proc -o', '-path "$R"/etc/hosts -o', '-path "$R"\'/a b\' -o', '-path "$R"\'/c\\*\' -o', '-path "$R"/hooked\n']) assert.match(text, word);
  assert.equal(hooks(apply({ ...clamp, REPRO_HOOK: '' })), [], 'without an epoch there is nothing to do');
  assert.not.match(files(hooks(apply(), { epoch: 5n })).get('/run') ?? '', 'epoch=5');
  assert.is(apply().fileRule, undefined);
});

test('times can only be brought back to an epoch', () => {
  const clamp = parseReproOptions(new Map([['build-arg:REPRO_TIMESTAMPS', 'clamp']]));
  assert.throws(() => assertEpoch(clamp, undefined), (error: unknown) => error instanceof CodedError && error.code === 'option' && error.message.includes('SOURCE_DATE_EPOCH=SECONDS'));
  assertEpoch(clamp, 0n);
  assertEpoch(parseReproOptions(new Map()), undefined);
});

const told = (result: Rewrite) => result.changes.map(({ rule, line, warning }) => `${rule} ${line}${warning === true ? ' !' : ''}`);

test('a RUN is told with the rules that it gets, and once', () => {
  const result = apply({}, { provenance, secretPresent: true, epoch: 5n });
  assert.equal(result.changes, []);
  hooks(result, { epoch: 5n });
  hooks(result, { epoch: 5n });
  assert.equal(told(result), ['sources-list 2', 'strip 2', 'epoch 2']);
  const [sources, strip, epoch] = result.changes;
  assert.is(sources?.was, 'RUN true');
  assert.is(sources?.becomes, 'apt and pacman install from the snapshot 20240506T070809Z, which is the start of the build in p.json');
  assert.is(sources?.why, 'the secret enable-repro-sources-list is given');
  assert.equal(strip?.files?.map(({ path }) => path), STRIP_TABLE.filter(({ tools }) => tools === undefined).map(({ path }) => path));
  assert.is(epoch?.becomes, 'SOURCE_DATE_EPOCH=5 FORCE_SOURCE_DATE=1 PERL_HASH_SEED=0 in its environment');
});

test('what a RUN does not get is not told of it', () => {
  const of = (args: Readonly<Record<string, string>>, facts: Partial<RunFacts>): string[] => {
    const result = apply(args, { secretPresent: true, epoch: 5n });
    hooks(result, { epoch: 5n, ...facts });
    return told(result);
  };
  assert.equal(of({}, { network: 'none' }), ['strip 2', 'epoch 2']);
  assert.equal(of({ REPRO_STRIP: 'none' }, {}), ['sources-list 2', 'epoch 2']);
  assert.equal(of({ REPRO_STRIP: 'none' }, { network: 'none' }), ['epoch 2']);
  assert.equal(of({}, { env: () => '7' }), ['sources-list 2', 'strip 2']);
  assert.equal(of({ REPRO_HOOK: '{"RUN":{"entrypoint":["/x"]}}' }, {}), ['sources-list 2', 'strip 2', 'hook 2', 'epoch 2']);
  const mounted = apply();
  hooks(mounted, { mountTargets: ['/var/log'] });
  assert.not(mounted.changes[0]?.files?.some(({ path }) => path.startsWith('/var/log/')));
});

test('with REPRO_FROM a RUN asks the client for nothing that is not declared', () => {
  const result = apply({}, { declared: { secrets: new Set(['key']), ssh: new Set() } });
  hooks(result, { secretIds: ['key'] });
  assert.throws(() => hooks(result, { secretIds: ['key', 'other'], sshIds: ['default'] }), (error: unknown) => error instanceof CodedError && error.code === 'provenance' &&
    error.message === 'the RUN asks for the secret other and the SSH agent default, which the provenance of the first build does not declare: with REPRO_OVERRIDE=1 it gets what the client has');
});

test('REPRO_EPOCH=off keeps SOURCE_DATE_EPOCH out of RUNs', () => {
  assert.equal(hooks(apply({ REPRO_EPOCH: 'off', REPRO_STRIP: 'none' }, { epoch: 5n })), []);
});

test('a RUN that gets no wrapper is told with the reason', () => {
  const result = apply({}, { secretPresent: true, epoch: 5n });
  hooks(result, { epoch: 5n, mountTargets: ['/dev'] });
  assert.equal(told(result), ['sources-list 2 !', 'strip 2 !', 'epoch 2']);
  assert.equal(result.changes.map(({ why }) => why).slice(0, 2), ['sources-list does not reach it: it has a mount of its own over /dev', 'strip does not reach it: it has a mount of its own over /dev']);
  hooks(result, { epoch: 5n, platform: { os: 'linux', architecture: 'riscv64' }, args: ['true'], code: 'RUN ["true"]' });
  assert.match(result.changes.at(-2)?.why ?? '', 'its command is not /bin/sh, and there is no launcher for riscv64');
});

test('pins are told once asked', () => {
  const result = apply({ REPRO_PIN: 'lax' }, { provenance });
  result.pins.image('debian:12', AMD64, at(1));
  assert.is(result.pins.image('debian:13', AMD64, at(4)), undefined);
  assert.not.ok(result.locked);
  assert.equal(result.changes.map(({ rule, line, becomes, warning }) => [rule, line, becomes, warning]), [['pin', 1, `sha256:${HEX}`, undefined], ['pin', 4, 'the image debian:13 on linux/amd64', true]]);
});

test('messages without the wrapper', () => {
  const { plainMessage } = apply();
  const plain = 'failed: process "/bin/sh -c false" did not complete successfully: exit code: 1';
  assert.is(plainMessage('failed: process "/bin/sh /dev/.repro/run /bin/sh -c false" did not complete successfully: exit code: 1'), plain);
  assert.is(plainMessage('process "/dev/.repro/exec python -c \\"x\\"" did not complete successfully: exit code: 2'), 'process "python -c \\"x\\"" did not complete successfully: exit code: 2');
  assert.is(plainMessage(plain), plain);
});

test('the table has no path twice, and a reason for each', () => {
  assert.is(new Set(STRIP_TABLE.map(({ path }) => path)).size, STRIP_TABLE.length);
  for (const { path, why } of STRIP_TABLE) assert.ok(path.startsWith('/') && why !== '');
});

test.run();
