import { commitTime } from '../../../src/build/git-commit.ts';
import { convert } from '../../../src/convert/convert.ts';
import { prepareDockerfile } from '../../../src/convert/prepare.ts';
import { listTargets } from '../../../src/convert/targets.ts';
import { parseDockerfile } from '../../../src/dockerfile/parse.ts';
import { parseLintOptions } from '../../../src/lint/config.ts';
import { Linter } from '../../../src/lint/linter.ts';
import type { Definition } from '../../../src/llb/types.ts';
import { parseProvenance } from '../../../src/provenance/parse.ts';
import { checkReproducibility } from '../../../src/rewrite/check.ts';
import { recordedRequest } from '../../../src/rewrite/from.ts';
import { parseReproOptions } from '../../../src/rewrite/options.ts';
import { rewrite } from '../../../src/rewrite/rewrite.ts';
import { fakeOptions } from '../../unit/convert/support.ts';
import { provenanceSeeds } from './provenance-seeds.ts';
import { bytes, text } from './target.ts';
import type { Target } from './target.ts';

const ON = parseReproOptions(new Map([['build-arg:REPRO_TIMESTAMPS', 'clamp'], ['build-arg:REPRO_SOURCES_LIST', '1'], ['build-arg:REPRO_SNAPSHOT', '20240101T000000Z']]));
const PINS = parseProvenance(provenanceSeeds()[0] ?? new Uint8Array(), 'p.json');
const IMAGE = `example.com/app@sha256:${'1'.repeat(64)}`;

/** What a Dockerfile goes through to its graph, with and without the rewrites; and what else comes with a request. */
export function buildTargets(dockerfiles: readonly Uint8Array[], keywords: readonly string[]): readonly Target[] {
  return [
    bytes('conversion', (input) => converted(input), dockerfiles, keywords, 8192),
    bytes('conversion, rewritten', (input) => converted(input, true), dockerfiles, keywords, 65_536),
    bytes('checks', (input) => {
      const found: string[] = [];
      const { dockerfile } = parseDockerfile(input);
      checkReproducibility(dockerfile, { snapshots: false, epochKnown: false, unpinned: [] }, new Linter(parseLintOptions(''), ({ message }) => found.push(message)));
      return [found, listTargets(input)];
    }, [...dockerfiles, Buffer.from('FROM a\nRUN apt-get install -y x=1 curl && curl -fsSL https://x | sh; pip install a==1 b; git clone https://x y; npm i -g z@1\n')],
    [...keywords, 'apt-get install ', 'curl ', 'wget ', 'pip install ', 'npm install ', 'git clone ', 'go install ', '&& ', '| ', '@latest', '--no-cache'], 512),
    text('options', (input) => parseReproOptions(optionsOf(input)), ['REPRO_STRIP=+/a,-/b\nREPRO_SNAPSHOT=20240101T000000Z', `REPRO_FROM=${IMAGE}\nREPRO_OVERRIDE=1\nREPRO_TRUST=key=a`, 'SNAPSHOT_ARCHIVE_BASE=http://x/\nBACKPORTS=1\nREPRO_HOOK={"RUN":{"entrypoint":["/x"]}}'], ['REPRO_', '=', '+/', '-/', ',', '\n', 'off']),
    bytes('recorded request', (input) => recordedRequest(IMAGE, parseProvenance(input, 'p.json'), new Map([['platform', 'linux/amd64']]), false), provenanceSeeds(),
      ['"args":', '"build-arg:', '"context:', '"locals":', '"secrets":', '"configSource":', '"root":', '"request":', '"infos":', '"data":"']),
    bytes('git commit', (input) => commitTime(input), [Buffer.from('tree 1\nparent 2\nauthor a <b> 1 +0000\ncommitter a <b> 1700000000 +0100\n\nx\n')], ['committer ', ' +0000', '\n', '-1']),
  ];
}

function optionsOf(input: string): ReadonlyMap<string, string> {
  return new Map(input.split('\n').map((line) => {
    const at = line.indexOf('=');
    return [`build-arg:${at < 0 ? line : line.slice(0, at)}`, at < 0 ? '' : line.slice(at + 1)];
  }));
}

/** The ops of a Dockerfile's last stage. */
async function converted(input: Uint8Array, isRewritten = false): Promise<Definition['ops']> {
  const options = fakeOptions(Buffer.from(input).toString('utf8'), {}, { asked: [] });
  const { dockerfile, linter } = prepareDockerfile(input, undefined, () => undefined);
  if (!isRewritten) return (await (await convert(dockerfile, { ...options, linter })).marshal()).ops;
  const made = rewrite(dockerfile, { options: ON, secretPresent: false, provenance: PINS, epoch: 1_700_000_000n });
  const { runHooks, pins, fileRule } = made;
  return (await (await convert(made.dockerfile, { ...options, linter, runHooks, pins, ...(fileRule === undefined ? {} : { fileRule }) })).marshal()).ops;
}
