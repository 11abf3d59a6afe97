import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCredentials } from '../../../src/oci/credentials.ts';
import { makeRegistryClient } from '../../../src/oci/registry.ts';
import { registrySource, resolveManifest } from '../../../src/oci/registry-source.ts';
import { readAll } from '../../../src/oci/verify.ts';
import { digestOf } from '../../../src/spec/digest.ts';
import { failureOf } from '../../support/failure.ts';

const folder = mkdtempSync(join(tmpdir(), 'repro-registry-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** A registry that answers with `handle`, and what it was asked: method, path and authorization. */
async function serve(handle: (request: IncomingMessage, response: ServerResponse, asked: readonly string[]) => void) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`);
    handle(request, response, asked);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const environment = { ...process.env, DOCKER_CONFIG: folder };
  return { host, asked, client: makeRegistryClient({ domain: host, path: 'lib/app' }, { environment }), close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))) };
}

const MANIFEST = Buffer.from('{"schemaVersion":2}');
const dockerConfig = (value: object): void => writeFileSync(join(folder, 'config.json'), JSON.stringify(value));
const credentialsOf = (host: string) => findCredentials(host, { ...process.env, DOCKER_CONFIG: folder, PATH: `${folder}:${process.env['PATH']}` });
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

test('a token is fetched with the credentials for the scope that is asked for, once', async () => {
  const registry = await serve((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    if (url.pathname === '/token') response.end(JSON.stringify({ token: 'T0ken' }));
    else if (request.headers.authorization !== 'Bearer T0ken') response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token",service="reg",scope="repository:lib/app:pull"` }).end();
    else response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json; charset=utf-8' }).end(MANIFEST);
  });
  dockerConfig({ auths: { [registry.host]: { auth: Buffer.from('user:pa:ss').toString('base64') } } });
  try {
    assert.equal(await resolveManifest(registry.client, 'v1'), { digest: digestOf(MANIFEST), mediaType: 'application/vnd.oci.image.manifest.v1+json', bytes: MANIFEST });
    await resolveManifest(registry.client, digestOf(MANIFEST));
    assert.equal(registry.asked, [
      'GET /v2/lib/app/manifests/v1 -',
      `GET /token?service=reg&scope=repository%3Alib%2Fapp%3Apull ${basic('user:pa:ss')}`,
      'GET /v2/lib/app/manifests/v1 Bearer T0ken',
      `GET /v2/lib/app/manifests/${digestOf(MANIFEST)} Bearer T0ken`,
    ]);
    assert.match(await failureOf(resolveManifest(registry.client, `sha256:${'0'.repeat(64)}`)), /the digest of its bytes is/);
  } finally {
    await registry.close();
  }
});

test('a token that has run out is fetched anew, once a request', async () => {
  let tokens = 0;
  const registry = await serve((request, response) => {
    if (request.url?.startsWith('/token') === true) response.end(JSON.stringify({ access_token: `T${++tokens}` }));
    else if (request.headers.authorization !== `Bearer T${tokens}` || request.url?.endsWith('never') === true) response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token"` }).end();
    else response.end(MANIFEST);
  });
  dockerConfig({});
  try {
    await resolveManifest(registry.client, 'v1');
    tokens++;
    await resolveManifest(registry.client, 'v1');
    assert.is(tokens, 3);
    assert.match(await failureOf(resolveManifest(registry.client, 'never')), /status 401/);
    assert.is(tokens, 4);
  } finally {
    await registry.close();
  }
});

test('basic authorization; without credentials the user is told to log in', async () => {
  const registry = await serve((request, response) => {
    if (request.headers.authorization === basic('u:p')) response.end(MANIFEST);
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
  try {
    dockerConfig({});
    assert.match(await failureOf(resolveManifest(registry.client, 'v1')), new RegExp(`docker login ${registry.host}`));
    dockerConfig({ auths: { [`https://${registry.host}/v1/`]: { username: 'u', password: 'p' } } });
    const again = makeRegistryClient({ domain: registry.host, path: 'lib/app' }, { environment: { ...process.env, DOCKER_CONFIG: folder } });
    assert.equal((await resolveManifest(again, 'v1')).bytes, MANIFEST);
  } finally {
    await registry.close();
  }
});

test('credentials do not follow a redirect to another host', async () => {
  const blobs = await serve((_, response) => response.end('blob'));
  const registry = await serve((request, response) => {
    if (request.headers.authorization === undefined) response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
    else response.writeHead(307, { location: `http://${blobs.host}/elsewhere` }).end();
  });
  dockerConfig({ auths: { [registry.host]: { username: 'u', password: 'secret' } } });
  try {
    const digest = digestOf(Buffer.from('blob'));
    assert.is((await readAll(await registrySource(registry.client).openBlob(digest), 100, 'blob')).toString(), 'blob');
    assert.equal(blobs.asked, ['GET /elsewhere -']);
  } finally {
    await registry.close();
    await blobs.close();
  }
});

test('credentials are not for whom a redirect leads to, though that asks for them, nor for the registry without TLS', async () => {
  const thief = await serve((request, response) => response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token",service="x"` }).end());
  const registry = await serve((_, response) => response.writeHead(307, { location: `http://${thief.host}/elsewhere` }).end());
  dockerConfig({ auths: { [registry.host]: { username: 'u', password: 'secret' }, [thief.host]: { username: 'u', password: 'other secret' } } });
  try {
    assert.match(await failureOf(resolveManifest(registry.client, 'v1')), /status 401/);
    assert.equal(thief.asked, ['GET /elsewhere -']);
    // The client of a registry that has TLS, as far as it knows, is given an address without.
    const secure = makeRegistryClient({ domain: thief.host, path: 'a' }, { environment: { ...process.env, DOCKER_CONFIG: folder } });
    assert.match(await failureOf(secure.request('PUT', `http://${thief.host}/upload`, { accepted: [201] })), /status 401/);
    assert.equal(thief.asked.slice(1), ['PUT /upload -']);
  } finally {
    await registry.close();
    await thief.close();
  }
});

test('an answer without end is given up, whatever it is the answer to', async () => {
  const registry = await serve((request, response) => {
    const isToken = request.url?.startsWith('/token') === true;
    if (request.url?.endsWith('/guarded') === true) return void response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token"` }).end();
    response.writeHead(isToken || request.url?.endsWith('/tag') === true ? 200 : 404);
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(1 << 16, '['))) ;
    };
    response.on('drain', more);
    more();
  });
  dockerConfig({});
  try {
    assert.match(await failureOf(resolveManifest(registry.client, 'none')), /status 404 \(no such image/);
    assert.match(await failureOf(resolveManifest(registry.client, 'guarded')), /no token from .*: its answer has none/);
    assert.match(await failureOf(resolveManifest(registry.client, 'tag')), /is larger than \d+ bytes/);
  } finally {
    await registry.close();
  }
});

test('a download that breaks off is resumed where it was', async () => {
  const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251));
  const registry = await serve((request, response, asked) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from === 0 ? 200 : 206, { 'content-length': content.length - from });
    if (asked.length > 2) response.end(content.subarray(from));
    else response.write(content.subarray(from, from + 100_000), () => setTimeout(() => response.destroy(), 50));
  });
  try {
    const bytes = await readAll(await registrySource(registry.client).openBlob(digestOf(content)), 1 << 20, 'blob');
    assert.ok(bytes.equals(content));
    assert.is(registry.asked.length, 3);
  } finally {
    await registry.close();
  }
});

