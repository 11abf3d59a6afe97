import type { Range } from '../diag/range.ts';
import { definitionFromPb, encodeDefinition } from '../llb/definition-pb.ts';
import type { CapSet, Definition, SourceMap } from '../llb/types.ts';
import type { Policy } from '../spec/source-policy.ts';
import type { Bridge, GatewayMessage, MessageInput } from './bridge.ts';
import { readCapabilities } from './capabilities.ts';
import type { Capabilities } from './capabilities.ts';
import { policyMessage, rangeMessage, sourceInfoMessage } from './definition-message.ts';
import type { FrontendEnvironment } from './environment.ts';
import { Reference } from './reference.ts';
import { allRefs, resultFromMessage, resultMessage } from './result.ts';
import type { Result } from './result.ts';
import { toStatus } from './status.ts';

/** A daemon that does not answer the first call within this time never will (grpcclient New). */
const PING_TIMEOUT_MS = 15_000;
/** Return only stores what it is given. */
const RETURN_TIMEOUT_MS = 60_000;

/** A cache to import from: its type and attributes. */
export interface CacheImport {
  readonly type: string;
  readonly attrs: ReadonlyMap<string, string>;
}

export interface SolveRequest {
  /** What to solve; left out when a frontend is asked. */
  readonly definition?: Definition;
  readonly frontend?: string;
  readonly frontendOptions?: ReadonlyMap<string, string>;
  readonly frontendInputs?: ReadonlyMap<string, Definition>;
  readonly cacheImports?: readonly CacheImport[];
  /** Build now, so that a failure shows here and not when the result is exported. */
  readonly evaluate?: boolean;
  /** Holds for the sources of `definition`, after the client's own. */
  readonly sourcePolicy?: Policy;
  /** Called when all of the request is on its way. */
  readonly onSent?: () => void;
}

export interface Warning {
  /** The digest of the vertex that it belongs to. */
  readonly vertex: string;
  readonly short: string;
  readonly detail: readonly string[];
  readonly url: string;
  readonly source: SourceMap;
  readonly ranges: readonly Range[];
}

/** The daemon's gateway, as frontend/gateway/grpcclient has it. Calls throw GatewayError. */
export class Gateway {
  readonly environment: FrontendEnvironment;
  readonly capabilities: CapSet;
  readonly llbCapabilities: CapSet;
  readonly bridge: Bridge;
  readonly #earlyInputs: Promise<GatewayMessage<'InputsResponse'>>;
  /** Requests by the reference that they gave, for daemons that know no Return. */
  readonly #requests = new Map<string, MessageInput<GatewayMessage<'SolveRequest'>>>();
  /** All warnings are answered. */
  #warned: Promise<unknown> = Promise.resolve();
  /** The last warning is on its way, and those before it are answered. */
  #sent: Promise<void> = Promise.resolve();

  constructor(environment: FrontendEnvironment, bridge: Bridge, capabilities: Capabilities, inputs: Promise<GatewayMessage<'InputsResponse'>>) {
    this.environment = environment;
    this.bridge = bridge;
    this.capabilities = capabilities.gateway;
    this.llbCapabilities = capabilities.llb;
    this.#earlyInputs = inputs;
  }

  /** Definitions that the request passes along, by name. Asked for together with the capabilities, at the start. */
  async inputs(): Promise<ReadonlyMap<string, Definition>> {
    const missing = this.capabilities.missing('frontend.inputs');
    if (missing !== undefined) throw missing;
    const { Definitions: inputs } = await this.#earlyInputs;
    return new Map([...inputs].map(([name, input]) => [name, definitionFromPb(input)]));
  }

  /** Solves a definition, or asks a frontend. */
  async solve(request: SolveRequest): Promise<Result> {
    const message = this.#solveMessage(request);
    const answer = await this.bridge('Solve', message, request.onSent === undefined ? {} : { onSent: request.onSent });
    const result = this.#toResult(answer, message);
    if (request.evaluate === true && !this.capabilities.supports('gateway.solve.evaluate')) {
      await Promise.all(allRefs(result).map((ref) => ref.statFile('.')));
    }
    return result;
  }

