/** BuildKit's source policy (sourcepolicy/pb/policy.proto), in its JSON form. */

/** Of ALLOW and DENY the last that matches counts; after a CONVERT all rules are tried again. */
export interface PolicyRule {
  readonly action: 'ALLOW' | 'DENY' | 'CONVERT';
  readonly selector: {
    readonly identifier: string;
    readonly match_type: 'EXACT' | 'WILDCARD';
    /** All of them must hold for the source's attributes. */
    readonly constraints?: readonly { readonly key: string; readonly value: string; readonly condition: 'EQUAL' }[];
  };
  readonly updates?: { readonly identifier?: string; readonly attrs?: Readonly<Record<string, string>> };
}

export interface Policy {
  readonly version: 1;
  readonly rules: readonly PolicyRule[];
}
