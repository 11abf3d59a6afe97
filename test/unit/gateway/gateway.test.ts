import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { messageOf } from '../../../src/diag/error.ts';
import { openBridge } from '../../../src/gateway/bridge.ts';
import { GatewayError } from '../../../src/gateway/error.ts';
import { openGateway } from '../../../src/gateway/gateway.ts';
import type { Gateway } from '../../../src/gateway/gateway.ts';
import { resolveImageConfig, resolveSourceMeta } from '../../../src/gateway/resolve.ts';
import { singleRef } from '../../../src/gateway/result.ts';
import { openTransport } from '../../../src/gateway/transport.ts';
import { FakeStatus, startFakeGateway } from '../../support/fake-gateway.ts';
import type { FakeGateway, Handler } from '../../support/fake-gateway.ts';

const caps = (...ids: string[]) => ids.map((ID) => ({ ID, Enabled: true }));
const MODERN = caps('return', 'returnmap', 'proto.refarray', 'readfile', 'readdir', 'statfile', 'frontend.inputs', 'gateway.solve.evaluate', 'gateway.exec', 'source.metaresolver');
const LLB = caps('source.local', 'source.local.followpaths', 'file.base');

function ping(frontend = MODERN): Handler {
  return () => ({ FrontendAPICaps: frontend, LLBCaps: LLB });
}

async function withGateway(handlers: Record<string, Handler>, run: (gateway: Gateway, fake: FakeGateway) => Promise<void>, options = new Map<string, string>()): Promise<void> {
  const fake = await startFakeGateway({ Ping: ping(), Inputs: () => ({}), Warn: () => ({}), ...handlers });
  const stream = fake.connect();
  try {
    const environment = { options, sessionId: 's', product: 'buildkit', workers: [] };
    await run(await openGateway(environment, openBridge(openTransport({ input: stream, output: stream }))), fake);
  } finally {
    stream.destroy();
    fake.stop();
  }
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a failure');
}

test('a solve gives a reference that files are read from', async () => {
  const handlers: Record<string, Handler> = {
    Solve: () => ({ result: { ref: { id: 'r1' }, metadata: { k: Buffer.from('v') } } }),
    ReadFile: (request) => ({ Data: Buffer.from(`${request['Ref']} ${request['FilePath']} ${request['Range']?.Length}`) }),
  };
  await withGateway(handlers, async (gateway, fake) => {
    const definition = {
      ops: [{ digest: 'sha256:aa' as const, bytes: Buffer.from('op') }],
      metadata: new Map([['sha256:aa' as const, { description: new Map([['llb.customname', 'x']]), ignoreCache: true, caps: ['source.local'] }]]),
    };
    const result = await gateway.solve({ definition, evaluate: true, cacheImports: [{ type: 'registry', attrs: new Map([['ref', 'a']]) }] });
    const ref = singleRef(result);
    assert.is(Buffer.from(result.metadata.get('k') ?? []).toString(), 'v');
    assert.is(Buffer.from(await ref!.readFile('f', { offset: 0, length: 10 })).toString(), 'r1 f 10');
    const [request] = fake.requests('Solve');
    assert.is(request!['Definition'].def[0].toString(), 'op');
    assert.equal(request!['Definition'].metadata['sha256:aa'].caps, { 'source.local': true });
    assert.is(request!['Definition'].metadata['sha256:aa'].ignore_cache, true);
    assert.is(request!['Evaluate'], true);
    assert.is(request!['allowResultReturn'], true);
    assert.is(request!['allowResultArrayRef'], true);
    assert.equal(request!['CacheImports'], [{ Type: 'registry', Attrs: { ref: 'a' } }]);
    assert.equal(request!['FrontendOpt'], { 'cache-from': 'c' });
  }, new Map([['cache-from', 'c'], ['target', 't']]));
});

test('a definition that needs what the daemon lacks is not sent', async () => {
  await withGateway({ Solve: () => ({}) }, async (gateway, fake) => {
    const metadata = new Map([['sha256:aa' as const, { description: new Map(), ignoreCache: false, caps: ['source.git'] }]]);
    const error = await failure(gateway.solve({ definition: { ops: [], metadata } }));
    assert.is(error.message, 'requested experimental feature source.git  is not supported by build server, please update buildkit');
    assert.is(fake.requests('Solve').length, 0);
  });
});

