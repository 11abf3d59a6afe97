import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeMessage, encodeMessage } from '../../../src/pb/codec.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const unhex = (text: string): Uint8Array => Buffer.from(text, 'hex');

/** Bytes that Go's deterministic marshalling (google.golang.org/protobuf 1.36) gave for the same values. */
const VECTORS: readonly (readonly [name: string, type: string, value: object, bytes: string])[] = [
  ['members of a oneof come last', 'pb.Op', { source: {}, platform: { OS: 'l' }, inputs: [{}, { digest: 'd', index: -1 }], constraints: {} },
    '0a000a0e0a016410ffffffffffffffffff01520312016c5a001a00'],
  ['a zero in a oneof is written', 'pb.UserOpt', { byID: 0 }, '1000'],
  ['largest uint32', 'pb.UserOpt', { byID: 0xffffffff }, '10ffffffff0f'],
  ['packed numbers and empty strings', 'pb.Meta', { validExitCodes: [0, -1, 300], env: ['', 'x'] }, '1200120178620d00ffffffffffffffffff01ac02'],
  ['maps sort by the bytes of their keys', 'pb.SourceOp', { attrs: new Map([['b', ''], ['', 'e'], ['\u{1f600}', '3'], ['\uffee', '2'], ['é', '4'], ['a', '1']]) },
    '12050a0012016512060a016112013112050a0162120012070a02c3a912013412080a03efbfae12013212090a04f09f9880120133'],
  ['zero values in maps are written', 'pb.OpMetadata', { caps: { z: false, y: true } }, '2a050a017910012a050a017a1000'],
  ['64-bit numbers', 'pb.LinuxResources', {
    memory: -(2n ** 63n), memorySwap: 2n ** 63n - 1n, cpuShares: 2n ** 64n - 1n, cpuPeriod: 2n ** 53n, cpuQuota: -1,
  }, '088080808080808080800110ffffffffffffffff7f18ffffffffffffffffff0120808080808080801028ffffffffffffffffff01'],
  ['32-bit numbers', 'pb.Position', { line: -0x80000000, character: 0x7fffffff }, '0880808080f8ffffffff0110ffffffff07'],
  ['bytes', 'pb.FileActionMkFile', { data: Uint8Array.of(0, 255), mode: 0o755, timestamp: -1n }, '10ed031a0200ff28ffffffffffffffffff01'],
  ['maps of messages', 'pb.Source', { locations: { b: {}, a: { locations: [{ sourceIndex: 1, ranges: [{ start: {} }] }] } } },
    '0a0d0a016112080a06080112020a000a050a01621200'],
  ['enums', 'pb.ExecOp', { network: 2, mounts: [{ mountType: 4, TmpfsOpt: {} }] }, '120530049a01001802'],
  ['a result of the gateway', 'moby.buildkit.v1.frontend.ReturnRequest', { result: { ref: { id: 'r' }, metadata: new Map([['k', Uint8Array.of(1)]]) } },
    '0a0d52060a016b1201011a030a0172'],
  ['a request of the gateway', 'moby.buildkit.v1.frontend.SolveRequest', { Frontend: 'f', Evaluate: true, FrontendOpt: { a: 'b' } }, '1201661a060a01611201627001'],
];

for (const [name, type, value, bytes] of VECTORS) {
  test(`encode: ${name}`, () => {
    assert.is(hex(encodeMessage(type, value)), bytes);
  });
  test(`decode and encode again: ${name}`, () => {
    assert.is(hex(encodeMessage(type, decodeMessage(type, unhex(bytes)))), bytes);
  });
}

test('absent fields are left out, whether undefined, null or missing', () => {
  assert.is(hex(encodeMessage('pb.Op', { platform: undefined, inputs: null, source: undefined, exec: null })), '');
});

test('bytes in place of a message go in as they are', () => {
  assert.is(hex(encodeMessage('pb.Op', { platform: unhex('12016c') })), '520312016c');
  assert.is(hex(encodeMessage('pb.Op', { inputs: [unhex('ff'), {}] })), '0a01ff0a00');
});

test('op bytes in a definition are not touched', () => {
  const op = unhex('0102030405');
  assert.is(hex(encodeMessage('pb.Definition', { def: [op, op] })), '0a0501020304050a050102030405');
});

