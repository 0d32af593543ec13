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
  jobs: 'system-jobs',
  /** Says that work is held. The element also has `data-reason`. */
  held: 'system-held',
  confirmLive: 'system-confirm-live',
  confirmClock: 'system-confirm-clock',
  /** The button that confirms a question. */
  sure: 'system-sure',
  consumers: 'system-consumers',
  consumer: 'system-consumer',
  failedEvent: 'system-failed-event',
  timers: 'system-timers',
  heldTimer: 'system-held-timer',
  deliveries: 'system-deliveries',
  showDead: 'system-show-dead',
  dead: 'system-dead',
  moreDead: 'system-more-dead',
  replay: 'system-replay',
  replayAll: 'system-replay-all',
  /** The element also has `data-schedule` and `data-paused`. */
  schedule: 'system-schedule',
  pause: 'system-pause',
  run: 'system-run',
  retry: 'system-retry',
  skip: 'system-skip',
} as const
