import { useState } from 'preact/hooks'
import { isNarrowed, isWaiting, NO_NARROWING, sortOf } from '../../client/filters.ts'
import type { Inbox } from '../../client/inbox.ts'
import { SORTS } from '../../client/sorted-list.ts'
import type { Agent } from '../../protocol/decode-team.ts'
import { CATEGORIES, PRIORITIES, STATUSES } from '../../protocol/generated.ts'
import { word } from '../../protocol/narrow.ts'
import { t, tWord } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { SearchHint } from '../../ui/search-hint.tsx'
import { Icon } from '../../ui/icon.tsx'
import { nameOfAgent } from '../../ui/format.ts'

interface FilterProps {
  readonly inbox: Inbox
  readonly agents: readonly Agent[]
  readonly me: string
  /** Whether the `/` key focuses the search field. If so, the field shows the key as a hint. */
  readonly keys: boolean
  readonly searchRef: { current: HTMLInputElement | null }
}

/** The filters that are shown as a select. */
const NARROWING = ['status', 'category', 'priority', 'assigned_to'] as const

export function FilterBar({ inbox, agents, me, keys, searchRef }: FilterProps) {
  const filters = inbox.filters.value
  const [open, setOpen] = useState(() => isNarrowed({ ...filters, search: '' }))
  return (
    <div class="filters">
      <div class="search-line">
        <Icon name="search" size={16} />
        <input ref={searchRef} type="search" value={filters.search} placeholder={t('console.search')} aria-label={t('console.search')} dir="auto" aria-keyshortcuts={keys ? '/' : undefined} data-testid={T.search} onInput={(event) => inbox.filter({ search: event.currentTarget.value })} onKeyDown={(event) => { if (event.key === 'Escape') event.currentTarget.blur() }} />
        {keys && <kbd class="search-key wide-only" aria-hidden="true">/</kbd>}
        <button type="button" class={`quiet icon-button ${NARROWING.some((name) => filters[name] !== '') ? 'narrowing' : ''}`} aria-expanded={open} aria-label={t('console.filters')} title={t('console.filters')} data-testid={T.filtersToggle} onClick={() => setOpen(!open)}><Icon name="filter" /></button>
      </div>
      <SearchHint text={filters.search} problem={inbox.problem.value} />
      {open && <Selects inbox={inbox} agents={agents} me={me} />}
      {isNarrowed(filters) && (
        <p class="narrowed">
          {filters.user_id !== '' && <span class="muted">{t('console.of_customer')}</span>}
          <button type="button" class="link" data-testid={T.filterClear} onClick={() => inbox.filter(NO_NARROWING)}>{t('console.filter.clear')}</button>
        </p>
      )}
    </div>
  )
}

function Selects({ inbox, agents, me }: Omit<FilterProps, 'searchRef' | 'keys'>) {
  const filters = inbox.filters.value
  const pick = (name: 'status' | 'category' | 'priority' | 'assigned_to') => (event: { readonly currentTarget: { readonly value: string } }) => inbox.filter({ [name]: event.currentTarget.value })
  return (
    <div class="selects">
      <select value={filters.status} aria-label={t('ticket.status')} data-testid={T.filterStatus} onChange={pick('status')}>
        <option value="">{t('console.filter.view')}</option>
        <option value="active">{t('console.filter.active')}</option>
        <option value="waiting">{t('console.filter.waiting')}</option>
        {STATUSES.map((one) => <option key={one} value={one}>{tWord('status', one)}</option>)}
      </select>
      <select value={filters.assigned_to} aria-label={t('ticket.assignee')} data-testid={T.filterAssignee} onChange={pick('assigned_to')}>
        <option value="">{t('console.filter.anybody')}</option>
        <option value="me">{t('console.filter.me')}</option>
        <option value="nobody">{t('console.filter.nobody')}</option>
        {agents.filter((agent) => agent.user_id !== me).map((agent) => <option key={agent.user_id} value={agent.user_id}>{nameOfAgent(agent)}</option>)}
      </select>
      <select value={filters.priority} aria-label={t('ticket.priority')} data-testid={T.filterPriority} onChange={pick('priority')}>
        <option value="">{t('console.filter.any_priority')}</option>
        {PRIORITIES.map((one) => <option key={one} value={one}>{tWord('priority', one)}</option>)}
      </select>
      <select value={filters.category} aria-label={t('ticket.category')} data-testid={T.filterCategory} onChange={pick('category')}>
        <option value="">{t('console.filter.any_category')}</option>
        {CATEGORIES.map((one) => <option key={one} value={one}>{tWord('category', one)}</option>)}
      </select>
      <select value={sortOf(filters)} aria-label={t('console.sort')} data-testid={T.sort} onChange={(event) => inbox.filter({ sort: word(SORTS, event.currentTarget.value) ?? '' })}>
        {SORTS.filter((one) => one !== 'waiting' || isWaiting(filters)).map((one) => <option key={one} value={one}>{t(`console.sort.${one}`)}</option>)}
      </select>
    </div>
  )
}