const REJECTED: readonly (readonly [type: string, value: object, message: string])[] = [
  ['pb.Nothing', {}, 'unknown message type pb.Nothing'],
  ['pb.Op', { sources: {} }, 'pb.Op has no field sources'],
  ['pb.Op', { source: { attrs: {}, identifer: '' } }, 'pb.SourceOp has no field identifer'],
  ['pb.Op', { source: {}, exec: {} }, 'pb.Op.op: both exec and source are set'],
  ['pb.UserOpt', { byID: 0, byName: {} }, 'pb.UserOpt.user: both byName and byID are set'],
  ['pb.Meta', { cwd: 'a\ud800' }, 'string field contains invalid UTF-8'],
  ['pb.Meta', { args: ['\udc00'] }, 'string field contains invalid UTF-8'],
  ['pb.FileActionCopy', { excludePatterns: ['\udcff'] }, 'string field contains invalid UTF-8'],
  ['pb.Op', { source: { identifier: '\udcff' } }, 'string field contains invalid UTF-8'],
  ['pb.Op', { source: { attrs: { '\udcff': '' } } }, 'string field contains invalid UTF-8'],
  ['moby.buildkit.v1.frontend.ReturnRequest', { error: { message: '\udcff' } }, 'string field contains invalid UTF-8'],
  ['pb.Meta', { args: 'a' }, 'pb.Meta.args: expected a list'],
  ['pb.Meta', { cwd: 1 }, 'pb.Meta.cwd: expected a string'],
  ['pb.Meta', { removeMountStubsRecursive: 1 }, 'pb.Meta.removeMountStubsRecursive: expected a boolean'],
  ['pb.Position', { line: 1.5 }, 'pb.Position.line: expected a 32-bit integer'],
  ['pb.Position', { line: 0x80000000 }, 'pb.Position.line: expected a 32-bit integer'],
  ['pb.UserOpt', { byID: -1 }, 'pb.UserOpt.byID: expected an unsigned 32-bit integer'],
  ['pb.Input', { index: 2 ** 53 }, 'pb.Input.index: expected a 64-bit integer'],
  ['pb.Input', { index: 2n ** 63n }, 'pb.Input.index: expected a 64-bit integer'],
  ['pb.LinuxResources', { cpuShares: -1 }, 'pb.LinuxResources.cpuShares: expected an unsigned 64-bit integer'],
  ['pb.FileActionMkFile', { data: 'text' }, 'pb.FileActionMkFile.data: expected bytes'],
  ['pb.Op', { platform: 'linux' }, 'pb.Op.platform: expected a message'],
  ['pb.Op', { platform: [] }, 'pb.Op.platform: expected a message'],
  ['pb.SourceOp', { attrs: [] }, 'pb.SourceOp.attrs: expected a map'],
  ['pb.SourceOp', { attrs: { a: 1 } }, 'pb.SourceOp.attrs: expected a string'],
];

for (const [type, value, message] of REJECTED) {
  test(`rejected: ${message}`, () => {
    assert.throws(() => encodeMessage(type, value), (error: Error) => assert.is(error.message, message) === undefined);
  });
}

test('a value that contains itself is an error, not an overflow', () => {
  const definition: { Source: object } = { Source: {} };
  definition.Source = { infos: [{ definition }] };
  assert.throws(() => encodeMessage('pb.Definition', definition), /nested too deeply/);
});

test('keys that mean something to JavaScript are data', () => {
  const bytes = encodeMessage('pb.SourceOp', { attrs: new Map([['__proto__', 'x'], ['constructor', 'y']]) });
  assert.equal([...decodeMessage('pb.SourceOp', bytes).attrs], [['__proto__', 'x'], ['constructor', 'y']]);
});

test('decoded messages have zeros, empty lists and maps, and no absent messages', () => {
  assert.equal(decodeMessage('pb.Op', new Uint8Array(0)), { inputs: [] });
  assert.equal(decodeMessage('pb.Input', new Uint8Array(0)), { digest: '', index: 0 });
  assert.equal(decodeMessage('pb.SourceOp', new Uint8Array(0)), { identifier: '', attrs: new Map() });
  assert.equal(decodeMessage('pb.UserOpt', unhex('1000')), { byID: 0 });
});

test('64-bit numbers are numbers where exact, else bigints', () => {
  const { memory, memorySwap, cpuShares, cpuPeriod, cpuQuota } = decodeMessage('pb.LinuxResources', encodeMessage('pb.LinuxResources', {
    memory: -(2n ** 63n), memorySwap: 2 ** 53 - 1, cpuShares: 2n ** 64n - 1n, cpuPeriod: 5n, cpuQuota: -7,
  }));
  assert.equal([memory, memorySwap, cpuShares, cpuPeriod, cpuQuota], [-(2n ** 63n), 2 ** 53 - 1, 2n ** 64n - 1n, 5, -7]);
});

test('unknown fields and fields of another wire type are skipped', () => {
  assert.equal(decodeMessage('pb.Input', unhex('f80605' + 'f20601ff' + '0a0164' + 'fd0600000000' + 'f9060000000000000000')), { digest: 'd', index: 0 });
  assert.equal(decodeMessage('pb.Input', unhex('0805' + '1007')), { digest: '', index: 7 });
});

