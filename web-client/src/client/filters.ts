// Which tickets the team's console lists: a view (for example, all active tickets), narrowed by filters. The page's URL contains the view and the
// filters.

import type { StaffView } from '../protocol/model.ts'
import { word } from '../protocol/narrow.ts'
import { isOver } from '../protocol/words.ts'
import type { TicketQuery } from '../rest/client.ts'
import { searchOf } from './search.ts'
import { SORTS, type Sort } from './sorted-list.ts'

export const VIEWS = ['needs_answer', 'mine', 'unassigned', 'all', 'urgent', 'resolved', 'closed'] as const
type View = (typeof VIEWS)[number]

/** A view and its filters. An empty filter uses the view's default or, without a default, matches any value. */
export interface Filters {
  readonly view: View
  /** `active`, `waiting` (for the customer or for the team), or one status. Overrides the view's own status. */
  readonly status: string
  readonly category: string
  readonly priority: string
  /** `me`, `nobody` (unassigned), or a user id. */
  readonly assigned_to: string
  readonly user_id: string
  readonly search: string
  /** The sort order. Empty means the view's default order. */
  readonly sort: Sort | ''
}

/** The default view: most agents open the console to see which customers are waiting for an answer. */
const FIRST_VIEW: View = 'needs_answer'

export const NO_FILTERS: Filters = { view: FIRST_VIEW, status: '', category: '', priority: '', assigned_to: '', user_id: '', search: '', sort: '' }

const NAMES = ['status', 'category', 'priority', 'assigned_to', 'user_id', 'search'] as const

/** A patch that clears every filter and keeps the view. */
export const NO_NARROWING: Partial<Filters> = { status: '', category: '', priority: '', assigned_to: '', user_id: '', search: '' }

/** The statuses in which the team waits for the customer, or the customer waits for the team. */
const WAITING = ['waiting_on_customer', 'waiting_on_admin'] as const

export function filtersOf(query: URLSearchParams): Filters {
  const base: Filters = { ...NO_FILTERS, view: word(VIEWS, query.get('view')) ?? FIRST_VIEW, sort: word(SORTS, query.get('sort')) ?? '' }
  return { ...base, ...Object.fromEntries(NAMES.map((name) => [name, query.get(name) ?? ''])) }
}

export function queryOf(filters: Filters): URLSearchParams {
  const query = new URLSearchParams()
  if (filters.view !== FIRST_VIEW) query.set('view', filters.view)
  for (const name of NAMES) if (filters[name] !== '') query.set(name, filters[name])
  if (filters.sort !== '') query.set('sort', filters.sort)
  return query
}

export function isNarrowed(filters: Filters): boolean {
  return NAMES.some((name) => filters[name] !== '')
}

/** Whether the list contains only tickets that wait for an answer. A search, a status filter or a customer filter lists other tickets as well. */
export function isWaiting(filters: Filters): boolean {
  return filters.view === 'needs_answer' && filters.status === '' && filters.user_id === '' && searchOf(filters.search) === ''
}

/** Returns the sort order. The default is the longest wait first in a list of waiting tickets, and the last activity first in other lists. */
export function sortOf(filters: Filters): Sort {
  const isAboutWaiting = isWaiting(filters)
  if (filters.sort === '' || (filters.sort === 'waiting' && !isAboutWaiting)) return isAboutWaiting ? 'waiting' : 'last_activity'
  return filters.sort
}

/** Resolves the view and the filters to one set of conditions. */
function asked(filters: Filters) {
  const { view } = filters
  const ofView = view === 'resolved' || view === 'closed' ? view : filters.user_id !== '' || searchOf(filters.search) !== '' ? '' : 'active'
  return {
    status: filters.status !== '' ? filters.status : ofView,
    priority: filters.priority !== '' ? filters.priority : view === 'urgent' ? 'urgent' : '',
    assigned_to: filters.assigned_to !== '' ? filters.assigned_to : view === 'mine' ? 'me' : view === 'unassigned' ? 'nobody' : '',
  }
}

export function restQuery(filters: Filters): TicketQuery {
  const { status, priority, assigned_to } = asked(filters)
  const { category, user_id, search } = filters
  const sort = sortOf(filters)
  return {
    ...(isWaiting(filters) ? { needs_answer: true } : {}),
    ...(status === 'active' ? { tab: 'active' as const } : status === '' ? {} : { status: status === 'waiting' ? WAITING : [status] }),
    ...(category === '' ? {} : { category }),
    ...(priority === '' ? {} : { priority }),
    ...(assigned_to === '' ? {} : { assigned_to }),
    ...(user_id === '' ? {} : { user_id }),
    ...(searchOf(search) === '' ? {} : { search: searchOf(search) }),
    ...(sort === 'last_activity' ? {} : { sort }),
  }
}

/** Whether a ticket matches the view and the filters. Ignores the search text: only the server can search a ticket's messages. */
export function matches(ticket: StaffView, filters: Filters, me: string): boolean {
  const { status, priority, assigned_to } = asked(filters)
  const { category, user_id } = filters
  if (ticket.archived_at !== null) return false
  if (status === 'active' ? isOver(ticket.status) : status === 'waiting' ? !WAITING.some((one) => one === ticket.status) : status !== '' && ticket.status !== status) return false
  if (isWaiting(filters) && ticket.waiting_since === null) return false
  if (category !== '' && ticket.category !== category) return false
  if (priority !== '' && ticket.priority !== priority) return false
  if (user_id !== '' && ticket.user_id !== user_id) return false
  return assigned_to === 'nobody' ? ticket.assigned_to === null : assigned_to === '' || ticket.assigned_to?.id === (assigned_to === 'me' ? me : assigned_to)
}

/** Whether `a` and `b` are equal in every field that `matches` checks. */
export function isSame(a: StaffView, b: StaffView): boolean {
  return a.status === b.status && a.category === b.category && a.priority === b.priority && a.user_id === b.user_id
    && a.assigned_to?.id === b.assigned_to?.id && (a.archived_at === null) === (b.archived_at === null)
    && (a.waiting_since === null) === (b.waiting_since === null)
}
