// The words of core's enums as values, held to the generated types: a word missing here does not compile.

import type { ActorType, Category, Kind, Priority, RejectCode, StaffRole, Status } from './generated.ts'

/** The keys of a record that must name every word of `T`, in the order written. */
function every<T extends string>(words: Readonly<Record<T, true>>): readonly T[] {
  const isWord = (word: string): word is T => Object.hasOwn(words, word)
  return Object.keys(words).filter(isWord)
}

export const STATUSES = every<Status>({
  open: true,
  in_progress: true,
  waiting_on_customer: true,
  waiting_on_admin: true,
  escalated: true,
  resolved: true,
  closed: true,
})

export const PRIORITIES = every<Priority>({ low: true, medium: true, high: true, urgent: true })

export const CATEGORIES = every<Category>({
  technical: true,
  billing: true,
  account: true,
  feature_request: true,
  bug_report: true,
  general: true,
  security: true,
  compliance: true,
})

export const ROLES = every<StaffRole>({ admin: true, support_agent: true })
export const ACTOR_TYPES = every<ActorType>({ customer: true, admin: true, system: true })

export const KINDS = every<Kind>({
  created: true,
  status_changed: true,
  message_added: true,
  internal_note_added: true,
  assigned: true,
  unassigned: true,
  priority_changed: true,
  category_changed: true,
  resolved: true,
  closed: true,
  reopened: true,
  escalated: true,
  rated: true,
  message_edited: true,
  message_redacted: true,
  note_edited: true,
  note_redacted: true,
  logged: true,
  archived: true,
})

export const REJECT_CODES = every<RejectCode>({
  malformed: true,
  unknown_type: true,
  hello_expected: true,
  not_authenticated: true,
  token_expired: true,
  blocked: true,
  forbidden: true,
  not_found: true,
  invalid_field: true,
  invalid_body: true,
  too_large: true,
  ticket_closed: true,
  ticket_archived: true,
  invalid_move: true,
  not_ratable: true,
  key_reused: true,
  stale: true,
  redacted: true,
  conflict: true,
  not_subscribed: true,
  too_many_subscriptions: true,
  rate_limited: true,
  overloaded: true,
  unavailable: true,
  internal: true,
})

export const ACTIVE_STATUSES: readonly Status[] = STATUSES.filter((status) => !isOver(status))

export function isOver(status: Status): boolean {
  return status === 'resolved' || status === 'closed'
}
