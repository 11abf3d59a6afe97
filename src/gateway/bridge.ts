import { decodeMessage, encodeMessage } from '../pb/codec.ts';
import type { Messages } from '../pb/schema.ts';
import type { CallOptions, Transport } from './transport.ts';

const PACKAGE = 'moby.buildkit.v1.frontend';

/** The requests and answers of the LLBBridge service, by method. */
interface Methods {
  Ping: ['PingRequest', 'PongResponse'];
  Inputs: ['InputsRequest', 'InputsResponse'];
  Solve: ['SolveRequest', 'SolveResponse'];
  ReadFile: ['ReadFileRequest', 'ReadFileResponse'];
  ReadDir: ['ReadDirRequest', 'ReadDirResponse'];
  StatFile: ['StatFileRequest', 'StatFileResponse'];
  Evaluate: ['EvaluateRequest', 'EvaluateResponse'];
  ResolveImageConfig: ['ResolveImageConfigRequest', 'ResolveImageConfigResponse'];
  ResolveSourceMeta: ['ResolveSourceMetaRequest', 'ResolveSourceMetaResponse'];
  NewContainer: ['NewContainerRequest', 'NewContainerResponse'];
  ReleaseContainer: ['ReleaseContainerRequest', 'ReleaseContainerResponse'];
  Warn: ['WarnRequest', 'WarnResponse'];
  Return: ['ReturnRequest', 'ReturnResponse'];
}

/** A message of the gateway's package. */
export type GatewayMessage<Name extends string> = `${typeof PACKAGE}.${Name}` extends keyof Messages ? Messages[`${typeof PACKAGE}.${Name}`] : never;

/** What may be given for a message of type `T`: any of its fields, with encoded bytes in place of a message where they exist already. */
export type MessageInput<T> =
  T extends Uint8Array | string | number | bigint | boolean ? T
  : T extends ReadonlyMap<infer K, infer V> ? ReadonlyMap<K, MessageInput<V>>
  : T extends readonly (infer E)[] ? readonly MessageInput<E>[]
  : { readonly [K in keyof T]?: MessageInput<T[K]> | undefined } | Uint8Array;

/** One method of the gateway called with `request`. Throws GatewayError. */
export type Bridge = <M extends keyof Methods>(
  method: M, request: MessageInput<GatewayMessage<Methods[M][0]>>, options?: CallOptions,
) => Promise<GatewayMessage<Methods[M][1]>>;

const ANSWERS: { readonly [M in keyof Methods]: Methods[M][1] } = {
  Ping: 'PongResponse', Inputs: 'InputsResponse', Solve: 'SolveResponse', ReadFile: 'ReadFileResponse', ReadDir: 'ReadDirResponse',
  StatFile: 'StatFileResponse', Evaluate: 'EvaluateResponse', ResolveImageConfig: 'ResolveImageConfigResponse',
  ResolveSourceMeta: 'ResolveSourceMetaResponse', NewContainer: 'NewContainerResponse', ReleaseContainer: 'ReleaseContainerResponse',
  Warn: 'WarnResponse', Return: 'ReturnResponse',
};

/** The gateway's methods over `transport`. */
export function openBridge(transport: Transport): Bridge {
  return async (method, request, options) => {
    const bytes = request instanceof Uint8Array ? request : encodeMessage(`${PACKAGE}.${method}Request`, request as object);
    const answer = await transport.call(`/${PACKAGE}.LLBBridge/${method}`, bytes, options);
    return decodeMessage(`${PACKAGE}.${ANSWERS[method]}`, answer) as never;
  };
}
