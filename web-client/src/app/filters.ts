// Which tickets the console lists: a view, narrowed by filters. All of it stands in the address bar.

import type { StaffView } from '../protocol/model.ts'
import { word } from '../protocol/narrow.ts'
import { isOver } from '../protocol/words.ts'
import type { TicketQuery } from '../rest/client.ts'
import { searchOf } from './search.ts'
import { SORTS, type Sort } from './sorted-list.ts'

export const VIEWS = ['mine', 'unassigned', 'all', 'urgent', 'resolved', 'closed'] as const
export type View = (typeof VIEWS)[number]

/** Empty: any, or what the view says. */
export interface Filters {
  readonly view: View
  /** `active`, or one status; it takes the place of the view's. */
  readonly status: string
  readonly category: string
  readonly priority: string
  /** `me`, `nobody`, or an id. */
  readonly assigned_to: string
  readonly user_id: string
  readonly search: string
  readonly sort: Sort
}

export const NO_FILTERS: Filters = { view: 'all', status: '', category: '', priority: '', assigned_to: '', user_id: '', search: '', sort: 'last_activity' }

const NAMES = ['status', 'category', 'priority', 'assigned_to', 'user_id', 'search'] as const

export function filtersOf(query: URLSearchParams): Filters {
  const base: Filters = { ...NO_FILTERS, view: word(VIEWS, query.get('view')) ?? 'all', sort: word(SORTS, query.get('sort')) ?? 'last_activity' }
  return NAMES.reduce((filters, name) => ({ ...filters, [name]: query.get(name) ?? '' }), base)
}

export function queryOf(filters: Filters): URLSearchParams {
  const query = new URLSearchParams()
  if (filters.view !== 'all') query.set('view', filters.view)
  for (const name of NAMES) if (filters[name] !== '') query.set(name, filters[name])
  if (filters.sort !== 'last_activity') query.set('sort', filters.sort)
  return query
}

export function isNarrowed(filters: Filters): boolean {
  return NAMES.some((name) => filters[name] !== '')
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
  const { category, user_id, search, sort } = filters
  return {
    ...(status === 'active' ? { tab: 'active' as const } : status === '' ? {} : { status: [status] }),
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
  if (status === 'active' ? isOver(ticket.status) : status !== '' && ticket.status !== status) return false
  if (category !== '' && ticket.category !== category) return false
  if (priority !== '' && ticket.priority !== priority) return false
  if (user_id !== '' && ticket.user_id !== user_id) return false
  return assigned_to === 'nobody' ? ticket.assigned_to === null : assigned_to === '' || ticket.assigned_to?.id === (assigned_to === 'me' ? me : assigned_to)
}

/** Whether two states of a ticket have the same facts, as far as `matches` looks at them. */
export function isSame(a: StaffView, b: StaffView): boolean {
  return a.status === b.status && a.category === b.category && a.priority === b.priority && a.user_id === b.user_id
    && a.assigned_to?.id === b.assigned_to?.id && (a.archived_at === null) === (b.archived_at === null)
}
