// Made from proto/*.proto by scripts/generate-schema.mjs; do not edit.

/** A field: number, name (the JSON name of protobuf), type, and rule: '', optional, repeated, packed, `oneof NAME` or `map KEYTYPE`. */
export type FieldRow = readonly [number: number, name: string, type: string, rule: string];

/** All messages by full name, each with its fields in the order of the wire. */
export const SCHEMA: ReadonlyMap<string, readonly FieldRow[]> = new Map<string, readonly FieldRow[]>([
  ['fsutil.types.Stat', [
    [1, 'path', 'string', ''],
    [2, 'mode', 'uint32', ''],
    [3, 'uid', 'uint32', ''],
    [4, 'gid', 'uint32', ''],
    [5, 'size', 'int64', ''],
    [6, 'modTime', 'int64', ''],
    [7, 'linkname', 'string', ''],
    [8, 'devmajor', 'int64', ''],
    [9, 'devminor', 'int64', ''],
    [10, 'xattrs', 'bytes', 'map string'],
  ]],
  ['google.protobuf.Any', [
    [1, 'typeUrl', 'string', ''],
    [2, 'value', 'bytes', ''],
  ]],
  ['google.protobuf.Timestamp', [
    [1, 'seconds', 'int64', ''],
    [2, 'nanos', 'int32', ''],
  ]],
  ['google.rpc.Status', [
    [1, 'code', 'int32', ''],
    [2, 'message', 'string', ''],
    [3, 'details', 'google.protobuf.Any', 'repeated'],
  ]],
  ['moby.buildkit.v1.apicaps.APICap', [
    [1, 'ID', 'string', ''],
    [2, 'Enabled', 'bool', ''],
    [3, 'Deprecated', 'bool', ''],
    [4, 'DisabledReason', 'string', ''],
    [5, 'DisabledReasonMsg', 'string', ''],
    [6, 'DisabledAlternative', 'string', ''],
  ]],
  ['moby.buildkit.v1.frontend.Attestation', [
    [1, 'kind', 'enum', ''],
    [2, 'metadata', 'bytes', 'map string'],
    [3, 'ref', 'moby.buildkit.v1.frontend.Ref', ''],
    [4, 'path', 'string', ''],
    [5, 'inTotoPredicateType', 'string', ''],
    [6, 'inTotoSubjects', 'moby.buildkit.v1.frontend.InTotoSubject', 'repeated'],
  ]],
  ['moby.buildkit.v1.frontend.AttestationChain', [
    [1, 'Root', 'string', ''],
    [2, 'ImageManifest', 'string', ''],
    [3, 'AttestationManifest', 'string', ''],
    [4, 'SignatureManifests', 'string', 'repeated'],
    [5, 'Blobs', 'moby.buildkit.v1.frontend.Blob', 'map string'],
  ]],
  ['moby.buildkit.v1.frontend.Attestations', [
    [1, 'attestation', 'moby.buildkit.v1.frontend.Attestation', 'repeated'],
  ]],
  ['moby.buildkit.v1.frontend.Blob', [
    [1, 'descriptor', 'moby.buildkit.v1.frontend.Descriptor', ''],
    [2, 'data', 'bytes', ''],
  ]],
  ['moby.buildkit.v1.frontend.CacheOptionsEntry', [
    [1, 'Type', 'string', ''],
    [2, 'Attrs', 'string', 'map string'],
  ]],
  ['moby.buildkit.v1.frontend.ChecksumRequest', [
    [1, 'Algo', 'enum', ''],
    [2, 'Suffix', 'bytes', ''],
  ]],
  ['moby.buildkit.v1.frontend.ChecksumResponse', [
    [1, 'Digest', 'string', ''],
    [2, 'Suffix', 'bytes', ''],
  ]],
  ['moby.buildkit.v1.frontend.Descriptor', [
    [1, 'mediaType', 'string', ''],
    [2, 'digest', 'string', ''],
    [3, 'size', 'int64', ''],
    [5, 'annotations', 'string', 'map string'],
  ]],
  ['moby.buildkit.v1.frontend.EvaluateRequest', [
    [1, 'Ref', 'string', ''],
  ]],
  ['moby.buildkit.v1.frontend.EvaluateResponse', []],
  ['moby.buildkit.v1.frontend.FileRange', [
    [1, 'Offset', 'int64', ''],
    [2, 'Length', 'int64', ''],
  ]],
  ['moby.buildkit.v1.frontend.InTotoSubject', [
    [1, 'kind', 'enum', ''],
    [2, 'digest', 'string', 'repeated'],
    [3, 'name', 'string', ''],
  ]],
  ['moby.buildkit.v1.frontend.InputsRequest', []],
  ['moby.buildkit.v1.frontend.InputsResponse', [
    [1, 'Definitions', 'pb.Definition', 'map string'],
  ]],
  ['moby.buildkit.v1.frontend.NewContainerRequest', [
    [1, 'ContainerID', 'string', ''],
    [2, 'Mounts', 'pb.Mount', 'repeated'],
    [3, 'Network', 'enum', ''],
    [4, 'platform', 'pb.Platform', ''],
    [5, 'constraints', 'pb.WorkerConstraints', ''],
    [6, 'extraHosts', 'pb.HostIP', 'repeated'],
    [7, 'hostname', 'string', ''],
  ]],
  ['moby.buildkit.v1.frontend.NewContainerResponse', []],
  ['moby.buildkit.v1.frontend.PingRequest', []],
  ['moby.buildkit.v1.frontend.PongResponse', [
    [1, 'FrontendAPICaps', 'moby.buildkit.v1.apicaps.APICap', 'repeated'],
    [2, 'LLBCaps', 'moby.buildkit.v1.apicaps.APICap', 'repeated'],
    [3, 'Workers', 'moby.buildkit.v1.types.WorkerRecord', 'repeated'],
  ]],
  ['moby.buildkit.v1.frontend.ReadDirRequest', [
    [1, 'Ref', 'string', ''],
    [2, 'DirPath', 'string', ''],
    [3, 'IncludePattern', 'string', ''],
    [4, 'MountIndex', 'int32', ''],
  ]],
  ['moby.buildkit.v1.frontend.ReadDirResponse', [
    [1, 'entries', 'fsutil.types.Stat', 'repeated'],
  ]],
  ['moby.buildkit.v1.frontend.ReadFileRequest', [
    [1, 'Ref', 'string', ''],
    [2, 'FilePath', 'string', ''],
    [3, 'Range', 'moby.buildkit.v1.frontend.FileRange', ''],
    [4, 'MountIndex', 'int32', ''],
  ]],
  ['moby.buildkit.v1.frontend.ReadFileResponse', [
    [1, 'Data', 'bytes', ''],
  ]],
  ['moby.buildkit.v1.frontend.Ref', [
    [1, 'id', 'string', ''],
  ]],
  ['moby.buildkit.v1.frontend.RefMap', [
    [1, 'refs', 'moby.buildkit.v1.frontend.Ref', 'map string'],
  ]],
  ['moby.buildkit.v1.frontend.RefMapDeprecated', [
    [1, 'refs', 'string', 'map string'],
  ]],
  ['moby.buildkit.v1.frontend.ReleaseContainerRequest', [
    [1, 'ContainerID', 'string', ''],
  ]],
  ['moby.buildkit.v1.frontend.ReleaseContainerResponse', []],
  ['moby.buildkit.v1.frontend.ResolveImageConfigRequest', [
    [1, 'Ref', 'string', ''],
    [2, 'Platform', 'pb.Platform', ''],
    [3, 'ResolveMode', 'string', ''],
    [4, 'LogName', 'string', ''],
    [5, 'ResolverType', 'int32', ''],
    [6, 'SessionID', 'string', ''],
    [7, 'StoreID', 'string', ''],
    [8, 'SourcePolicies', 'moby.buildkit.v1.sourcepolicy.Policy', 'repeated'],
  ]],
  ['moby.buildkit.v1.frontend.ResolveImageConfigResponse', [
    [1, 'Digest', 'string', ''],
    [2, 'Config', 'bytes', ''],
    [3, 'Ref', 'string', ''],
  ]],
  ['moby.buildkit.v1.frontend.ResolveSourceGitRequest', [
    [1, 'ReturnObject', 'bool', ''],
  ]],
  ['moby.buildkit.v1.frontend.ResolveSourceGitResponse', [
    [1, 'Checksum', 'string', ''],
    [2, 'Ref', 'string', ''],
    [3, 'CommitChecksum', 'string', ''],
    [4, 'CommitObject', 'bytes', ''],
    [5, 'TagObject', 'bytes', ''],
  ]],
  ['moby.buildkit.v1.frontend.ResolveSourceHTTPRequest', [
    [1, 'ChecksumRequest', 'moby.buildkit.v1.frontend.ChecksumRequest', ''],
  ]],
  ['moby.buildkit.v1.frontend.ResolveSourceHTTPResponse', [
    [1, 'Checksum', 'string', ''],
    [2, 'Filename', 'string', ''],
    [3, 'LastModified', 'google.protobuf.Timestamp', ''],
    [4, 'ChecksumResponse', 'moby.buildkit.v1.frontend.ChecksumResponse', ''],
  ]],
  ['moby.buildkit.v1.frontend.ResolveSourceImageRequest', [
    [1, 'NoConfig', 'bool', ''],
    [2, 'AttestationChain', 'bool', ''],
    [3, 'ResolveAttestations', 'string', 'repeated'],
  ]],
  ['moby.buildkit.v1.frontend.ResolveSourceImageResponse', [
    [1, 'Digest', 'string', ''],
    [2, 'Config', 'bytes', ''],
    [3, 'AttestationChain', 'moby.buildkit.v1.frontend.AttestationChain', ''],
  ]],
  ['moby.buildkit.v1.frontend.ResolveSourceMetaRequest', [
    [1, 'Source', 'pb.SourceOp', ''],
    [2, 'Platform', 'pb.Platform', ''],
    [3, 'LogName', 'string', ''],
    [4, 'ResolveMode', 'string', ''],
    [5, 'Git', 'moby.buildkit.v1.frontend.ResolveSourceGitRequest', ''],
    [6, 'Image', 'moby.buildkit.v1.frontend.ResolveSourceImageRequest', ''],
    [7, 'HTTP', 'moby.buildkit.v1.frontend.ResolveSourceHTTPRequest', ''],
    [8, 'SourcePolicies', 'moby.buildkit.v1.sourcepolicy.Policy', 'repeated'],
  ]],
  ['moby.buildkit.v1.frontend.ResolveSourceMetaResponse', [
    [1, 'Source', 'pb.SourceOp', ''],
    [2, 'Image', 'moby.buildkit.v1.frontend.ResolveSourceImageResponse', ''],
    [3, 'Git', 'moby.buildkit.v1.frontend.ResolveSourceGitResponse', ''],
    [4, 'HTTP', 'moby.buildkit.v1.frontend.ResolveSourceHTTPResponse', ''],
  ]],
  ['moby.buildkit.v1.frontend.Result', [
    [10, 'metadata', 'bytes', 'map string'],
    [12, 'attestations', 'moby.buildkit.v1.frontend.Attestations', 'map string'],
    [1, 'refDeprecated', 'string', 'oneof result'],
    [2, 'refsDeprecated', 'moby.buildkit.v1.frontend.RefMapDeprecated', 'oneof result'],
    [3, 'ref', 'moby.buildkit.v1.frontend.Ref', 'oneof result'],
    [4, 'refs', 'moby.buildkit.v1.frontend.RefMap', 'oneof result'],
  ]],
  ['moby.buildkit.v1.frontend.ReturnRequest', [
    [1, 'result', 'moby.buildkit.v1.frontend.Result', ''],
    [2, 'error', 'google.rpc.Status', ''],
  ]],
  ['moby.buildkit.v1.frontend.ReturnResponse', []],
  ['moby.buildkit.v1.frontend.SolveRequest', [
    [1, 'Definition', 'pb.Definition', ''],
    [2, 'Frontend', 'string', ''],
    [3, 'FrontendOpt', 'string', 'map string'],
    [5, 'allowResultReturn', 'bool', ''],
    [6, 'allowResultArrayRef', 'bool', ''],
    [10, 'Final', 'bool', ''],
    [11, 'ExporterAttr', 'bytes', ''],
    [12, 'CacheImports', 'moby.buildkit.v1.frontend.CacheOptionsEntry', 'repeated'],
    [13, 'FrontendInputs', 'pb.Definition', 'map string'],
    [14, 'Evaluate', 'bool', ''],
    [15, 'SourcePolicies', 'moby.buildkit.v1.sourcepolicy.Policy', 'repeated'],
  ]],
  ['moby.buildkit.v1.frontend.SolveResponse', [
    [1, 'ref', 'string', ''],
    [3, 'result', 'moby.buildkit.v1.frontend.Result', ''],
  ]],
  ['moby.buildkit.v1.frontend.StatFileRequest', [
    [1, 'Ref', 'string', ''],
    [2, 'Path', 'string', ''],
    [3, 'MountIndex', 'int32', ''],
  ]],
  ['moby.buildkit.v1.frontend.StatFileResponse', [
    [1, 'stat', 'fsutil.types.Stat', ''],
  ]],
  ['moby.buildkit.v1.frontend.WarnRequest', [
    [1, 'digest', 'string', ''],
    [2, 'level', 'int64', ''],
    [3, 'short', 'bytes', ''],
    [4, 'detail', 'bytes', 'repeated'],
    [5, 'url', 'string', ''],
    [6, 'info', 'pb.SourceInfo', ''],
    [7, 'ranges', 'pb.Range', 'repeated'],
  ]],
  ['moby.buildkit.v1.frontend.WarnResponse', []],
  ['moby.buildkit.v1.sourcepolicy.AttrConstraint', [
    [1, 'key', 'string', ''],
    [2, 'value', 'string', ''],
    [3, 'condition', 'enum', ''],
  ]],
  ['moby.buildkit.v1.sourcepolicy.Policy', [
    [1, 'version', 'int64', ''],
    [2, 'rules', 'moby.buildkit.v1.sourcepolicy.Rule', 'repeated'],
  ]],
  ['moby.buildkit.v1.sourcepolicy.Rule', [
    [1, 'action', 'enum', ''],
    [2, 'selector', 'moby.buildkit.v1.sourcepolicy.Selector', ''],
    [3, 'updates', 'moby.buildkit.v1.sourcepolicy.Update', ''],
  ]],
  ['moby.buildkit.v1.sourcepolicy.Selector', [
    [1, 'identifier', 'string', ''],
    [2, 'matchType', 'enum', ''],
    [3, 'constraints', 'moby.buildkit.v1.sourcepolicy.AttrConstraint', 'repeated'],
  ]],
  ['moby.buildkit.v1.sourcepolicy.Update', [
    [1, 'identifier', 'string', ''],
    [2, 'attrs', 'string', 'map string'],
  ]],
  ['moby.buildkit.v1.types.WorkerRecord', [
    [1, 'ID', 'string', ''],
    [2, 'Labels', 'string', 'map string'],
    [3, 'platforms', 'pb.Platform', 'repeated'],
  ]],
  ['pb.BuildInput', [
    [1, 'input', 'int64', ''],
  ]],
  ['pb.BuildOp', [
    [1, 'builder', 'int64', ''],
    [2, 'inputs', 'pb.BuildInput', 'map string'],
    [3, 'def', 'pb.Definition', ''],
    [4, 'attrs', 'string', 'map string'],
  ]],
  ['pb.CDIDevice', [
    [1, 'name', 'string', ''],
    [2, 'optional', 'bool', ''],
  ]],
  ['pb.CacheOpt', [
    [1, 'ID', 'string', ''],
    [2, 'sharing', 'enum', ''],
  ]],
  ['pb.ChownOpt', [
    [1, 'user', 'pb.UserOpt', ''],
    [2, 'group', 'pb.UserOpt', ''],
  ]],
  ['pb.Definition', [
    [1, 'def', 'bytes', 'repeated'],
    [2, 'metadata', 'pb.OpMetadata', 'map string'],
    [3, 'Source', 'pb.Source', ''],
  ]],
  ['pb.DiffOp', [
    [1, 'lower', 'pb.LowerDiffInput', ''],
    [2, 'upper', 'pb.UpperDiffInput', ''],
  ]],
  ['pb.ExecOp', [
    [1, 'meta', 'pb.Meta', ''],
    [2, 'mounts', 'pb.Mount', 'repeated'],
    [3, 'network', 'enum', ''],
    [4, 'security', 'enum', ''],
    [5, 'secretenv', 'pb.SecretEnv', 'repeated'],
    [6, 'cdiDevices', 'pb.CDIDevice', 'repeated'],
  ]],
  ['pb.ExportCache', [
    [1, 'Value', 'bool', ''],
  ]],
  ['pb.FileAction', [
    [1, 'input', 'int64', ''],
    [2, 'secondaryInput', 'int64', ''],
    [3, 'output', 'int64', ''],
    [4, 'copy', 'pb.FileActionCopy', 'oneof action'],
    [5, 'mkfile', 'pb.FileActionMkFile', 'oneof action'],
    [6, 'mkdir', 'pb.FileActionMkDir', 'oneof action'],
    [7, 'rm', 'pb.FileActionRm', 'oneof action'],
    [8, 'symlink', 'pb.FileActionSymlink', 'oneof action'],
  ]],
  ['pb.FileActionCopy', [
    [1, 'src', 'string', ''],
    [2, 'dest', 'string', ''],
    [3, 'owner', 'pb.ChownOpt', ''],
    [4, 'mode', 'int32', ''],
    [5, 'followSymlink', 'bool', ''],
    [6, 'dirCopyContents', 'bool', ''],
    [7, 'attemptUnpackDockerCompatibility', 'bool', ''],
    [8, 'createDestPath', 'bool', ''],
    [9, 'allowWildcard', 'bool', ''],
    [10, 'allowEmptyWildcard', 'bool', ''],
    [11, 'timestamp', 'int64', ''],
    [12, 'includePatterns', 'string', 'repeated'],
    [13, 'excludePatterns', 'string', 'repeated'],
    [14, 'alwaysReplaceExistingDestPaths', 'bool', ''],
    [15, 'modeStr', 'string', ''],
    [16, 'requiredPaths', 'string', 'repeated'],
  ]],
  ['pb.FileActionMkDir', [
    [1, 'path', 'string', ''],
    [2, 'mode', 'int32', ''],
    [3, 'makeParents', 'bool', ''],
    [4, 'owner', 'pb.ChownOpt', ''],
    [5, 'timestamp', 'int64', ''],
  ]],
  ['pb.FileActionMkFile', [
    [1, 'path', 'string', ''],
    [2, 'mode', 'int32', ''],
    [3, 'data', 'bytes', ''],
    [4, 'owner', 'pb.ChownOpt', ''],
    [5, 'timestamp', 'int64', ''],
  ]],
  ['pb.FileActionRm', [
    [1, 'path', 'string', ''],
    [2, 'allowNotFound', 'bool', ''],
    [3, 'allowWildcard', 'bool', ''],
  ]],
  ['pb.FileActionSymlink', [
    [1, 'oldpath', 'string', ''],
    [2, 'newpath', 'string', ''],
    [3, 'owner', 'pb.ChownOpt', ''],
    [4, 'timestamp', 'int64', ''],
  ]],
  ['pb.FileOp', [
    [2, 'actions', 'pb.FileAction', 'repeated'],
  ]],
  ['pb.HostIP', [
    [1, 'Host', 'string', ''],
    [2, 'IP', 'string', ''],
  ]],
  ['pb.Input', [
    [1, 'digest', 'string', ''],
    [2, 'index', 'int64', ''],
  ]],
  ['pb.LinuxResources', [
    [1, 'memory', 'int64', ''],
    [2, 'memorySwap', 'int64', ''],
    [3, 'cpuShares', 'uint64', ''],
    [4, 'cpuPeriod', 'uint64', ''],
    [5, 'cpuQuota', 'int64', ''],
    [6, 'cpusetCpus', 'string', ''],
    [7, 'cpusetMems', 'string', ''],
  ]],
  ['pb.Location', [
    [1, 'sourceIndex', 'int32', ''],
    [2, 'ranges', 'pb.Range', 'repeated'],
  ]],
  ['pb.Locations', [
    [1, 'locations', 'pb.Location', 'repeated'],
  ]],
  ['pb.LowerDiffInput', [
    [1, 'input', 'int64', ''],
  ]],
  ['pb.MergeInput', [
    [1, 'input', 'int64', ''],
  ]],
  ['pb.MergeOp', [
    [1, 'inputs', 'pb.MergeInput', 'repeated'],
  ]],
  ['pb.Meta', [
    [1, 'args', 'string', 'repeated'],
    [2, 'env', 'string', 'repeated'],
    [3, 'cwd', 'string', ''],
    [4, 'user', 'string', ''],
    [5, 'proxyEnv', 'pb.ProxyEnv', ''],
    [6, 'extraHosts', 'pb.HostIP', 'repeated'],
    [7, 'hostname', 'string', ''],
    [9, 'ulimit', 'pb.Ulimit', 'repeated'],
    [10, 'cgroupParent', 'string', ''],
    [11, 'removeMountStubsRecursive', 'bool', ''],
    [12, 'validExitCodes', 'int32', 'packed'],
  ]],
  ['pb.Mount', [
    [1, 'input', 'int64', ''],
    [2, 'selector', 'string', ''],
    [3, 'dest', 'string', ''],
    [4, 'output', 'int64', ''],
    [5, 'readonly', 'bool', ''],
    [6, 'mountType', 'enum', ''],
    [19, 'TmpfsOpt', 'pb.TmpfsOpt', ''],
    [20, 'cacheOpt', 'pb.CacheOpt', ''],
    [21, 'secretOpt', 'pb.SecretOpt', ''],
    [22, 'SSHOpt', 'pb.SSHOpt', ''],
    [23, 'resultID', 'string', ''],
    [24, 'contentCache', 'enum', ''],
  ]],
  ['pb.NamedUserOpt', [
    [1, 'name', 'string', ''],
    [2, 'input', 'int64', ''],
  ]],
  ['pb.Op', [
    [1, 'inputs', 'pb.Input', 'repeated'],
    [10, 'platform', 'pb.Platform', ''],
    [11, 'constraints', 'pb.WorkerConstraints', ''],
    [2, 'exec', 'pb.ExecOp', 'oneof op'],
    [3, 'source', 'pb.SourceOp', 'oneof op'],
    [4, 'file', 'pb.FileOp', 'oneof op'],
    [5, 'build', 'pb.BuildOp', 'oneof op'],
    [6, 'merge', 'pb.MergeOp', 'oneof op'],
    [7, 'diff', 'pb.DiffOp', 'oneof op'],
    [8, 'passthrough', 'pb.PassthroughOp', 'oneof op'],
  ]],
  ['pb.OpMetadata', [
    [1, 'ignoreCache', 'bool', ''],
    [2, 'description', 'string', 'map string'],
    [4, 'exportCache', 'pb.ExportCache', ''],
    [5, 'caps', 'bool', 'map string'],
    [6, 'progressGroup', 'pb.ProgressGroup', ''],
    [7, 'linuxResources', 'pb.LinuxResources', ''],
  ]],
  ['pb.PassthroughOp', [
    [1, 'id', 'string', ''],
    [2, 'outputs', 'int64', 'packed'],
  ]],
  ['pb.Platform', [
    [1, 'Architecture', 'string', ''],
    [2, 'OS', 'string', ''],
    [3, 'Variant', 'string', ''],
    [4, 'OSVersion', 'string', ''],
    [5, 'OSFeatures', 'string', 'repeated'],
  ]],
  ['pb.Position', [
    [1, 'line', 'int32', ''],
    [2, 'character', 'int32', ''],
  ]],
  ['pb.ProgressGroup', [
    [1, 'id', 'string', ''],
    [2, 'name', 'string', ''],
    [3, 'weak', 'bool', ''],
  ]],
  ['pb.ProxyEnv', [
    [1, 'httpProxy', 'string', ''],
    [2, 'httpsProxy', 'string', ''],
    [3, 'ftpProxy', 'string', ''],
    [4, 'noProxy', 'string', ''],
    [5, 'allProxy', 'string', ''],
  ]],
  ['pb.Range', [
    [1, 'start', 'pb.Position', ''],
    [2, 'end', 'pb.Position', ''],
  ]],
  ['pb.SSHOpt', [
    [1, 'ID', 'string', ''],
    [2, 'uid', 'uint32', ''],
    [3, 'gid', 'uint32', ''],
    [4, 'mode', 'uint32', ''],
    [5, 'optional', 'bool', ''],
  ]],
  ['pb.SecretEnv', [
    [1, 'ID', 'string', ''],
    [2, 'name', 'string', ''],
    [3, 'optional', 'bool', ''],
  ]],
  ['pb.SecretOpt', [
    [1, 'ID', 'string', ''],
    [2, 'uid', 'uint32', ''],
    [3, 'gid', 'uint32', ''],
    [4, 'mode', 'uint32', ''],
    [5, 'optional', 'bool', ''],
  ]],
  ['pb.Source', [
    [1, 'locations', 'pb.Locations', 'map string'],
    [2, 'infos', 'pb.SourceInfo', 'repeated'],
  ]],
  ['pb.SourceInfo', [
    [1, 'filename', 'string', ''],
    [2, 'data', 'bytes', ''],
    [3, 'definition', 'pb.Definition', ''],
    [4, 'language', 'string', ''],
  ]],
  ['pb.SourceOp', [
    [1, 'identifier', 'string', ''],
    [2, 'attrs', 'string', 'map string'],
  ]],
  ['pb.TmpfsOpt', [
    [1, 'size', 'int64', ''],
  ]],
  ['pb.Ulimit', [
    [1, 'Name', 'string', ''],
    [2, 'Soft', 'int64', ''],
    [3, 'Hard', 'int64', ''],
  ]],
  ['pb.UpperDiffInput', [
    [1, 'input', 'int64', ''],
  ]],
  ['pb.UserOpt', [
    [1, 'byName', 'pb.NamedUserOpt', 'oneof user'],
    [2, 'byID', 'uint32', 'oneof user'],
  ]],
  ['pb.WorkerConstraints', [
    [1, 'filter', 'string', 'repeated'],
  ]],
]);