  #solveMessage(request: SolveRequest): MessageInput<GatewayMessage<'SolveRequest'>> & object {
    if (request.definition !== undefined) this.#checkCapabilities(request.definition);
    return {
      Definition: request.definition === undefined ? undefined : encodeDefinition(request.definition),
      Frontend: request.frontend,
      FrontendOpt: this.#frontendOptions(request.frontendOptions),
      FrontendInputs: request.frontendInputs === undefined ? undefined : new Map([...request.frontendInputs].map(([name, input]) => [name, encodeDefinition(input)])),
      allowResultReturn: true,
      allowResultArrayRef: true,
      CacheImports: request.cacheImports?.map(({ type, attrs }) => ({ Type: type, Attrs: attrs })),
      Evaluate: request.evaluate === true && this.capabilities.supports('gateway.solve.evaluate'),
      ...(request.sourcePolicy === undefined ? {} : { SourcePolicies: [policyMessage(request.sourcePolicy)] }),
      ...(this.capabilities.supports('return') ? {} : { ExporterAttr: Buffer.from('{}') }),
    };
  }

  #checkCapabilities(definition: Definition): void {
    // Ops that ask for the same have it from one list.
    const checked = new Set<readonly string[]>();
    for (const { caps } of definition.metadata.values()) {
      if (checked.has(caps)) continue;
      checked.add(caps);
      for (const capability of caps) {
        const missing = this.llbCapabilities.missing(capability);
        if (missing !== undefined) throw missing;
      }
    }
  }

  /** The request's cache options go along with every solve, unless it has its own. */
  #frontendOptions(given: ReadonlyMap<string, string> | undefined): ReadonlyMap<string, string> {
    const options = new Map(given);
    for (const key of ['cache-imports', 'cache-from']) {
      const value = this.environment.options.get(key);
      if (value !== undefined && !options.has(key)) options.set(key, value);
    }
    return options;
  }

  #toResult(answer: GatewayMessage<'SolveResponse'>, request: MessageInput<GatewayMessage<'SolveRequest'>>): Result {
    const toReference = (id: string): Reference => new Reference(id, this.bridge, this.capabilities);
    if (answer.result !== undefined) return resultFromMessage(answer.result, toReference);
    if (answer.ref !== '') this.#requests.set(answer.ref, request);
    return { ref: toReference(answer.ref), metadata: new Map() };
  }

  /** Shows a warning. Warnings arrive in the order of the calls; one that cannot be shown is dropped, as in the reference. */
  warn(warning: Warning): void {
    const message = {
      digest: warning.vertex,
      level: 1,
      short: Buffer.from(warning.short),
      detail: warning.detail.map((line) => Buffer.from(line)),
      url: warning.url,
      info: sourceInfoMessage(warning.source),
      ranges: warning.ranges.map(rangeMessage),
    };
    const earlier = this.#warned;
    this.#sent = new Promise<void>((resolve) => {
      this.#warned = earlier.then(() => this.bridge('Warn', message, { onSent: resolve })).catch(() => undefined).finally(resolve);
    });
  }

  /** Ends the build with `result`; throws when the daemon refuses it, or cannot take several file systems. */
  async returnResult(result: Result): Promise<void> {
    const missing = this.capabilities.missing('returnmap');
    if (missing !== undefined && (result.refs?.size ?? 0) > 1) throw missing;
    if (!this.capabilities.supports('return')) {
      await this.#warned;
      return this.#returnBySolve(result);
    }
    const message = resultMessage(result, this.capabilities.supports('proto.refarray'));
    await this.#sent;
    await Promise.all([this.bridge('Return', { result: message }, { timeoutMs: RETURN_TIMEOUT_MS }), this.#warned]);
  }

  /** Ends the build with an error. A daemon without Return sees it from the exit status alone. */
  async returnError(error: unknown): Promise<void> {
    await this.#warned;
    if (this.capabilities.supports('return')) await returnError(this.bridge, error);
  }

  /** Before Return there was a last Solve with `Final`, the metadata beside it. */
  async #returnBySolve(result: Result): Promise<void> {
    const attributes = Object.fromEntries([...result.metadata].map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
    const request = this.#requests.get(result.ref?.id ?? '') ?? { Definition: {} };
    await this.bridge('Solve', { ...request, Final: true, ExporterAttr: Buffer.from(JSON.stringify(attributes)) });
  }
}

/** Pings the daemon and learns what it can do. Throws GatewayError when it does not answer. */
export async function openGateway(environment: FrontendEnvironment, bridge: Bridge): Promise<Gateway> {
  const inputs = bridge('Inputs', {});
  inputs.catch(() => undefined);
  const pong = await bridge('Ping', {}, { timeoutMs: PING_TIMEOUT_MS });
  const capabilities = readCapabilities(pong.FrontendAPICaps, pong.LLBCaps, environment.product);
  return new Gateway(environment, bridge, capabilities, inputs);
}

/** Hands an error to the daemon, with its code, details and places in the Dockerfile. */
export async function returnError(bridge: Bridge, error: unknown): Promise<void> {
  await bridge('Return', { error: toStatus(error) }, { timeoutMs: RETURN_TIMEOUT_MS });
}
