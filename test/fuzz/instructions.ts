import { NUMBERS } from './odd.ts';
import { ARG_NAMES, jsonForm, path, type Scope, variable, word } from './words.ts';

/** A flag, now and then misspelt, without value, with an empty one, or doubled by the caller. */
function flag(scope: Scope, name: string, values: readonly string[]): string {
  const { random } = scope;
  if (random.chance(scope.wrong * 0.3)) return random.pick([`--${name}`, `--${name}=`, `--${name.slice(1)}=x`, `--${name.toUpperCase()}=${random.pick(values)}`, `-${name}`, '--', '--=', `--${name}=${word(scope, 1)}`]);
  return `--${name}=${random.chance(0.15) ? word(scope, 1) : random.pick(values)}`;
}

function boolFlag(scope: Scope, name: string): string {
  return scope.random.pick([`--${name}`, `--${name}`, `--${name}=true`, `--${name}=false`, ...(scope.random.chance(scope.wrong) ? [`--${name}=maybe`, `--${name}=`] : [])]);
}

function flags(scope: Scope, all: readonly (() => string)[], probability: number): string {
  const chosen = scope.random.some(all, probability).map((make) => make());
  if (chosen.length > 0 && scope.random.chance(scope.wrong * 0.2)) chosen.push(chosen[0]!);
  return chosen.map((text) => `${text} `).join('');
}

const OWNERS = ['4294967295', '4294967296:0', '1000', '1000:1000', 'root', 'user:group', 'nobody', '0:0', '$FOO', ':5'];
const MODES = ['0644', '755', 'u+x', 'go=rX', 'a-w,u+r', '7777', '0', '$FOO'];

function mount(scope: Scope): string {
  const { random } = scope;
  const type = random.pick(['bind', 'cache', 'tmpfs', 'secret', 'ssh', '']);
  const fields = [type === '' ? '' : `type=${random.chance(scope.wrong * 0.2) ? 'nope' : type}`];
  const optional = ['target=/m', 'target=rel', 'dst=/m2', 'destination=/m3', 'source=/s', 'src=s', 'from=alpine', `from=${scope.stages[0] ?? 'busybox'}`, 'ro', 'readonly=true', 'rw', 'rw=false', 'readwrite', 'id=foo', 'id=$FOO', 'sharing=locked', 'sharing=private', 'sharing=shared', 'size=1m', 'size=10', 'mode=0700', 'uid=5', 'gid=6', 'required', 'required=true', 'env=SECRET', 'target=${BAR}/x', 'target=/run/secrets/a'];
  const sane: Readonly<Record<string, readonly string[]>> = {
    bind: ['target=/m', 'source=/s', 'from=alpine', 'rw', 'ro', `from=${scope.stages[0] ?? 'busybox'}`],
    '': ['target=/m', 'source=/s', 'from=alpine', 'rw'],
    cache: ['target=/root/.cache', 'id=c', 'sharing=locked', 'from=alpine', 'source=/x', 'mode=0700', 'uid=5', 'gid=6', 'ro'],
    tmpfs: ['target=/t', 'size=1m', 'size=10GB'],
    secret: ['id=foo', 'target=/run/x', 'required', 'mode=0400', 'uid=1', 'gid=2', 'env=SECRET', 'source=abc'],
    ssh: ['id=default', 'target=/ssh', 'required=true', 'mode=0600', 'uid=1', 'gid=1'],
  };
  const rest = random.chance(scope.wrong) ? random.some(optional, 0.15) : random.some(sane[type]!, 0.5);
  if ((type === 'bind' || type === 'cache' || type === '' || type === 'tmpfs') && !rest.some((text) => text.startsWith('target')) && !random.chance(scope.wrong)) rest.push('target=/mnt');
  if (random.chance(scope.wrong * 0.3)) rest.push(random.pick(['bogus=1', '=', `size=${random.pick(NUMBERS)}${random.pick(['', 'k', 'GiB', 'p'])}`, `mode=${random.pick(NUMBERS)}`, `uid=${random.pick(NUMBERS)}`, 'size=x', '"id=a,b"', '"id=a""b"', 'id="a"', ' target=/x', ',', '"', 'TARGET=/x', 'target', 'mode=abc', 'uid=-1', '"target=/q,x"', 'from=$FOO', 'sharing=$FOO', 'type=$FOO', 'from=nosuch', 'required=x', 'target=/']));
  return `--mount=${[...fields, ...rest].filter((text) => text !== '').join(',')}`;
}