/** All enums by full name. */
export const ENUMS = {
  'moby.buildkit.v1.frontend.AttestationKind': { InToto: 0, Bundle: 1 },
  'moby.buildkit.v1.frontend.ChecksumRequest.ChecksumAlgo': { CHECKSUM_ALGO_SHA256: 0, CHECKSUM_ALGO_SHA384: 1, CHECKSUM_ALGO_SHA512: 2 },
  'moby.buildkit.v1.frontend.InTotoSubjectKind': { Self: 0, Raw: 1 },
  'moby.buildkit.v1.sourcepolicy.AttrMatch': { EQUAL: 0, NOTEQUAL: 1, MATCHES: 2 },
  'moby.buildkit.v1.sourcepolicy.MatchType': { WILDCARD: 0, EXACT: 1, REGEX: 2 },
  'moby.buildkit.v1.sourcepolicy.PolicyAction': { ALLOW: 0, DENY: 1, CONVERT: 2 },
  'pb.CacheSharingOpt': { SHARED: 0, PRIVATE: 1, LOCKED: 2 },
  'pb.MountContentCache': { DEFAULT: 0, ON: 1, OFF: 2 },
  'pb.MountType': { BIND: 0, SECRET: 1, SSH: 2, CACHE: 3, TMPFS: 4 },
  'pb.NetMode': { UNSET: 0, HOST: 1, NONE: 2 },
  'pb.SecurityMode': { SANDBOX: 0, INSECURE: 1 },
} as const;

