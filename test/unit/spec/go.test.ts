import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { encodeImageConfig, parseImageConfig } from '../../../src/spec/config.ts';
import { digestOf, digestProblem } from '../../../src/spec/digest.ts';
import { encodeJsonString, encodeJsonStrings } from '../../../src/spec/json.ts';
import { basePath, cleanPath, dirPath, joinPath } from '../../../src/spec/path.ts';
import { formatAllPlatform, formatPlatform, normalizePlatform, parsePlatform } from '../../../src/spec/platform.ts';
import type { Platform } from '../../../src/spec/platform.ts';
import { familiarName, familiarString, nameOf, parseNormalizedNamed, referenceToString, tagNameOnly, withDigest } from '../../../src/spec/reference.ts';
import { quote } from '../../../src/spec/text.ts';

/**
 * Inputs, and what the Go packages made of them that the reference uses: containerd/platforms 1.0.0-rc.4, distribution/reference 0.6.0,
 * opencontainers/go-digest 1.0.0, moby/docker-image-spec 1.3.1, and of the standard library strconv, path and encoding/json.
 */
type Vectors = Readonly<Record<string, readonly (readonly [input: string, output: readonly string[]])[]>>;
const vectors = JSON.parse(readFileSync(new URL('fixtures/go.json', import.meta.url), 'utf8')) as Vectors;

const host: Platform = { os: 'linux', architecture: 'amd64' };

function platformJson({ architecture, os, osVersion, osFeatures, variant }: Platform): string {
  const members = [`"architecture":${encodeJsonString(architecture)}`, `"os":${encodeJsonString(os)}`];
  if (osVersion !== undefined) members.push(`"os.version":${encodeJsonString(osVersion)}`);
  if (osFeatures !== undefined) members.push(`"os.features":${encodeJsonStrings(osFeatures)}`);
  if (variant !== undefined) members.push(`"variant":${encodeJsonString(variant)}`);
  return `{${members.join()}}`;
}

const FUNCTIONS: Readonly<Record<string, (input: string) => readonly string[]>> = {
  platform: (input) => {
    const platform = parsePlatform(input, host);
    const normal = normalizePlatform(platform);
    return [platformJson(platform), formatPlatform(platform), formatAllPlatform(platform), platformJson(normal), formatAllPlatform(normal)];
  },
  reference: (input) => {
    const reference = parseNormalizedNamed(input);
    return [
      reference.domain, reference.path, referenceToString(reference), nameOf(reference), familiarString(reference), familiarName(reference),
      referenceToString(tagNameOnly(reference)), referenceToString(withDigest(reference, digestOf(Buffer.from('x')))),
    ];
  },
  digest: (input) => [digestProblem(input) ?? '<nil>'],
  quote: (input) => [quote(input)],
  path: (input) => [cleanPath(input), basePath(input), dirPath(input), joinPath('/w', input), joinPath('', input), joinPath(input, '../x'), joinPath('/', input), joinPath(input, '/b/'), joinPath(input, '', './c')],
  config: (input) => [encodeImageConfig(parseImageConfig(input))],
};

function outcome(run: () => readonly string[]): readonly string[] {
  try {
    return run();
  } catch (error) {
    return ['ERR', (error as Error).message];
  }
}

for (const [name, cases] of Object.entries(vectors)) {
  const run = FUNCTIONS[name];
  if (run === undefined) throw new Error(`no function for the vectors of ${name}`);
  for (const [input, output] of cases) {
    test(`${name} ${JSON.stringify(input)}`, () => {
      assert.equal(outcome(() => run(input)), output);
    });
  }
}

test('there are vectors for every function', () => {
  assert.equal(Object.keys(vectors).sort(), Object.keys(FUNCTIONS).sort());
});

test.run();