test('a failed call keeps code, text and details, with and without details', async () => {
  const details = [{ type_url: 'github.com/moby/buildkit/errdefs.Vertex+json', value: Buffer.from('{"digest":"sha256:1"}') }];
  const answers: (() => never)[] = [
    () => { throw new FakeStatus(2, 'process "x" did not complete: 100% \u00e9\nline', details); },
    () => { throw new FakeStatus(5, 'open f: 100%25 \u00e9 #;/?\n no such file'); },
  ];
  await withGateway({ Solve: () => answers.shift()!() }, async (gateway) => {
    const first = await failure(gateway.solve({ frontend: 'x' })) as GatewayError;
    assert.instance(first, GatewayError);
    assert.is(first.status, 2);
    assert.is(first.message, 'process "x" did not complete: 100% \u00e9\nline');
    assert.is(first.details[0]?.typeUrl, details[0]!.type_url);
    assert.is(Buffer.from(first.details[0]!.value).toString(), '{"digest":"sha256:1"}');
    assert.ok(first.has('errdefs.Vertex'));
    const second = await failure(gateway.solve({ frontend: 'x' })) as GatewayError;
    assert.is(second.status, 5);
    assert.is(second.statusMessage, 'open f: 100%25 \u00e9 #;/?\n no such file');
    assert.is(second.message, 'NotFound: open f: 100%25 \u00e9 #;/?\n no such file');
  });
});

test('a message of 15 MiB comes through, one of 17 MiB does not', async () => {
  const sizes = [15 << 20, 17 << 20];
  const handlers: Record<string, Handler> = {
    Solve: () => ({ result: { ref: { id: 'r' } } }),
    ReadFile: () => ({ Data: Buffer.alloc(sizes.shift()!, 120) }),
  };
  await withGateway(handlers, async (gateway) => {
    const ref = singleRef(await gateway.solve({ frontend: 'x' }))!;
    assert.is((await ref.readFile('f')).length, 15 << 20);
    assert.is((await failure(ref.readFile('f')) as GatewayError).status, 8);
  });
});

test('results go back by reference arrays, or in the old form', async () => {
  const result = async (gateway: Gateway) => {
    const solved = await gateway.solve({ frontend: 'x' });
    const ref = singleRef(solved)!;
    const attestation = { kind: 'bundle' as const, metadata: new Map([['m', Buffer.from('1')]]), ref, path: 'p', predicateType: 't', subjects: [] };
    await gateway.returnResult({ ref, metadata: new Map([['a', Buffer.from('b')]]), attestations: new Map([['linux/amd64', [attestation]]]) });
    await gateway.returnResult({ refs: new Map([['linux/amd64', ref], ['linux/arm64', undefined]]), metadata: new Map() });
  };
  const handlers: Record<string, Handler> = { Solve: () => ({ result: { ref: { id: 'r1' } } }), Return: () => ({}) };
  await withGateway(handlers, async (gateway, fake) => {
    await result(gateway);
    const [single, several] = fake.requests('Return');
    assert.is(single!['result'].ref.id, 'r1');
    assert.is(single!['result'].metadata['a'].toString(), 'b');
    const [sent] = single!['result'].attestations['linux/amd64'].attestation;
    assert.equal([sent.kind, sent.path, sent.inTotoPredicateType, sent.ref.id, sent.metadata['m'].toString()], ['Bundle', 'p', 't', 'r1', '1']);
    assert.equal(Object.entries(several!['result'].refs.refs).map(([key, ref]) => [key, (ref as { id: string }).id]), [['linux/amd64', 'r1'], ['linux/arm64', '']]);
  });
  await withGateway({ ...handlers, Ping: ping(caps('return', 'returnmap')) }, async (gateway, fake) => {
    await result(gateway);
    const [single, several] = fake.requests('Return');
    assert.is(single!['result'].refDeprecated, 'r1');
    assert.equal(several!['result'].refsDeprecated.refs, { 'linux/amd64': 'r1', 'linux/arm64': '' });
  });
});

test('a daemon that takes one file system alone is not given two', async () => {
  await withGateway({ Ping: ping(caps('return', 'proto.refarray')), Return: () => ({}) }, async (gateway, fake) => {
    await gateway.returnResult({ refs: new Map([['linux/amd64', undefined]]), metadata: new Map() });
    const several = gateway.returnResult({ refs: new Map([['linux/amd64', undefined], ['linux/arm64', undefined]]), metadata: new Map() });
    assert.is(await several.then(() => '', messageOf), 'requested experimental feature returnmap (return reference map) is not supported by build server, please update buildkit');
    assert.is(fake.requests('Return').length, 1);
  });
});

test('a daemon without Return gets the last solve again, as final', async () => {
  const handlers: Record<string, Handler> = { Ping: ping(caps('solve.base', 'readfile')), Solve: () => ({ ref: 'old' }) };
  await withGateway(handlers, async (gateway, fake) => {
    const solved = await gateway.solve({ frontend: 'dockerfile.v0' });
    await gateway.returnResult({ ...solved, metadata: new Map([['containerimage.config', Buffer.from('{}')]]) });
    const [first, last] = fake.requests('Solve');
    assert.is(first!['ExporterAttr'].toString(), '{}');
    assert.is(last!['Final'], true);
    assert.is(last!['Frontend'], 'dockerfile.v0');
    assert.equal(JSON.parse(last!['ExporterAttr'].toString()), { 'containerimage.config': 'e30=' });
  });
});

