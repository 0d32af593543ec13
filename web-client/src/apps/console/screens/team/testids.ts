/** Test ids that only the team screen uses. */
export const M = {
  filter: 'team-filter',
  /** The element also has `data-n`: the number of people shown. */
  count: 'team-count',
  none: 'team-none',
  /** The element also has `data-online`: `true` or `false`. */
  online: 'team-online',
  blocked: 'team-blocked',
  block: 'team-block',
  unblock: 'team-unblock',
  blockSure: 'team-block-sure',
  managed: 'team-managed',
  erasures: 'team-erasures',
  /** The element also has `data-n`: the number of people. */
  withheld: 'team-erasures-withheld',
  erasuresNone: 'team-erasures-none',
  erasure: 'team-erasure',
  held: 'team-erasure-held',
  erase: 'team-erase',
  keep: 'team-erasure-keep',
  erasureSure: 'team-erasure-sure',
} as const