const HEREDOC_LINES = ['echo hi', '#!/bin/sh', '#!/usr/bin/env python', 'a $FOO ${BAR:-x}', '\ttabbed', '', '# comment', 'EO', "it's \"q\"", 'RUN not', '\\', 'x \\', '<<EOF', '日本', '${BAD', '$(x) `y`', '\\$FOO', "'$FOO'", '${FOO:-', '  EOF', 'EOF ', 'EOFX', '#!', '\t#!/bin/sh -x'];

/** `line` with heredoc bodies under it, for each marker in `line`. */
function withBodies(scope: Scope, line: string, names: readonly string[]): string {
  const { random } = scope;
  return [line, ...names.flatMap((name) => [...random.list(0, 4, () => random.pick(HEREDOC_LINES)), ...(random.chance(scope.wrong * 0.3) ? [] : [name])])].join('\n');
}

function heredocMarker(scope: Scope, name: string): string {
  const { random } = scope;
  return `${random.chance(0.1) ? '3' : ''}<<${random.chance(0.25) ? '-' : ''}${random.pick([name, name, `"${name}"`, `'${name}'`, ...(random.chance(scope.wrong) ? [`"${name.slice(0, 1)}"${name.slice(1)}`, `'${name}`, `\\${name}`, `$${name}`, ` ${name}`, `${name};`, `"${name} "`, `<${name}`, '""', `-${name}`, `${name}<<${name}`, `"${name}"x`, `${name}=1`, `${name}|cat`, `é${name}`] : [])])}`;
}

function heredocRun(scope: Scope): string {
  const { random } = scope;
  const names = random.chance(0.8) ? ['EOF'] : random.pick([['EOF', 'TWO'], ['EOF', 'TWO', 'a b'], ['EOF', 'EOF']]);
  const markers = names.map((name) => heredocMarker(scope, name)).join(' ');
  return withBodies(scope, `RUN ${flags(scope, [() => mount(scope)], 0.1)}${random.pick([markers, `cat ${markers} > /x`, `sh ${markers}`, `${markers} cat`, `python3 ${markers} && ls`])}`, names);
}

function copyLike(scope: Scope, keyword: 'COPY' | 'ADD'): string {
  const { random } = scope;
  const common = [() => flag(scope, 'chown', OWNERS), () => flag(scope, 'chmod', MODES), () => boolFlag(scope, 'link'), () => flag(scope, 'exclude', ['*.md', '**/x', '!y', '/z', ''])];
  const own = keyword === 'COPY'
    ? [() => flag(scope, 'from', [...scope.stages, '0', '1', 'alpine', 'alpine:3', ...(random.chance(scope.wrong) ? ['99', '-1', 'later', '$FOO', 'nosuch'] : [])]), () => boolFlag(scope, 'parents')]
    : [() => boolFlag(scope, 'keep-git-dir'), () => flag(scope, 'checksum', ['sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d', 'sha256:24', '$FOO']), () => boolFlag(scope, 'unpack')];
  const head = `${keyword} ${flags(scope, [...common, ...own], 0.18)}`;
  if (random.chance(0.2)) {
    const names = random.chance(0.8) ? ['EOF'] : random.pick([['EOF', 'file2'], ['EOF', 'EOF'], ['a/b', '..'], ['x y', 'é', '.']]);
    return withBodies(scope, `${head}${random.chance(0.2) ? `${path(scope)} ` : ''}${names.map((name) => heredocMarker(scope, name)).join(' ')} ${path(scope)}`, names);
  }
  const remote = ['https://example.com/f.tgz', 'http://example.com/', 'https://example.com/a/b?x=1', 'https://github.com/a/b.git', 'https://github.com/a/b.git#v1:dir', 'git@github.com:a/b.git', 'https://example.com/${FOO}.zip', 'https://github.com/a/b.git?branch=x&subdir=y'];
  const sources = random.list(1, 3, () => (keyword === 'ADD' && random.chance(0.35) ? random.pick(remote) : path(scope)));
  const target = sources.length > 1 && !random.chance(scope.wrong) ? random.pick(['/d/', './', '/', 'x/']) : path(scope);
  if (random.chance(0.15)) return `${head}${JSON.stringify([...sources, target])}`;
  return `${head}${[...sources, ...(random.chance(scope.wrong * 0.3) ? [] : [target])].join(' ')}`;
}

