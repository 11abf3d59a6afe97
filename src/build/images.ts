import type { ImageResolver, ResolvedImage } from '../convert/options.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { resolveImageConfig } from '../gateway/resolve.ts';
import type { ImageConfigAnswer, ImageConfigOptions } from '../gateway/resolve.ts';
import type { Digest } from '../spec/digest.ts';

/** Image configs by reference, each question asked once; failures are remembered too (builder/resolvecache.go). */
export class ImageSource implements ImageResolver {
  readonly #gateway: Gateway;
  readonly #answers = new Map<string, Promise<ImageConfigAnswer>>();

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** Throws GatewayError, and NonImageError when a source policy makes something else of the image. */
  resolve(ref: string, options: ImageConfigOptions): Promise<ImageConfigAnswer> {
    const key = JSON.stringify([ref, options.platform, options.resolveMode, options.logName, options.ociLayout]);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = resolveImageConfig(this.#gateway, ref, options);
    this.#answers.set(key, answer);
    return answer;
  }

  async resolveImageConfig(ref: string, options: Parameters<ImageResolver['resolveImageConfig']>[1]): Promise<ResolvedImage> {
    const answer = await this.resolve(ref, options);
    return { ref: answer.ref, digest: answer.digest as Digest | '', config: answer.config };
  }
}