/** What decoding gives for each message. */
export interface Messages {
  'fsutil.types.Stat': {
    readonly path: string;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    readonly size: number | bigint;
    readonly modTime: number | bigint;
    readonly linkname: string;
    readonly devmajor: number | bigint;
    readonly devminor: number | bigint;
    readonly xattrs: ReadonlyMap<string, Uint8Array>;
  };
  'google.protobuf.Any': {
    readonly typeUrl: string;
    readonly value: Uint8Array;
  };
  'google.protobuf.Timestamp': {
    readonly seconds: number | bigint;
    readonly nanos: number;
  };
  'google.rpc.Status': {
    readonly code: number;
    readonly message: string;
    readonly details: readonly Messages['google.protobuf.Any'][];
  };
  'moby.buildkit.v1.apicaps.APICap': {
    readonly ID: string;
    readonly Enabled: boolean;
    readonly Deprecated: boolean;
    readonly DisabledReason: string;
    readonly DisabledReasonMsg: string;
    readonly DisabledAlternative: string;
  };
  'moby.buildkit.v1.frontend.Attestation': {
    readonly kind: number;
    readonly metadata: ReadonlyMap<string, Uint8Array>;
    readonly ref?: Messages['moby.buildkit.v1.frontend.Ref'];
    readonly path: string;
    readonly inTotoPredicateType: string;
    readonly inTotoSubjects: readonly Messages['moby.buildkit.v1.frontend.InTotoSubject'][];
  };
  'moby.buildkit.v1.frontend.AttestationChain': {
    readonly Root: string;
    readonly ImageManifest: string;
    readonly AttestationManifest: string;
    readonly SignatureManifests: readonly string[];
    readonly Blobs: ReadonlyMap<string, Messages['moby.buildkit.v1.frontend.Blob']>;
  };
  'moby.buildkit.v1.frontend.Attestations': {
    readonly attestation: readonly Messages['moby.buildkit.v1.frontend.Attestation'][];
  };
  'moby.buildkit.v1.frontend.Blob': {
    readonly descriptor?: Messages['moby.buildkit.v1.frontend.Descriptor'];
    readonly data: Uint8Array;
  };
  'moby.buildkit.v1.frontend.CacheOptionsEntry': {
    readonly Type: string;
    readonly Attrs: ReadonlyMap<string, string>;
  };
  'moby.buildkit.v1.frontend.ChecksumRequest': {
    readonly Algo: number;
    readonly Suffix: Uint8Array;
  };
  'moby.buildkit.v1.frontend.ChecksumResponse': {
    readonly Digest: string;
    readonly Suffix: Uint8Array;
  };
  'moby.buildkit.v1.frontend.Descriptor': {
    readonly mediaType: string;
    readonly digest: string;
    readonly size: number | bigint;
    readonly annotations: ReadonlyMap<string, string>;
  };
  'moby.buildkit.v1.frontend.EvaluateRequest': {
    readonly Ref: string;
  };
  'moby.buildkit.v1.frontend.EvaluateResponse': {};
  'moby.buildkit.v1.frontend.FileRange': {
    readonly Offset: number | bigint;
    readonly Length: number | bigint;
  };
  'moby.buildkit.v1.frontend.InTotoSubject': {
    readonly kind: number;
    readonly digest: readonly string[];
    readonly name: string;
  };
  'moby.buildkit.v1.frontend.InputsRequest': {};
  'moby.buildkit.v1.frontend.InputsResponse': {
    readonly Definitions: ReadonlyMap<string, Messages['pb.Definition']>;
  };
  'moby.buildkit.v1.frontend.NewContainerRequest': {
    readonly ContainerID: string;
    readonly Mounts: readonly Messages['pb.Mount'][];
    readonly Network: number;
    readonly platform?: Messages['pb.Platform'];
    readonly constraints?: Messages['pb.WorkerConstraints'];
    readonly extraHosts: readonly Messages['pb.HostIP'][];
    readonly hostname: string;
  };
  'moby.buildkit.v1.frontend.NewContainerResponse': {};
  'moby.buildkit.v1.frontend.PingRequest': {};
  'moby.buildkit.v1.frontend.PongResponse': {
    readonly FrontendAPICaps: readonly Messages['moby.buildkit.v1.apicaps.APICap'][];
    readonly LLBCaps: readonly Messages['moby.buildkit.v1.apicaps.APICap'][];
    readonly Workers: readonly Messages['moby.buildkit.v1.types.WorkerRecord'][];
  };
  'moby.buildkit.v1.frontend.ReadDirRequest': {
    readonly Ref: string;
    readonly DirPath: string;
    readonly IncludePattern: string;
    readonly MountIndex: number;
  };
  'moby.buildkit.v1.frontend.ReadDirResponse': {
    readonly entries: readonly Messages['fsutil.types.Stat'][];
  };
  'moby.buildkit.v1.frontend.ReadFileRequest': {
    readonly Ref: string;
    readonly FilePath: string;
    readonly Range?: Messages['moby.buildkit.v1.frontend.FileRange'];
    readonly MountIndex: number;
  };
  'moby.buildkit.v1.frontend.ReadFileResponse': {
    readonly Data: Uint8Array;
  };
  'moby.buildkit.v1.frontend.Ref': {
    readonly id: string;
  };
  'moby.buildkit.v1.frontend.RefMap': {
    readonly refs: ReadonlyMap<string, Messages['moby.buildkit.v1.frontend.Ref']>;
  };
  'moby.buildkit.v1.frontend.RefMapDeprecated': {
    readonly refs: ReadonlyMap<string, string>;
  };
  'moby.buildkit.v1.frontend.ReleaseContainerRequest': {
    readonly ContainerID: string;
  };
  'moby.buildkit.v1.frontend.ReleaseContainerResponse': {};
  'moby.buildkit.v1.frontend.ResolveImageConfigRequest': {
    readonly Ref: string;
    readonly Platform?: Messages['pb.Platform'];
    readonly ResolveMode: string;
    readonly LogName: string;
    readonly ResolverType: number;
    readonly SessionID: string;
    readonly StoreID: string;
    readonly SourcePolicies: readonly Messages['moby.buildkit.v1.sourcepolicy.Policy'][];
  };
  'moby.buildkit.v1.frontend.ResolveImageConfigResponse': {
    readonly Digest: string;
    readonly Config: Uint8Array;
    readonly Ref: string;
  };
  'moby.buildkit.v1.frontend.ResolveSourceGitRequest': {
    readonly ReturnObject: boolean;
  };
  'moby.buildkit.v1.frontend.ResolveSourceGitResponse': {
    readonly Checksum: string;
    readonly Ref: string;
    readonly CommitChecksum: string;
    readonly CommitObject: Uint8Array;
    readonly TagObject: Uint8Array;
  };
  'moby.buildkit.v1.frontend.ResolveSourceHTTPRequest': {
    readonly ChecksumRequest?: Messages['moby.buildkit.v1.frontend.ChecksumRequest'];
  };
  'moby.buildkit.v1.frontend.ResolveSourceHTTPResponse': {
    readonly Checksum: string;
    readonly Filename: string;
    readonly LastModified?: Messages['google.protobuf.Timestamp'];
    readonly ChecksumResponse?: Messages['moby.buildkit.v1.frontend.ChecksumResponse'];
  };
  'moby.buildkit.v1.frontend.ResolveSourceImageRequest': {
    readonly NoConfig: boolean;
    readonly AttestationChain: boolean;
    readonly ResolveAttestations: readonly string[];
  };
  'moby.buildkit.v1.frontend.ResolveSourceImageResponse': {
    readonly Digest: string;
    readonly Config: Uint8Array;
    readonly AttestationChain?: Messages['moby.buildkit.v1.frontend.AttestationChain'];
  };
  'moby.buildkit.v1.frontend.ResolveSourceMetaRequest': {
    readonly Source?: Messages['pb.SourceOp'];
    readonly Platform?: Messages['pb.Platform'];
    readonly LogName: string;
    readonly ResolveMode: string;
    readonly Git?: Messages['moby.buildkit.v1.frontend.ResolveSourceGitRequest'];
    readonly Image?: Messages['moby.buildkit.v1.frontend.ResolveSourceImageRequest'];
    readonly HTTP?: Messages['moby.buildkit.v1.frontend.ResolveSourceHTTPRequest'];
    readonly SourcePolicies: readonly Messages['moby.buildkit.v1.sourcepolicy.Policy'][];
  };
  'moby.buildkit.v1.frontend.ResolveSourceMetaResponse': {
    readonly Source?: Messages['pb.SourceOp'];
    readonly Image?: Messages['moby.buildkit.v1.frontend.ResolveSourceImageResponse'];
    readonly Git?: Messages['moby.buildkit.v1.frontend.ResolveSourceGitResponse'];
    readonly HTTP?: Messages['moby.buildkit.v1.frontend.ResolveSourceHTTPResponse'];
  };
  'moby.buildkit.v1.frontend.Result': {
    readonly metadata: ReadonlyMap<string, Uint8Array>;
    readonly attestations: ReadonlyMap<string, Messages['moby.buildkit.v1.frontend.Attestations']>;
    readonly refDeprecated?: string;
    readonly refsDeprecated?: Messages['moby.buildkit.v1.frontend.RefMapDeprecated'];
    readonly ref?: Messages['moby.buildkit.v1.frontend.Ref'];
    readonly refs?: Messages['moby.buildkit.v1.frontend.RefMap'];
  };
  'moby.buildkit.v1.frontend.ReturnRequest': {
    readonly result?: Messages['moby.buildkit.v1.frontend.Result'];
    readonly error?: Messages['google.rpc.Status'];
  };
  'moby.buildkit.v1.frontend.ReturnResponse': {};
  'moby.buildkit.v1.frontend.SolveRequest': {
    readonly Definition?: Messages['pb.Definition'];
    readonly Frontend: string;
    readonly FrontendOpt: ReadonlyMap<string, string>;
    readonly allowResultReturn: boolean;
    readonly allowResultArrayRef: boolean;
    readonly Final: boolean;
    readonly ExporterAttr: Uint8Array;
    readonly CacheImports: readonly Messages['moby.buildkit.v1.frontend.CacheOptionsEntry'][];
    readonly FrontendInputs: ReadonlyMap<string, Messages['pb.Definition']>;
    readonly Evaluate: boolean;
    readonly SourcePolicies: readonly Messages['moby.buildkit.v1.sourcepolicy.Policy'][];
  };
  'moby.buildkit.v1.frontend.SolveResponse': {
    readonly ref: string;
    readonly result?: Messages['moby.buildkit.v1.frontend.Result'];
  };
  'moby.buildkit.v1.frontend.StatFileRequest': {
    readonly Ref: string;
    readonly Path: string;
    readonly MountIndex: number;
  };
  'moby.buildkit.v1.frontend.StatFileResponse': {
    readonly stat?: Messages['fsutil.types.Stat'];
  };
  'moby.buildkit.v1.frontend.WarnRequest': {
    readonly digest: string;
    readonly level: number | bigint;
    readonly short: Uint8Array;
    readonly detail: readonly Uint8Array[];
    readonly url: string;
    readonly info?: Messages['pb.SourceInfo'];
    readonly ranges: readonly Messages['pb.Range'][];
  };
  'moby.buildkit.v1.frontend.WarnResponse': {};
  'moby.buildkit.v1.sourcepolicy.AttrConstraint': {
    readonly key: string;
    readonly value: string;
    readonly condition: number;
  };
  'moby.buildkit.v1.sourcepolicy.Policy': {
    readonly version: number | bigint;
    readonly rules: readonly Messages['moby.buildkit.v1.sourcepolicy.Rule'][];
  };
  'moby.buildkit.v1.sourcepolicy.Rule': {
    readonly action: number;
    readonly selector?: Messages['moby.buildkit.v1.sourcepolicy.Selector'];
    readonly updates?: Messages['moby.buildkit.v1.sourcepolicy.Update'];
  };
  'moby.buildkit.v1.sourcepolicy.Selector': {
    readonly identifier: string;
    readonly matchType: number;
    readonly constraints: readonly Messages['moby.buildkit.v1.sourcepolicy.AttrConstraint'][];
  };
  'moby.buildkit.v1.sourcepolicy.Update': {
    readonly identifier: string;
    readonly attrs: ReadonlyMap<string, string>;
  };
  'moby.buildkit.v1.types.WorkerRecord': {
    readonly ID: string;
    readonly Labels: ReadonlyMap<string, string>;
    readonly platforms: readonly Messages['pb.Platform'][];
  };
  'pb.BuildInput': {
    readonly input: number | bigint;
  };
  'pb.BuildOp': {
    readonly builder: number | bigint;
    readonly inputs: ReadonlyMap<string, Messages['pb.BuildInput']>;
    readonly def?: Messages['pb.Definition'];
    readonly attrs: ReadonlyMap<string, string>;
  };
  'pb.CDIDevice': {
    readonly name: string;
    readonly optional: boolean;
  };
  'pb.CacheOpt': {
    readonly ID: string;
    readonly sharing: number;
  };
  'pb.ChownOpt': {
    readonly user?: Messages['pb.UserOpt'];
    readonly group?: Messages['pb.UserOpt'];
  };
  'pb.Definition': {
    readonly def: readonly Uint8Array[];
    readonly metadata: ReadonlyMap<string, Messages['pb.OpMetadata']>;
    readonly Source?: Messages['pb.Source'];
  };
  'pb.DiffOp': {
    readonly lower?: Messages['pb.LowerDiffInput'];
    readonly upper?: Messages['pb.UpperDiffInput'];
  };
  'pb.ExecOp': {
    readonly meta?: Messages['pb.Meta'];
    readonly mounts: readonly Messages['pb.Mount'][];
    readonly network: number;
    readonly security: number;
    readonly secretenv: readonly Messages['pb.SecretEnv'][];
    readonly cdiDevices: readonly Messages['pb.CDIDevice'][];
  };
  'pb.ExportCache': {
    readonly Value: boolean;
  };
  'pb.FileAction': {
    readonly input: number | bigint;
    readonly secondaryInput: number | bigint;
    readonly output: number | bigint;
    readonly copy?: Messages['pb.FileActionCopy'];
    readonly mkfile?: Messages['pb.FileActionMkFile'];
    readonly mkdir?: Messages['pb.FileActionMkDir'];
    readonly rm?: Messages['pb.FileActionRm'];
    readonly symlink?: Messages['pb.FileActionSymlink'];
  };
  'pb.FileActionCopy': {
    readonly src: string;
    readonly dest: string;
    readonly owner?: Messages['pb.ChownOpt'];
    readonly mode: number;
    readonly followSymlink: boolean;
    readonly dirCopyContents: boolean;
    readonly attemptUnpackDockerCompatibility: boolean;
    readonly createDestPath: boolean;
    readonly allowWildcard: boolean;
    readonly allowEmptyWildcard: boolean;
    readonly timestamp: number | bigint;
    readonly includePatterns: readonly string[];
    readonly excludePatterns: readonly string[];
    readonly alwaysReplaceExistingDestPaths: boolean;
    readonly modeStr: string;
    readonly requiredPaths: readonly string[];
  };
  'pb.FileActionMkDir': {
    readonly path: string;
    readonly mode: number;
    readonly makeParents: boolean;
    readonly owner?: Messages['pb.ChownOpt'];
    readonly timestamp: number | bigint;
  };
  'pb.FileActionMkFile': {
    readonly path: string;
    readonly mode: number;
    readonly data: Uint8Array;
    readonly owner?: Messages['pb.ChownOpt'];
    readonly timestamp: number | bigint;
  };
  'pb.FileActionRm': {
    readonly path: string;
    readonly allowNotFound: boolean;
    readonly allowWildcard: boolean;
  };
  'pb.FileActionSymlink': {
    readonly oldpath: string;
    readonly newpath: string;
    readonly owner?: Messages['pb.ChownOpt'];
    readonly timestamp: number | bigint;
  };
  'pb.FileOp': {
    readonly actions: readonly Messages['pb.FileAction'][];
  };
  'pb.HostIP': {
    readonly Host: string;
    readonly IP: string;
  };
  'pb.Input': {
    readonly digest: string;
    readonly index: number | bigint;
  };
  'pb.LinuxResources': {
    readonly memory: number | bigint;
    readonly memorySwap: number | bigint;
    readonly cpuShares: number | bigint;
    readonly cpuPeriod: number | bigint;
    readonly cpuQuota: number | bigint;
    readonly cpusetCpus: string;
    readonly cpusetMems: string;
  };
  'pb.Location': {
    readonly sourceIndex: number;
    readonly ranges: readonly Messages['pb.Range'][];
  };
  'pb.Locations': {
    readonly locations: readonly Messages['pb.Location'][];
  };
  'pb.LowerDiffInput': {
    readonly input: number | bigint;
  };
  'pb.MergeInput': {
    readonly input: number | bigint;
  };
  'pb.MergeOp': {
    readonly inputs: readonly Messages['pb.MergeInput'][];
  };
  'pb.Meta': {
    readonly args: readonly string[];
    readonly env: readonly string[];
    readonly cwd: string;
    readonly user: string;
    readonly proxyEnv?: Messages['pb.ProxyEnv'];
    readonly extraHosts: readonly Messages['pb.HostIP'][];
    readonly hostname: string;
    readonly ulimit: readonly Messages['pb.Ulimit'][];
    readonly cgroupParent: string;
    readonly removeMountStubsRecursive: boolean;
    readonly validExitCodes: readonly number[];
  };
  'pb.Mount': {
    readonly input: number | bigint;
    readonly selector: string;
    readonly dest: string;
    readonly output: number | bigint;
    readonly readonly: boolean;
    readonly mountType: number;
    readonly TmpfsOpt?: Messages['pb.TmpfsOpt'];
    readonly cacheOpt?: Messages['pb.CacheOpt'];
    readonly secretOpt?: Messages['pb.SecretOpt'];
    readonly SSHOpt?: Messages['pb.SSHOpt'];
    readonly resultID: string;
    readonly contentCache: number;
  };
  'pb.NamedUserOpt': {
    readonly name: string;
    readonly input: number | bigint;
  };
  'pb.Op': {
    readonly inputs: readonly Messages['pb.Input'][];
    readonly platform?: Messages['pb.Platform'];
    readonly constraints?: Messages['pb.WorkerConstraints'];
    readonly exec?: Messages['pb.ExecOp'];
    readonly source?: Messages['pb.SourceOp'];
    readonly file?: Messages['pb.FileOp'];
    readonly build?: Messages['pb.BuildOp'];
    readonly merge?: Messages['pb.MergeOp'];
    readonly diff?: Messages['pb.DiffOp'];
    readonly passthrough?: Messages['pb.PassthroughOp'];
  };
  'pb.OpMetadata': {
    readonly ignoreCache: boolean;
    readonly description: ReadonlyMap<string, string>;
    readonly exportCache?: Messages['pb.ExportCache'];
    readonly caps: ReadonlyMap<string, boolean>;
    readonly progressGroup?: Messages['pb.ProgressGroup'];
    readonly linuxResources?: Messages['pb.LinuxResources'];
  };
  'pb.PassthroughOp': {
    readonly id: string;
    readonly outputs: readonly (number | bigint)[];
  };
  'pb.Platform': {
    readonly Architecture: string;
    readonly OS: string;
    readonly Variant: string;
    readonly OSVersion: string;
    readonly OSFeatures: readonly string[];
  };
  'pb.Position': {
    readonly line: number;
    readonly character: number;
  };
  'pb.ProgressGroup': {
    readonly id: string;
    readonly name: string;
    readonly weak: boolean;
  };
  'pb.ProxyEnv': {
    readonly httpProxy: string;
    readonly httpsProxy: string;
    readonly ftpProxy: string;
    readonly noProxy: string;
    readonly allProxy: string;
  };
  'pb.Range': {
    readonly start?: Messages['pb.Position'];
    readonly end?: Messages['pb.Position'];
  };
  'pb.SSHOpt': {
    readonly ID: string;
    readonly uid: number;
    readonly gid: number;
    readonly mode: number;
    readonly optional: boolean;
  };
  'pb.SecretEnv': {
    readonly ID: string;
    readonly name: string;
    readonly optional: boolean;
  };
  'pb.SecretOpt': {
    readonly ID: string;
    readonly uid: number;
    readonly gid: number;
    readonly mode: number;
    readonly optional: boolean;
  };
  'pb.Source': {
    readonly locations: ReadonlyMap<string, Messages['pb.Locations']>;
    readonly infos: readonly Messages['pb.SourceInfo'][];
  };
  'pb.SourceInfo': {
    readonly filename: string;
    readonly data: Uint8Array;
    readonly definition?: Messages['pb.Definition'];
    readonly language: string;
  };
  'pb.SourceOp': {
    readonly identifier: string;
    readonly attrs: ReadonlyMap<string, string>;
  };
  'pb.TmpfsOpt': {
    readonly size: number | bigint;
  };
  'pb.Ulimit': {
    readonly Name: string;
    readonly Soft: number | bigint;
    readonly Hard: number | bigint;
  };
  'pb.UpperDiffInput': {
    readonly input: number | bigint;
  };
  'pb.UserOpt': {
    readonly byName?: Messages['pb.NamedUserOpt'];
    readonly byID?: number;
  };
  'pb.WorkerConstraints': {
    readonly filter: readonly string[];
  };
}