test('a busy registry is asked again, one that says no is not', async () => {
  const registry = await serve((request, response, asked) => {
    if (request.url?.endsWith('absent')) response.writeHead(404).end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }));
    else if (asked.length < 3) response.writeHead(429, { 'retry-after': '0' }).end();
    else response.end(MANIFEST);
  });
  try {
    assert.equal((await resolveManifest(registry.client, 'v1')).bytes, MANIFEST);
    assert.is(registry.asked.length, 3);
    assert.match(await failureOf(resolveManifest(registry.client, 'absent')), /lib\/app: GET manifests\/absent: status 404, MANIFEST_UNKNOWN manifest unknown \(no such image/);
    assert.is(registry.asked.length, 4);
  } finally {
    await registry.close();
  }
});

test('plain http is for loopback, or when it is asked for', async () => {
  const registry = await serve((_, response) => response.end(MANIFEST));
  const port = registry.host.split(':')[1];
  try {
    assert.equal((await resolveManifest(makeRegistryClient({ domain: `localhost:${port}`, path: 'a' }), 'v1')).bytes, MANIFEST);
    // An address of this machine that is not a loopback one by its name.
    const other = { domain: `[::ffff:127.0.0.1]:${port}`, path: 'a' };
    assert.match(await failureOf(resolveManifest(makeRegistryClient(other), 'v1')), /does not speak TLS \(--plain-http if that is meant\)/);
    assert.equal((await resolveManifest(makeRegistryClient(other, { plainHttp: true }), 'v1')).bytes, MANIFEST);
  } finally {
    await registry.close();
  }
});

test('a token server without TLS gets no credentials from a registry with it', async () => {
  const registry = await serve((_, response) => response.writeHead(401, { 'www-authenticate': 'Bearer realm="file:///etc/passwd"' }).end());
  try {
    assert.match(await failureOf(resolveManifest(registry.client, 'v1')), /asks for credentials at null: not https/);
  } finally {
    await registry.close();
  }
});

test('credential helpers: one for a registry, one for all, and none that fits', async () => {
  const helper = (name: string, script: string): void => {
    writeFileSync(join(folder, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, `docker-credential-${name}`), 0o755);
  };
  helper('one', 'read server; printf \'{"ServerURL":"%s","Username":"%s","Secret":"s3cret"}\' "$server" "$server"');
  helper('token', 'printf \'{"Username":"<token>","Secret":"s3cret"}\'');
  helper('none', 'echo "credentials not found in native keychain"; exit 1');
  helper('broken', 'echo "the secret is s3cret" >&2; exit 1');
  dockerConfig({ credHelpers: { 'one.example': 'one', 'docker.io': 'one', 'bad.example': 'broken', 'away.example': 'absent', 'evil.example': '../x' }, credsStore: 'none', auths: { 'file.example': { auth: Buffer.from('a:b').toString('base64') }, 'id.example': { identitytoken: 'tok' } } });
  assert.equal(await credentialsOf('one.example'), { kind: 'basic', user: 'one.example', password: 's3cret' });
  assert.equal(await credentialsOf('docker.io'), { kind: 'basic', user: 'https://index.docker.io/v1/', password: 's3cret' });
  assert.equal(await credentialsOf('file.example'), { kind: 'basic', user: 'a', password: 'b' });
  assert.equal(await credentialsOf('id.example'), { kind: 'identity-token', token: 'tok' });
  assert.is(await credentialsOf('other.example'), undefined);
  const message = await failureOf(credentialsOf('bad.example'));
  assert.match(message, /docker-credential-broken failed for bad.example/);
  assert.not.match(message, /s3cret/);
  assert.match(await failureOf(credentialsOf('away.example')), /there is no such program/);
  assert.match(await failureOf(credentialsOf('evil.example')), /not a program's name/);
  dockerConfig({ credsStore: 'token' });
  assert.equal(await credentialsOf('any.example'), { kind: 'identity-token', token: 's3cret' });
});

test.run();
