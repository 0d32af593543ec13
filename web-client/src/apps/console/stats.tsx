// The line at the top of the console: the views, then the figures (each a value above its name), and the averages.

import { VIEWS, type Filters } from '../../client/filters.ts'
import type { Inbox } from '../../client/inbox.ts'
import type { TicketCounts, TicketStats } from '../../protocol/generated.ts'
import { inUnit, shortNumber } from '../../locales/formats.ts'
import { number, t, type StringKey } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { arrows } from '../../ui/arrows.ts'

interface OverviewProps {
  readonly inbox: Inbox
  readonly counts: TicketCounts | null
  readonly stats: TicketStats | null
}

/** The statuses whose number of tickets is shown as a figure. */
const COUNTED = ['open', 'in_progress', 'waiting'] as const

export function Overview({ inbox, counts, stats }: OverviewProps) {
  const filters = inbox.filters.value
  const hours = stats?.avg_resolution_hours ?? null
  const rating = stats?.avg_satisfaction_rating ?? null
  const isNew = filters.view === 'all' && filters.status === '' && filters.sort === 'created'
  const isCounted = isNew || COUNTED.some((one) => one === filters.status)
  const go = (change: Partial<Filters>) => () => inbox.filter({ status: '', ...change })
  return (
    <section class="overview" aria-label={t('view.label')} data-testid={T.stats}>
      <div class="views" role="toolbar" tabIndex={-1} aria-label={t('view.label')} onKeyDown={arrows}>
        {VIEWS.map((one) => (
          <button key={one} type="button" class={`view ${one}`} aria-pressed={one === filters.view && filters.status === ''} tabIndex={one === (filters.status === '' ? filters.view : VIEWS[0]) ? 0 : -1} data-testid={T.view} data-view={one} data-count={counts?.[one]} onClick={go({ view: one })}>
            <span>{t(`view.${one}`)}</span>
            <span class="count" {...(one === 'urgent' || one === 'unassigned' ? { 'data-testid': T.stat, 'data-stat': one, 'data-value': counts?.[one] } : {})}>{counts === null ? '·' : shortNumber(counts[one])}</span>
          </button>
        ))}
      </div>
      <div class="figures" role="toolbar" tabIndex={-1} aria-label={t('stats.label')} onKeyDown={arrows}>
        <Figure name="open" label="stats.open" value={stats?.open_tickets} isPicked={filters.status === 'open'} isStop={filters.status === 'open' || !isCounted} onClick={go({ view: 'all', status: 'open' })} />
        <Figure name="in_progress" label="stats.in_progress" value={stats?.in_progress_tickets} isPicked={filters.status === 'in_progress'} onClick={go({ view: 'all', status: 'in_progress' })} />
        <Figure name="waiting" label="stats.waiting" value={stats?.waiting_tickets} isPicked={filters.status === 'waiting'} onClick={go({ view: 'all', status: 'waiting' })} />
        <Figure name="last_24h" label="stats.last_24h" value={stats?.tickets_last_24h} isPicked={isNew} onClick={go({ view: 'all', sort: 'created' })} />
      </div>
      <dl class="averages">
        <Average name="resolution" label="stats.resolution" value={hours === null ? undefined : duration(hours)} />
        <Average name="rating" label="stats.rating" value={rating === null ? undefined : round(rating)} />
      </dl>
    </section>
  )
}

interface FigureProps {
  readonly name: string
  readonly label: StringKey
  readonly value: number | undefined
  readonly isPicked: boolean
  /** Whether the Tab key stops at this view. The arrow keys move between the views. */
  readonly isStop?: boolean
  readonly onClick: () => void
}

function Figure({ name, label, value, isPicked, isStop = isPicked, onClick }: FigureProps) {
  return (
    <button type="button" class="figure" aria-pressed={isPicked} tabIndex={isStop ? 0 : -1} data-testid={T.stat} data-stat={name} data-value={value} onClick={onClick}>
      <span>{t(label)}</span>
      <span class="count">{value === undefined ? '·' : shortNumber(value)}</span>
    </button>
  )
}

/** A figure with an average over all tickets of the desk. */
function Average({ name, label, value }: { readonly name: string; readonly label: StringKey; readonly value: number | string | undefined }) {
  return (
    <div class="figure" title={t('stats.so_far', { what: t(label) })} data-testid={T.stat} data-stat={name} data-value={value}>
      <dt>{t(label)}</dt>
      <dd>{typeof value === 'number' ? number(value) : (value ?? '–')}</dd>
    </div>
  )
}

const DAY_HOURS = 24

/** Formats a duration in the largest unit that fits. */
function duration(hours: number): string {
  const minutes = Math.round(hours * 60)
  if (minutes < 1) return t('stats.moments')
  if (minutes < 60) return inUnit(minutes, 'minute')
  return hours < 2 * DAY_HOURS ? inUnit(round(hours), 'hour') : inUnit(round(hours / DAY_HOURS), 'day')
}

function round(n: number): number {
  return n >= 10 ? Math.round(n) : Math.round(n * 10) / 10
}