function pairs(scope: Scope): string {
  const { random } = scope;
  if (random.chance(0.15)) return `${random.pick(ARG_NAMES)} ${random.list(1, 3, () => word(scope)).join(' ')}`;
  return random.list(1, 3, () => `${random.chance(0.1) ? word(scope, 1) : random.pick([...ARG_NAMES, 'a.b.c', '"q k"', 'org.x/y'])}=${random.chance(0.1) ? '' : word(scope)}`).join(' ') + (random.chance(scope.wrong * 0.2) ? random.pick([' x', ' =', ' "']) : '');
}

function shellOrJson(scope: Scope, keyword: string): string {
  const { random } = scope;
  return `${keyword} ${random.chance(0.4) ? jsonForm(scope) : random.pick(['echo hi', 'apt-get update && apt-get install -y x', 'echo "$FOO" ${BAR} \'q\'', `echo ${word(scope)}`, 'true', 'cd /x && ls;', 'echo a  b\tc', 'x=1; echo $x'])}`;
}

const PORTS = ['80', '80/tcp', '53/udp', '8000-8010', '1-2:3-4/tcp', '$FOO', '${PORT:-80}', '0.0.0.0:80:80', '443/TCP', '9/sctp'];
const SIGNALS = ['SIGTERM', '9', 'KILL', 'SIGRTMIN+3', 'sigint', '$FOO', '15'];

type Maker = (scope: Scope) => string;

/** How to write one instruction of each kind; the more frequent ones stand more than once. */
export const INSTRUCTIONS: readonly Maker[] = [
  (scope) => `RUN ${flags(scope, [() => mount(scope), () => mount(scope), () => flag(scope, 'network', ['none', 'host', 'default']), () => flag(scope, 'security', ['sandbox', 'insecure']), () => flag(scope, 'device', ['vendor.com/device=a', 'name=x,required', 'foo'])], 0.12)}${shellOrJson(scope, '').trimStart()}`,
  (scope) => shellOrJson(scope, 'RUN'),
  heredocRun,
  (scope) => copyLike(scope, 'COPY'),
  (scope) => copyLike(scope, 'COPY'),
  (scope) => copyLike(scope, 'ADD'),
  (scope) => `ENV ${pairs(scope)}`,
  (scope) => `ENV ${pairs(scope)}`,
  (scope) => `LABEL ${pairs(scope)}`,
  (scope) => arg(scope),
  (scope) => `WORKDIR ${path(scope)}`,
  (scope) => `USER ${scope.random.pick(['root', '1000', 'a:b', '$FOO', 'nobody', word(scope)])}`,
  (scope) => shellOrJson(scope, 'CMD'),
  (scope) => shellOrJson(scope, 'ENTRYPOINT'),
  (scope) => `EXPOSE ${scope.random.list(1, 3, () => scope.random.chance(scope.wrong) ? scope.random.pick(['abc', ...NUMBERS, '70000', '-1', '80/', '/tcp', '80/foo', '9-8', word(scope)]) : scope.random.pick(PORTS)).join(' ')}`,
  (scope) => `VOLUME ${scope.random.pick(['/data', '/a /b', '["/data"]', '["/a","/b"]', '$FOO', jsonForm(scope), word(scope)])}`,
  (scope) => `STOPSIGNAL ${scope.random.chance(scope.wrong) ? scope.random.pick(['NOPE', '0', '99', '', 'SIG', word(scope)]) : scope.random.pick(SIGNALS)}`,
  (scope) => `SHELL ${scope.random.chance(scope.wrong) ? jsonForm(scope) : scope.random.pick(['["/bin/bash","-c"]', '["/bin/sh", "-ec"]', '["python3","-c"]', '["cmd", "/S", "/C"]'])}`,
  (scope) => healthcheck(scope),
  (scope) => `MAINTAINER ${scope.random.pick(['me', 'Me <me@example.com>', '$FOO', word(scope)])}`,
  (scope) => `${scope.random.chance(scope.wrong) ? foreign(scope) : 'LABEL a=b'}`,
  (scope) => `ONBUILD ${scope.random.pick(INSTRUCTIONS)(scope)}`,
];