test('without gateway.solve.evaluate a result is built by a stat', async () => {
  const handlers: Record<string, Handler> = {
    Ping: ping(caps('return', 'statfile')), Solve: () => ({ result: { refDeprecated: 'r' } }), StatFile: () => { throw new FakeStatus(2, 'RUN failed'); },
  };
  await withGateway(handlers, async (gateway, fake) => {
    assert.is((await failure(gateway.solve({ frontend: 'x', evaluate: true }))).message, 'RUN failed');
    assert.is(fake.requests('Solve')[0]!['Evaluate'], false);
    assert.is(fake.requests('StatFile')[0]!['Path'], '.');
  });
});

test('image configs come by ResolveSourceMeta, or by ResolveImageConfig where that is missing', async () => {
  const handlers: Record<string, Handler> = {
    ResolveSourceMeta: (request) => ({ Source: { identifier: `${request['Source'].identifier}-policy` }, Image: { Digest: 'sha256:1', Config: Buffer.from('{}') } }),
    ResolveImageConfig: () => ({ Digest: 'sha256:2', Config: Buffer.from('{}') }),
  };
  const options = { platform: { os: 'linux', architecture: 'arm64' }, resolveMode: 'pull', logName: 'l' };
  await withGateway(handlers, async (gateway, fake) => {
    assert.is((await resolveImageConfig(gateway, 'docker.io/library/a:1', options)).ref, 'docker.io/library/a:1-policy');
    const [request] = fake.requests('ResolveSourceMeta');
    assert.equal([request!['Source'].identifier, request!['Platform'].Architecture, request!['ResolveMode']], ['docker-image://docker.io/library/a:1', 'arm64', '']);
    await resolveImageConfig(gateway, 'x@sha256:1', { ociLayout: { sessionId: 's', storeId: 'st' } });
    assert.equal(fake.requests('ResolveSourceMeta')[1]!['Source'], { identifier: 'oci-layout://x@sha256:1', attrs: { 'oci.session': 's', 'oci.store': 'st' } });
    const meta = { identifier: 'docker-image://a', attrs: new Map() };
    assert.match((await failure(resolveSourceMeta(gateway, meta, { image: { attestations: ['t'] } }))).message, /additional source metadata resolver support: requested experimental feature/);
  });
  await withGateway({ ...handlers, Ping: ping(caps('return', 'resolveimage')) }, async (gateway, fake) => {
    const answer = await resolveImageConfig(gateway, 'docker.io/library/a:1', options);
    assert.equal([answer.ref, answer.digest], ['docker.io/library/a:1', 'sha256:2']);
    assert.is(fake.requests('ResolveImageConfig')[0]!['ResolveMode'], 'pull');
    const git = { identifier: 'git://x', attrs: new Map<string, string>() };
    assert.equal(await resolveSourceMeta(gateway, git, {}), { Source: git });
  });
});

test('a policy that makes something else of an image is an error of its own', async () => {
  await withGateway({ ResolveSourceMeta: () => ({ Source: { identifier: 'https://x/y' } }) }, async (gateway) => {
    assert.is((await failure(resolveImageConfig(gateway, 'a', {}))).message, 'ref mutated by policy to non-image: docker-image://a -> https://x/y');
  });
});

test('warnings arrive in order and before Return', async () => {
  const handlers: Record<string, Handler> = { Warn: async () => { await new Promise((resolve) => setTimeout(resolve, 2)); return {}; }, Return: () => ({}) };
  await withGateway(handlers, async (gateway, fake) => {
    const source = { filename: 'Dockerfile', language: 'Dockerfile', data: Buffer.from('FROM x') };
    for (const short of ['1', '2', '3']) gateway.warn({ vertex: 'sha256:1', short, detail: ['d'], url: 'u', source, ranges: [{ start: { line: 1, character: 0 }, end: { line: 2, character: 0 } }] });
    await gateway.returnResult({ metadata: new Map() });
    assert.equal(fake.calls.slice(2).map((call) => call.method), ['Warn', 'Warn', 'Warn', 'Return']);
    const warnings = fake.requests('Warn');
    assert.equal(warnings.map((request) => request['short'].toString()), ['1', '2', '3']);
    assert.equal(warnings[0]!['ranges'], [{ start: { line: 1, character: 0 }, end: { line: 2, character: 0 } }]);
    assert.equal([warnings[0]!['level'], warnings[0]!['info'].filename, warnings[0]!['detail'][0].toString()], ['1', 'Dockerfile', 'd']);
  });
});

test('inputs are given only by a daemon that has them', async () => {
  await withGateway({ Inputs: () => ({ Definitions: { context: { def: [Buffer.from('x')] } } }) }, async (gateway) => {
    assert.equal([...(await gateway.inputs()).keys()], ['context']);
  });
  await withGateway({ Ping: ping(caps('return')), Inputs: () => { throw new FakeStatus(12, 'none'); } }, async (gateway) => {
    assert.match((await failure(gateway.inputs())).message, /frontend.inputs \(frontend inputs\) is not supported/);
  });
});

test.run();
