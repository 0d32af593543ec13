/** What tests find on the screen of the system. */
export const S = {
  screen: 'system-screen',
  /** `data-failing=<n>`. */
  summary: 'system-summary',
  /** `data-check`, `data-state`, `data-code`. */
  check: 'system-check',
  refresh: 'system-refresh',
  /** `data-at`: when it was looked at. */
  at: 'system-at',
  /** `data-value`. */
  value: 'system-value',
  stale: 'system-stale',
} as const