test('unpacked numbers are read too, and of a oneof the last', () => {
  assert.equal(decodeMessage('pb.Meta', unhex('60016002')).validExitCodes, [1, 2]);
  assert.equal(decodeMessage('pb.UserOpt', unhex('0a00' + '1005')), { byID: 5 });
});

test('map entries may lack their key, their value or have more', () => {
  assert.equal(decodeMessage('pb.SourceOp', unhex('1200' + '12060a01611a0178')).attrs, new Map([['', ''], ['a', '']]));
});

test('text that is not UTF-8 is kept', () => {
  assert.is(decodeMessage('pb.Input', unhex('0a02ff61')).digest, '\udcffa');
  assert.is(decodeMessage('pb.Input', unhex('0a03efbfbd')).digest, '\ufffd');
});

/** The bytes that BuildKit's vtprotobuf code gave for the same values. */
const ANY_BYTES: readonly (readonly [name: string, type: string, value: object, bytes: string])[] = [
  ['a request', 'moby.buildkit.v1.frontend.ReadFileRequest', { FilePath: 'a\udcff' }, '120261ff'],
  ['an op in a request', 'moby.buildkit.v1.frontend.ResolveSourceMetaRequest', { Source: { identifier: 'https://\udcc3', attrs: new Map([['k\udc80', '\udc80']]) } },
    '0a140a0968747470733a2f2fc312070a026b80120180'],
  ['what is known of an op', 'pb.Definition', { metadata: { d: { description: { 'llb.customname': '\udcff' } } }, Source: { infos: [{ filename: '\udcff' }] } },
    '121a0a0164121512130a0e6c6c622e637573746f6d6e616d651201ff1a0512030a01ff'],
];

for (const [name, type, value, bytes] of ANY_BYTES) {
  test(`text that is not UTF-8 goes out as it is: ${name}`, () => {
    assert.is(hex(encodeMessage(type, value)), bytes);
  });
}

for (const bytes of ['0a', '0a05', '0a0564', '10', '1080', '10ffffffffffffffffffffff', '0b', '0c', '0e', '00', '0a02640a05', 'f206']) {
  test(`malformed: ${bytes}`, () => {
    assert.throws(() => decodeMessage('pb.Input', unhex(bytes)), /cannot decode pb\.Input: /);
  });
}

test('a part that reaches beyond its whole is malformed', () => {
  assert.throws(() => decodeMessage('pb.Op', unhex('0a030a0564' + '6565656565')), /cannot decode pb\.Op/);
  assert.throws(() => decodeMessage('pb.SourceOp', unhex('12030a0564' + '6565656565')), /cannot decode pb\.SourceOp/);
  assert.throws(() => decodeMessage('pb.Meta', unhex('6201ff' + '01')), /cannot decode pb\.Meta/);
});

test('a message may be in parts, bytes or objects, and nothing else', () => {
  const whole = encodeMessage('pb.Meta', { args: ['a'], cwd: '/', user: 'u' });
  const bytes = [encodeMessage('pb.Meta', { args: ['a'] }), encodeMessage('pb.Meta', { cwd: '/', user: 'u' })];
  const parts = [{ args: ['a'] }, encodeMessage('pb.Meta', { cwd: '/' }), { user: 'u' }];
  for (const meta of [bytes, parts]) assert.is(hex(encodeMessage('pb.ExecOp', { meta, network: 2 })), hex(encodeMessage('pb.ExecOp', { meta: whole, network: 2 })));
  for (const wrong of [['a'], [new Uint8Array(1), []], [null]]) assert.throws(() => encodeMessage('pb.ExecOp', { meta: wrong }), 'pb.ExecOp.meta: expected a message');
});

test('messages that are longer than the buffer, and those before and after them, are whole', () => {
  for (const length of [0, 1, 127, 128, 16_383, 16_384, 40_000, 3_000_000]) {
    const texts = ['before', 'x'.repeat(length), 'after'];
    const encoded = texts.map((text) => encodeMessage('pb.Meta', { args: [text, 'end'], proxyEnv: { httpProxy: text } }));
    assert.equal(encoded.map((bytes) => decodeMessage('pb.Meta', bytes).args[0]), texts);
    assert.equal(encoded.map((bytes) => decodeMessage('pb.Meta', bytes).proxyEnv?.httpProxy), texts);
  }
});

test('deep nesting is an error, not an overflow', () => {
  let bytes: Uint8Array = new Uint8Array(0);
  for (let depth = 0; depth < 60; depth++) {
    const info = encodeMessage('pb.SourceInfo', { definition: bytes });
    bytes = encodeMessage('pb.Definition', { Source: encodeMessage('pb.Source', { infos: [info] }) });
  }
  assert.throws(() => decodeMessage('pb.Definition', bytes), /nested too deeply/);
});

test.run();
