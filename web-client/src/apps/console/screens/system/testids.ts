/** Test ids of the system screen. */
export const S = {
  screen: 'system-screen',
  /** The element also has `data-failing`: the number of failing checks. */
  summary: 'system-summary',
  /** The element also has `data-check` (the check's name), `data-state` and `data-code`. */
  check: 'system-check',
  refresh: 'system-refresh',
  /** The element also has `data-at`: the time at which the server ran the checks. */
  at: 'system-at',
  /** The element also has `data-value`: the name of the value that the element shows. */
  value: 'system-value',
  stale: 'system-stale',
} as const
