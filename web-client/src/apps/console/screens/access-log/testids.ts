// Test ids of the access log screen.

export const L = {
  screen: 'access-log',
  user: 'access-log-user',
  action: 'access-log-action',
  ticket: 'access-log-ticket',
  from: 'access-log-from',
  to: 'access-log-to',
  refused: 'access-log-refused',
  clear: 'access-log-clear',
  export: 'access-log-export',
  table: 'access-log-table',
  /** The element also has `data-row`: the id of the entry. */
  row: 'access-log-row',
  details: 'access-log-details',
  onlyPerson: 'access-log-only-person',
  onlyTicket: 'access-log-only-ticket',
  more: 'access-log-more',
  empty: 'access-log-empty',
  /** The element also has `data-count`: the number of entries shown. */
  told: 'access-log-told',
} as const
