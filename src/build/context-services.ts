import type { MaterialPins, NamedContextOptions } from '../convert/options.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { State } from '../llb/state.ts';
import type { TrustOption } from '../rewrite/trust-option.ts';
import type { ImageConfig } from '../spec/config.ts';
import type { RequestConfig } from './config.ts';
import type { ImageSource } from './images.ts';

/** A named context's file system, with its image config when it is an image. */
export interface LoadedContext {
  readonly state: State;
  readonly image?: ImageConfig;
}

/** What a named context is, before anything is loaded. */
export interface NamedContextRequest {
  /** The value of the option: `docker-image://…`, `local:…`, … */
  readonly input: string;
  readonly name: string;
  /** The name that the option had, with its platform if that was part of it. */
  readonly key: string;
  readonly options: NamedContextOptions;
}

/** What the loading of named contexts works with. */
export interface ContextServices {
  readonly gateway: Gateway;
  readonly config: RequestConfig;
  readonly images: ImageSource;
  /** Digests, checksums and commits for contexts that name none. */
  readonly pins?: MaterialPins;
  /** Whom provenance must be signed by. */
  readonly trust?: TrustOption;
}
