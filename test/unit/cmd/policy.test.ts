import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { toPolicy } from '../../../src/cmd/policy.ts';
import { parseProvenance } from '../../../src/provenance/parse.ts';

const A = 'a'.repeat(64), B = 'b'.repeat(64), COMMIT = 'c'.repeat(40);

function policyOf(dependencies: readonly object[], strict = false) {
  const predicate = { buildDefinition: { buildType: 'x', externalParameters: {}, internalParameters: {}, resolvedDependencies: dependencies }, runDetails: { builder: { id: '' } } };
  return toPolicy(parseProvenance(Buffer.from(JSON.stringify(predicate)), 'p.json'), strict);
}

const image = (tag: string, hex: string, platform = 'linux%2Famd64') => ({ uri: `pkg:docker/alpine@${tag}?platform=${platform}`, digest: { sha256: hex } });

test('an image is converted to its digest', () => {
  assert.equal(policyOf([image('3.20', A)]).policy.rules, [
    { action: 'CONVERT', selector: { identifier: 'docker-image://docker.io/library/alpine:3.20', match_type: 'EXACT' }, updates: { identifier: `docker-image://docker.io/library/alpine:3.20@sha256:${A}` } },
  ]);
});

test('a file gets its checksum, a branch its commit', () => {
  const { rules } = policyOf([{ uri: 'https://example.com/f.tgz', digest: { sha256: A } }, { uri: 'https://github.com/o/r.git#main', digest: { sha1: COMMIT } }]).policy;
  assert.equal(rules.map((rule) => [rule.selector.identifier, rule.updates]), [
    ['https://example.com/f.tgz', { attrs: { 'http.checksum': `sha256:${A}` } }],
    ['git://github.com/o/r.git#main', { identifier: `git://github.com/o/r.git#${COMMIT}` }],
  ]);
});

test('strict denies the rest first, and allows what the conversions lead to', () => {
  const { rules } = policyOf([image('3.20', A)], true).policy;
  assert.equal(rules.map((rule) => rule.action), ['DENY', 'DENY', 'DENY', 'DENY', 'DENY', 'CONVERT', 'ALLOW']);
  assert.is(rules.at(-1)?.selector.identifier, `docker-image://docker.io/library/alpine:3.20@sha256:${A}`);
});

test('two digests for one image cannot be told apart', () => {
  assert.throws(() => policyOf([image('3.20', A), image('3.20', B, 'linux%2Farm64')]), /cannot hold both/);
  assert.is(policyOf([image('3.20', A), image('3.20', A, 'linux%2Farm64')]).policy.rules.length, 1);
});

test('what no rule can be made for is told', () => {
  assert.equal(policyOf([{ uri: 'pkg:generic/x@1', digest: { sha256: A } }]).skipped, ['pkg:generic/x@1']);
});

test.run();
