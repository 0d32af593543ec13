import type { TicketStats } from '../../protocol/generated.ts'
import { inUnit } from '../../locales/formats.ts'
import { number, t, type StringKey } from '../../locales/index.ts'
import { T } from '../../testids.ts'

export function Stats({ stats }: { readonly stats: TicketStats | null }) {
  const hours = stats?.avg_resolution_hours ?? null
  const rating = stats?.avg_satisfaction_rating ?? null
  return (
    <dl class="stats" data-testid={T.stats}>
      <Card name="open" label="stats.open" value={stats?.open_tickets} />
      <Card name="in_progress" label="stats.in_progress" value={stats?.in_progress_tickets} />
      <Card name="waiting" label="stats.waiting" value={stats?.waiting_tickets} />
      <Card name="urgent" label="stats.urgent" value={stats?.urgent_tickets} alarming={(stats?.urgent_tickets ?? 0) > 0} />
      <Card name="unassigned" label="stats.unassigned" value={stats?.unassigned_tickets} />
      <Card name="last_24h" label="stats.last_24h" value={stats?.tickets_last_24h} />
      <Card name="resolution" label="stats.resolution" value={hours === null ? undefined : duration(hours)} />
      <Card name="rating" label="stats.rating" value={rating === null ? undefined : round(rating)} />
    </dl>
  )
}

interface CardProps {
  readonly name: string
  readonly label: StringKey
  readonly value: number | string | undefined
  readonly alarming?: boolean
}

function Card({ name, label, value, alarming = false }: CardProps) {
  return (
    <div class={`stat ${alarming ? 'alarming' : ''}`} data-testid={T.stat} data-stat={name} data-value={value}>
      <dt>{t(label)}</dt>
      <dd>{typeof value === 'number' ? number(value) : (value ?? '–')}</dd>
    </div>
  )
}

const DAY_HOURS = 24

/** In the unit that says most. */
function duration(hours: number): string {
  const minutes = Math.round(hours * 60)
  if (minutes < 1) return t('stats.moments')
  if (minutes < 60) return inUnit(minutes, 'minute')
  return hours < 2 * DAY_HOURS ? inUnit(round(hours), 'hour') : inUnit(round(hours / DAY_HOURS), 'day')
}

function round(n: number): number {
  return n >= 10 ? Math.round(n) : Math.round(n * 10) / 10
}
