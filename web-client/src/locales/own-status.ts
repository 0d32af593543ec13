// A ticket's status in words for customers. Loaded where a ticket is shown, not on the widget's first screen.

import { t, tWord, type StringKey } from './index.ts'

const OWN: Readonly<Record<string, StringKey>> = {
  open: 'own_status.open',
  in_progress: 'own_status.in_progress',
  waiting_on_customer: 'own_status.waiting_on_customer',
  waiting_on_admin: 'own_status.waiting_on_admin',
  escalated: 'own_status.escalated',
  resolved: 'own_status.resolved',
  closed: 'own_status.closed',
}

/** Returns the customer's word for a status, or the team's word if there is no customer's word. */
export function tOwnStatus(status: string | null): string {
  const key = OWN[status ?? '']
  return key === undefined ? tWord('status', status) : t(key)
}