/** An instruction with a flag of another, or with a heredoc that it does not take. */
function foreign(scope: Scope): string {
  const { random } = scope;
  const keyword = random.pick(['RUN', 'COPY', 'ADD', 'ENV', 'LABEL', 'ARG', 'WORKDIR', 'USER', 'CMD', 'ENTRYPOINT', 'SHELL', 'EXPOSE', 'VOLUME', 'STOPSIGNAL', 'MAINTAINER', 'HEALTHCHECK', 'ONBUILD RUN', 'FROM']);
  if (random.chance(0.4)) return withBodies(scope, `${keyword} ${random.pick(['', 'a=', 'a ', 'CMD ', '["x"] ', '"', "'"])}${heredocMarker(scope, 'EOF')}${random.pick(['', ' x', '"', "'"])}`, ['EOF']);
  const name = random.pick(['from', 'chown', 'chmod', 'link', 'parents', 'exclude', 'checksum', 'keep-git-dir', 'unpack', 'mount', 'network', 'security', 'device', 'interval', 'retries', 'platform', 'nope']);
  return `${keyword} --${name}${random.pick(['', '=', '=true', '=x', '="a b"', '=$FOO', ' =x', '\\\n', '=x --x'])} ${random.pick(['a /b', 'x=y', '["a", "b"]', 'CMD x', '/x', ''])}`;
}

/** An ARG of any stage or of the head. */
export function arg(scope: Scope): string {
  const { random } = scope;
  const definitions = random.list(1, 2, () => {
    const name = random.pick(ARG_NAMES);
    scope.args.push(name);
    return random.chance(0.6) ? `${name}=${random.chance(0.8) ? word(scope) : variable(scope, 2)}` : name;
  });
  return `ARG ${random.chance(scope.wrong * 0.2) ? random.pick(['', '=', '=x', 'a b=c "', '"a b"', '1=2']) : definitions.join(' ')}`;
}

function healthcheck(scope: Scope): string {
  const { random } = scope;
  if (random.chance(0.2)) return `HEALTHCHECK ${random.pick(['NONE', 'none', ...(random.chance(scope.wrong) ? ['NONE x', 'FOO', '', 'CMD'] : [])])}`;
  const durations = ['5s', '1m30s', '100ms', '1h', `${random.pick(NUMBERS)}${random.pick(['ns', 'us', 'µs', 'ms', 's', 'h'])}`, '2562047h47m16.854775807s', ...(random.chance(scope.wrong) ? ['0', '5', '.5s', '1.s', '01h', '1.0000000000000000000001ms', '2562047h47m16.854775808s', 'x', '-1s', '1us', '0s', '999999h'] : [])];
  return `HEALTHCHECK ${flags(scope, [() => flag(scope, 'interval', durations), () => flag(scope, 'timeout', durations), () => flag(scope, 'start-period', durations), () => flag(scope, 'start-interval', durations), () => flag(scope, 'retries', ['3', '1', ...(random.chance(scope.wrong) ? ['0', '-1', 'x', '1.5', ...NUMBERS] : [])])], 0.3)}${shellOrJson(scope, 'CMD')}`;
}
