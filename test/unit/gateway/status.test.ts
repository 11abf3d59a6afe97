import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LocatedError, wrapError } from '../../../src/diag/error.ts';
import { withSources } from '../../../src/build/source-error.ts';
import { detailType, GatewayError, jsonDetail, unsupportedFrontendCap, unsupportedSubrequest } from '../../../src/gateway/error.ts';
import { toStatus } from '../../../src/gateway/status.ts';

const line = (number: number) => [{ start: { line: number, character: 0 }, end: { line: number, character: 0 } }];
const sourceMap = { filename: 'Dockerfile', language: 'Dockerfile', data: Buffer.from('FROM x\n') };

function types(error: unknown): string[] {
  return toStatus(error).details.map(detailType);
}

function json(error: unknown, type: string): unknown[] {
  return toStatus(error).details.filter((detail) => detailType(detail) === type).map((detail) => JSON.parse(Buffer.from(detail.value).toString()));
}

test('an error of our own is Unknown, with its text and where it was made', () => {
  const status = toStatus(wrapError(new Error('inner'), 'outer'));
  assert.equal([status.code, status.message], [2, 'outer: inner']);
  assert.equal(status.details.map(detailType), ['stack.Stack', 'stack.Stack']);
  const [stack] = json(new Error('x'), 'stack.Stack') as { frames: { Name: string; File: string; Line: number }[]; pid: number }[];
  assert.match(stack!.frames[0]!.File, /status\.test\.ts$/);
  assert.type(stack!.frames[0]!.Line, 'number');
  assert.is(stack!.pid, process.pid);
});

test('what the standard library and the like say has no stack of its own', () => {
  for (const plain of ['invalid checksum digest length', 'unsupported digest algorithm', 'invalid reference format', 'string field contains invalid UTF-8', 'illegal exclusion pattern: "!"', 'syntax error in pattern', 'bufio.Scanner: token too long', 'json: cannot unmarshal', 'unexpected end of JSON input', "invalid character 'x' looking for beginning of value", 'EOF']) {
    assert.equal(types(wrapError(new Error(plain), 'failed')), ['stack.Stack'], plain);
    assert.equal(types(wrapError(new Error(`our ${plain}`), 'failed')), ['stack.Stack', 'stack.Stack']);
  }
});

test('a text that is not UTF-8 is sent with replacement characters', () => {
  assert.is(toStatus(new Error('unknown instruction: \udcffX')).message, 'unknown instruction: \ufffdX');
});

test('a failed call keeps its code, its own text and its details, ours first', () => {
  const solve = jsonDetail('errdefs.Solve', { inputIDs: ['a'] });
  const vertex = jsonDetail('errdefs.Vertex', { digest: 'sha256:1' });
  const foreign = { typeUrl: 'type.googleapis.com/x.Y', value: Buffer.from([1]) };
  const failed = new GatewayError(5, 'open f', [vertex, foreign, solve]);
  const error = withSources(new LocatedError(wrapError(failed, 'around'), [line(3)]), sourceMap);
  const status = toStatus(error);
  assert.equal([status.code, status.message], [5, 'open f']);
  assert.is(error.message, 'around: NotFound: open f');
  assert.equal(status.details.map(detailType).filter((type) => type !== 'stack.Stack'), ['type.googleapis.com/x.Y', 'errdefs.Source', 'errdefs.Solve', 'errdefs.Vertex']);
  assert.equal(status.details.at(-1)!.value, vertex.value);
});

test('the lines of the Dockerfile go along as Go writes them', () => {
  const definition = {
    ops: [{ digest: 'sha256:aa' as const, bytes: Buffer.from([1, 2]) }],
    metadata: new Map([['sha256:aa' as const, { description: new Map([['llb.customname', 'n']]), ignoreCache: false, caps: ['source.local'] }]]),
    source: { infos: [], locations: new Map([['sha256:aa' as const, []]]) },
  };
  const error = withSources(new LocatedError(new Error('bad'), [line(3), line(1)]), { ...sourceMap, definition });
  const info = {
    filename: 'Dockerfile', data: Buffer.from('FROM x\n').toString('base64'), language: 'Dockerfile',
    definition: { def: ['AQI='], metadata: { 'sha256:aa': { description: { 'llb.customname': 'n' }, caps: { 'source.local': true } } }, Source: { locations: { 'sha256:aa': {} } } },
  };
  assert.equal(json(error, 'errdefs.Source'), [
    { info, ranges: [{ start: { line: 1 }, end: { line: 1 } }] },
    { info, ranges: [{ start: { line: 3 }, end: { line: 3 } }] },
  ]);
  assert.equal(types(error).sort(), ['errdefs.Source', 'errdefs.Source', 'stack.Stack']);
});

test('a place alone does not hide that there is one stack', () => {
  assert.equal(types(new LocatedError('text', [line(1)])), ['stack.Stack']);
});

test('typed errors', () => {
  assert.equal([toStatus(unsupportedFrontendCap('x')).code, toStatus(unsupportedFrontendCap('x')).message], [12, 'unsupported frontend capability x']);
  assert.equal(json(unsupportedFrontendCap('x'), 'errdefs.FrontendCap'), [{ name: 'x' }]);
  assert.equal(types(unsupportedFrontendCap('x')), ['stack.Stack', 'errdefs.FrontendCap']);
  assert.equal([toStatus(unsupportedSubrequest('y')).code, types(unsupportedSubrequest('y'))], [2, ['errdefs.Subrequest']]);
  assert.is(toStatus(new DOMException('stop', 'AbortError')).code, 1);
});

test.run();
