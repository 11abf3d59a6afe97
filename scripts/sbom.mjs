// The SBOM of the frontend's image (SPDX 2.3, https://spdx.github.io/spdx-spec/v2.3/), by the protocol of BuildKit's SBOM generators
// (https://github.com/moby/buildkit/blob/master/docs/attestations/sbom-protocol.md): the image is in BUILDKIT_SCAN_SOURCE, and a statement goes
// into BUILDKIT_SCAN_DESTINATION. Every file of the image must be one that is known, or the build fails.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const { BUILDKIT_SCAN_SOURCE: source = '', BUILDKIT_SCAN_DESTINATION: destination = '', NODE_VERSION = '', SOURCE_DATE_EPOCH = '0' } = process.env;
const rows = (path) => readFileSync(path, 'utf8').split('\n').filter((line) => line !== '').map((line) => line.split('\t'));
const hash = (algorithm, bytes) => createHash(algorithm).update(bytes).digest('hex');

const own = JSON.parse(readFileSync('/packages.json', 'utf8'));
const libraries = new Map(rows('/libraries.tsv').map(([sum, ...rest]) => [sum, rest]));
const packages = new Map();
const relationships = [];
const relate = (from, type, to) => relationships.push({ spdxElementId: from, relationshipType: type, relatedSpdxElement: to });

/** The id of a package, which is added when it is new. */
function packageId({ name, version, purl, license = 'NOASSERTION', location = 'NOASSERTION', checksums = [], sourceInfo }) {
  const id = `SPDXRef-Package-${purl.replace(/^pkg:/, '').replace(/[^A-Za-z0-9.]+/g, '-')}`;
  packages.set(id, {
    SPDXID: id, name, versionInfo: version, downloadLocation: location, filesAnalyzed: false, licenseConcluded: 'NOASSERTION', licenseDeclared: license,
    copyrightText: 'NOASSERTION', ...(checksums.length > 0 ? { checksums } : {}), ...(sourceInfo === undefined ? {} : { sourceInfo }),
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
  });
  return id;
}

const main = packageId({ name: own.name, version: own.version, purl: `pkg:generic/${own.name}@${own.version}`, license: 'Apache-2.0' });
const node = packageId({
  name: 'node', version: NODE_VERSION, purl: `pkg:generic/node@${NODE_VERSION}`, license: 'MIT', location: `https://nodejs.org/dist/v${NODE_VERSION}/`,
  sourceInfo: 'its program, without symbols and without what it exports to add-ons',
});
/** What Node's program has in it, by Node's own word; this generator runs the same one. */
if (process.version !== `v${NODE_VERSION}`) throw new Error(`this is Node ${process.version}, and the image is to have v${NODE_VERSION}`);
for (const [name, version] of Object.entries(process.versions).sort()) {
  if (name !== 'node' && name !== 'modules' && name !== 'napi') relate(node, 'CONTAINS', packageId({ name, version, purl: `pkg:generic/${name}@${encodeURIComponent(version)}` }));
}
const npm = own.packages.map(({ name, version, license, integrity }) => packageId({
  name, version, license, location: `https://www.npmjs.com/package/${name}/v/${version}`, purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
  checksums: [{ algorithm: 'SHA512', checksumValue: Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex') }],
}));
for (const id of npm) relate(main, 'CONTAINS', id);

/** The package that a file of the image is from. */
function ownerOf(path, bytes) {
  const library = libraries.get(hash('sha256', bytes));
  if (library !== undefined) {
    const [name, version, architecture, sourceName, sourceVersion, sum] = library;
    return packageId({
      name, version, purl: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=debian`,
      checksums: [{ algorithm: 'SHA256', checksumValue: sum }], sourceInfo: `built from ${sourceName} ${sourceVersion}`,
    });
  }
  if (path === '/node') return node;
  if (/^\/(?:frontend\.blob|frontend\.cjs|sigstore\.cjs)$/.test(path)) return main;
  throw new Error(`${path} of the image is from no package that is known`);
}

const paths = readdirSync(source, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(source.replace(/\/$/, '').length)).sort();
const files = paths.map((path, at) => {
  const bytes = readFileSync(join(source, path));
  const id = `SPDXRef-File-${at}`;
  relate(ownerOf(path, bytes), 'CONTAINS', id);
  return {
    SPDXID: id, fileName: `.${path}`, licenseConcluded: 'NOASSERTION', copyrightText: 'NOASSERTION',
    checksums: [{ algorithm: 'SHA1', checksumValue: hash('sha1', bytes) }, { algorithm: 'SHA256', checksumValue: hash('sha256', bytes) }],
  };
});
if (files.length === 0) throw new Error('the image has no files');
for (const id of [node, ...[...packages.keys()].filter((each) => each.startsWith('SPDXRef-Package-deb'))]) relate(main, 'DEPENDS_ON', id);
for (const [name, version] of rows('/tools.tsv')) {
  relate(packageId({ name, version, purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}?distro=debian` }), 'BUILD_TOOL_OF', node);
}

const predicate = {
  spdxVersion: 'SPDX-2.3', dataLicense: 'CC0-1.0', SPDXID: 'SPDXRef-DOCUMENT', name: own.name,
  documentNamespace: `https://spdx.invalid/${own.name}/${hash('sha256', JSON.stringify(files))}`,
  creationInfo: { created: new Date(Number(SOURCE_DATE_EPOCH) * 1000).toISOString().replace(/\.\d+Z$/, 'Z'), creators: [`Tool: ${own.name}-sbom`] },
  packages: [...packages.values()], files,
  relationships: [{ spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: main }, ...relationships],
};
const statement = { _type: 'https://in-toto.io/Statement/v0.1', predicateType: 'https://spdx.dev/Document', predicate };
writeFileSync(join(destination, `${basename(source)}.spdx.json`), JSON.stringify(statement));
