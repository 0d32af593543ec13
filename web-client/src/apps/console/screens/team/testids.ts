/** What tests find on the screen of the team, beside what every screen has. */
export const M = {
  filter: 'team-filter',
  /** `data-n=<people shown>`. */
  count: 'team-count',
  none: 'team-none',
  /** `data-online=true|false`. */
  online: 'team-online',
  blocked: 'team-blocked',
  block: 'team-block',
  unblock: 'team-unblock',
  blockSure: 'team-block-sure',
  managed: 'team-managed',
} as const
