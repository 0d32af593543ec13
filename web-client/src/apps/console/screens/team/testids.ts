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
} as const
