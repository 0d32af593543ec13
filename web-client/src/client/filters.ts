// Which tickets the console lists: a view, narrowed by filters. All of it stands in the address bar.

import type { StaffView } from '../protocol/model.ts'
import { word } from '../protocol/narrow.ts'
import { isOver } from '../protocol/words.ts'
import type { TicketQuery } from '../rest/client.ts'
import { searchOf } from './search.ts'
import { SORTS, type Sort } from './sorted-list.ts'

export const VIEWS = ['needs_answer', 'mine', 'unassigned', 'all', 'urgent', 'resolved', 'closed'] as const
type View = (typeof VIEWS)[number]

/** Empty: any, or what the view says. */
export interface Filters {
  readonly view: View
  /** `active`, `waiting` for whichever side, or one status; it takes the place of the view's. */
  readonly status: string
  readonly category: string
  readonly priority: string
  /** `me`, `nobody`, or an id. */
  readonly assigned_to: string
  readonly user_id: string
  readonly search: string
  /** Empty: the order of the view. */
  readonly sort: Sort | ''
}

/** Who waits for an answer is what one comes for. */
const FIRST_VIEW: View = 'needs_answer'

export const NO_FILTERS: Filters = { view: FIRST_VIEW, status: '', category: '', priority: '', assigned_to: '', user_id: '', search: '', sort: '' }

const NAMES = ['status', 'category', 'priority', 'assigned_to', 'user_id', 'search'] as const

/** Nothing but what the view says. */
export const NO_NARROWING: Partial<Filters> = { status: '', category: '', priority: '', assigned_to: '', user_id: '', search: '' }

/** On one of the two sides something waits for the other. */
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

/** Whether only those are listed who wait for an answer. A search, a status or a customer that is asked for is found wherever it stands. */
export function isWaiting(filters: Filters): boolean {
  return filters.view === 'needs_answer' && filters.status === '' && filters.user_id === '' && searchOf(filters.search) === ''
}

/** The order in which they are listed: the one that was chosen, otherwise the longest wait first where it is about waiting. */
export function sortOf(filters: Filters): Sort {
  const isAboutWaiting = isWaiting(filters)
  if (filters.sort === '' || (filters.sort === 'waiting' && !isAboutWaiting)) return isAboutWaiting ? 'waiting' : 'last_activity'
  return filters.sort
}

/** What view and filters ask for together. */
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

/** Whether a ticket has the facts that view and filters ask for. Only the server can tell whether it has the words of a search. */
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

/** Whether two states of a ticket have the same facts, as far as `matches` looks at them. */
export function isSame(a: StaffView, b: StaffView): boolean {
  return a.status === b.status && a.category === b.category && a.priority === b.priority && a.user_id === b.user_id
    && a.assigned_to?.id === b.assigned_to?.id && (a.archived_at === null) === (b.archived_at === null)
    && (a.waiting_since === null) === (b.waiting_since === null)
}
