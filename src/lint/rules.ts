import { quote } from '../spec/text.ts';

/** A lint rule as data. `format` makes its message from what the rule found. */
export interface LintRule {
  readonly name: string;
  readonly description: string;
  /** Its page; '' when it has none. */
  readonly url: string;
  readonly deprecated: boolean;
  readonly experimental: boolean;
  format(...args: string[]): string;
}

function rule<F extends (...args: string[]) => string>(name: string, description: string, page: string, format: F, experimental = false): LintRule & { readonly format: F } {
  const url = page === '' ? '' : `https://docs.docker.com/go/dockerfile/rule/${page}/`;
  return { name, description, url, deprecated: false, experimental, format };
}

/** The reference's rules (linter/ruleset.go). */
export const RULES = {
  StageNameCasing: rule('StageNameCasing', 'Stage names should be lowercase', 'stage-name-casing',
    (stageName: string) => `Stage name '${stageName}' should be lowercase`),
  FromAsCasing: rule('FromAsCasing', "The 'as' keyword should match the case of the 'from' keyword", 'from-as-casing',
    (from: string, as: string) => `'${as}' and '${from}' keywords' casing do not match`),
  NoEmptyContinuation: rule('NoEmptyContinuation', 'Empty continuation lines will become errors in a future release', 'no-empty-continuation',
    () => 'Empty continuation line'),
  ConsistentInstructionCasing: rule('ConsistentInstructionCasing', 'All commands within the Dockerfile should use the same casing (either upper or lower)', 'consistent-instruction-casing',
    (command: string, casing: string) => `Command '${command}' should match the case of the command majority (${casing})`),
  DuplicateStageName: rule('DuplicateStageName', 'Stage names should be unique', 'duplicate-stage-name',
    (stageName: string) => `Duplicate stage name ${quote(stageName)}, stage names should be unique`),
  ReservedStageName: rule('ReservedStageName', 'Reserved words should not be used as stage names', 'reserved-stage-name',
    (stageName: string) => `Stage name should not use the same name as reserved stage ${quote(stageName)}`),
  JSONArgsRecommended: rule('JSONArgsRecommended', 'JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals', 'json-args-recommended',
    (instruction: string) => `JSON arguments recommended for ${instruction} to prevent unintended behavior related to OS signals`),
  MaintainerDeprecated: rule('MaintainerDeprecated', 'The MAINTAINER instruction is deprecated, use a label instead to define an image author', 'maintainer-deprecated',
    () => 'Maintainer instruction is deprecated in favor of using label'),
  UndefinedArgInFrom: rule('UndefinedArgInFrom', 'FROM command must use declared ARGs', 'undefined-arg-in-from',
    (baseArg: string, suggestion: string) => `FROM argument '${baseArg}' is not declared${suggestion === '' ? '' : ` (did you mean ${suggestion}?)`}`),
  WorkdirRelativePath: rule('WorkdirRelativePath', 'Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes', 'workdir-relative-path',
    (workdir: string) => `Relative workdir ${quote(workdir)} can have unexpected results if the base image changes`),
  UndefinedVar: rule('UndefinedVar', 'Variables should be defined before their use', 'undefined-var',
    (name: string, suggestion: string) => `Usage of undefined variable '$${name}'${suggestion === '' ? '' : ` (did you mean $${suggestion}?)`}`),
  MultipleInstructionsDisallowed: rule('MultipleInstructionsDisallowed', 'Multiple instructions of the same type should not be used in the same stage', 'multiple-instructions-disallowed',
    (instruction: string) => `Multiple ${instruction} instructions should not be used in the same stage because only the last one will be used`),
  LegacyKeyValueFormat: rule('LegacyKeyValueFormat', 'Legacy key/value format with whitespace separator should not be used', 'legacy-key-value-format',
    (command: string) => `"${command} key=value" should be used instead of legacy "${command} key value" format`),
  InvalidBaseImagePlatform: rule('InvalidBaseImagePlatform', 'Base image platform does not match expected target platform', '',
    (image: string, expected: string, actual: string) => `Base image ${image} was pulled with platform ${quote(actual)}, expected ${quote(expected)} for current build`),
  RedundantTargetPlatform: rule('RedundantTargetPlatform', 'Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior', 'redundant-target-platform',
    (variable: string) => `Setting platform to predefined ${variable} in FROM is redundant as this is the default behavior`),
  SecretsUsedInArgOrEnv: rule('SecretsUsedInArgOrEnv', 'Sensitive data should not be used in the ARG or ENV commands', 'secrets-used-in-arg-or-env',
    (instruction: string, key: string) => `Do not use ARG or ENV instructions for sensitive data (${instruction} ${quote(key)})`),
  InvalidDefaultArgInFrom: rule('InvalidDefaultArgInFrom', 'Default value for global ARG results in an empty or invalid base image name', 'invalid-default-arg-in-from',
    (baseName: string) => `Default value for ARG ${baseName} results in empty or invalid base image name`),
  FromPlatformFlagConstDisallowed: rule('FromPlatformFlagConstDisallowed', 'FROM --platform flag should not use a constant value', 'from-platform-flag-const-disallowed',
    (platform: string) => `FROM --platform flag should not use constant value ${quote(platform)}`),
  CopyIgnoredFile: rule('CopyIgnoredFile', 'Attempting to Copy file that is excluded by .dockerignore', 'copy-ignored-file',
    (command: string, file: string) => `Attempting to ${command} file ${quote(file)} that is excluded by .dockerignore`),
  InvalidDefinitionDescription: rule('InvalidDefinitionDescription', 'Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.', 'invalid-definition-description',
    (instruction: string, name: string) => `Comment for ${instruction} should follow the format: \`# ${name} <description>\``, true),
  ExposeProtoCasing: rule('ExposeProtoCasing', 'Protocol in EXPOSE instruction should be lowercase', 'expose-proto-casing',
    (port: string) => `Defined protocol '${port}' in EXPOSE instruction should be lowercase`),
  ExposeInvalidFormat: rule('ExposeInvalidFormat', 'IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release', 'expose-invalid-format',
    (port: string) => `EXPOSE instruction should not define an IP address or host-port mapping, found '${port}'`),
} as const;
