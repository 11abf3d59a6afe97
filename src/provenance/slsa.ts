import type { FieldReader, Fields } from './fields.ts';
import { readMaterial } from './materials.ts';
import type { BuildRequest, ConfigSource, Material, Provenance, SourceFile, Subject } from './provenance.ts';

/** The predicate's part of a {@link Provenance}. */
export type Predicate = Omit<Provenance, 'name' | 'subjects'>;

/** Requests are nested once by BuildKit (`root`); deeper is nothing that it writes. */
const MAX_REQUEST_DEPTH = 4;

/** SLSA v1 as BuildKit writes it (solver/llbsolver/provenance/types/types.go). */
export function readSlsaV1(reader: FieldReader, predicate: Fields): Predicate {
  const definition = reader.object(predicate, 'buildDefinition');
  const external = reader.object(definition, 'externalParameters');
  const run = reader.object(predicate, 'runDetails');
  const metadata = reader.object(run, 'metadata');
  const completeness = reader.object(metadata, 'buildkit_completeness');
  return {
    form: 'slsa-v1',
    builderId: reader.string(reader.object(run, 'builder'), 'id'),
    materials: readMaterials(reader, definition, 'resolvedDependencies'),
    configSource: readConfigSource(reader, reader.object(external, 'configSource'), 'path'),
    request: readRequest(reader, reader.object(external, 'request'), 0),
    builderPlatform: reader.string(reader.object(definition, 'internalParameters'), 'builderPlatform'),
    ...times(reader.time(metadata, 'startedOn'), reader.time(metadata, 'finishedOn')),
    complete: { request: reader.boolean(completeness, 'request'), materials: reader.boolean(completeness, 'resolvedDependencies') },
    sourceFiles: readSourceFiles(reader, reader.object(metadata, 'buildkit_metadata')),
    ...readCommands(reader, reader.object(definition, 'internalParameters')),
  };
}

/** SLSA v0.2 as BuildKit, and `buildx --metadata-file`, write it. */
export function readSlsaV02(reader: FieldReader, predicate: Fields): Predicate {
  const invocation = reader.object(predicate, 'invocation');
  const metadata = reader.object(predicate, 'metadata');
  const completeness = reader.object(metadata, 'completeness');
  return {
    form: 'slsa-v0.2',
    builderId: reader.string(reader.object(predicate, 'builder'), 'id'),
    materials: readMaterials(reader, predicate, 'materials'),
    configSource: readConfigSource(reader, reader.object(invocation, 'configSource'), 'entryPoint'),
    request: readRequest(reader, reader.object(invocation, 'parameters'), 0),
    builderPlatform: reader.string(reader.object(invocation, 'environment'), 'platform'),
    ...times(reader.time(metadata, 'buildStartedOn'), reader.time(metadata, 'buildFinishedOn')),
    complete: { request: reader.boolean(completeness, 'parameters'), materials: reader.boolean(completeness, 'materials') },
    sourceFiles: readSourceFiles(reader, reader.object(metadata, 'https://mobyproject.org/buildkit@v1#metadata')),
    ...readCommands(reader, predicate),
  };
}

/** The subjects of an in-toto statement. */
export function readSubjects(reader: FieldReader, statement: Fields): readonly Subject[] {
  return reader.objects(statement, 'subject').map((subject) => ({ name: reader.string(subject, 'name'), digest: reader.strings(subject, 'digest') }));
}

function times(startedOn: bigint | undefined, finishedOn: bigint | undefined): Pick<Provenance, 'startedOn' | 'finishedOn'> {
  return { ...(startedOn === undefined ? {} : { startedOn }), ...(finishedOn === undefined ? {} : { finishedOn }) };
}

function readMaterials(reader: FieldReader, fields: Fields, key: string): readonly Material[] {
  return reader.objects(fields, key).flatMap((entry) => readMaterial(reader, entry) ?? []);
}

function readConfigSource(reader: FieldReader, fields: Fields, pathKey: string): ConfigSource {
  return { uri: reader.string(fields, 'uri'), digest: reader.strings(fields, 'digest'), path: reader.string(fields, pathKey) };
}

function readRequest(reader: FieldReader, fields: Fields, depth: number): BuildRequest {
  const request: BuildRequest = {
    frontend: reader.string(fields, 'frontend'),
    args: reader.strings(fields, 'args'),
    secrets: readForwarded(reader, fields, 'secrets'),
    ssh: readForwarded(reader, fields, 'ssh'),
    locals: reader.objects(fields, 'locals').map((entry) => reader.string(entry, 'name')),
  };
  if (!reader.has(fields, 'root') || depth >= MAX_REQUEST_DEPTH) return request;
  const root = reader.object(fields, 'root');
  return {
    ...request,
    root: {
      // The root's source is written as v1 does in both versions.
      configSource: readConfigSource(reader, reader.object(root, 'configSource'), 'path'),
      ...(reader.has(root, 'request') ? { request: readRequest(reader, reader.object(root, 'request'), depth + 1) } : {}),
    },
  };
}

function readForwarded(reader: FieldReader, fields: Fields, key: string): BuildRequest['secrets'] {
  return reader.objects(fields, key).map((entry) => ({ id: reader.string(entry, 'id'), optional: reader.boolean(entry, 'optional') }));
}

function readSourceFiles(reader: FieldReader, metadata: Fields): readonly SourceFile[] {
  return reader.objects(reader.object(metadata, 'source'), 'infos').map((info) => ({
    filename: reader.string(info, 'filename'),
    language: reader.string(info, 'language'),
    data: reader.bytes(info, 'data'),
  }));
}

/** The exec ops of the recorded build graph (buildConfig of mode=max). */
function readCommands(reader: FieldReader, parent: Fields): Pick<Provenance, 'commands'> {
  const graph = reader.object(parent, 'buildConfig');
  if (!reader.has(graph, 'llbDefinition')) return {};
  const ops = reader.objects(graph, 'llbDefinition').map((step) => reader.object(reader.object(step, 'op'), 'Op'));
  const processes = ops.filter((op) => reader.has(op, 'exec')).map((op) => reader.object(reader.object(op, 'exec'), 'meta'));
  return { commands: processes.map((meta) => ({ args: reader.stringList(meta, 'args'), env: reader.stringList(meta, 'env') })) };
}
