import { DAYS, SPAN, type Day, type Faults, type Span } from '../../../../client/hours.ts'
import { weekday } from '../../../../locales/dates.ts'
import { T } from '../../../../testids.ts'
import { s } from './strings.ts'
import { Spans } from './spans.tsx'

interface DayProps {
  readonly day: Day
  readonly spans: readonly Span[]
  readonly faults: Faults
  readonly onChange: (spans: readonly Span[]) => void
}

/** The form row of a weekday: closed, or the spans of time in which the desk is open. */
export function DayRow({ day, spans, faults, onChange }: DayProps) {
  const name = weekday(DAYS.indexOf(day))
  const isOpen = spans.length > 0
  return (
    <div class="hours-day" data-testid={T.hoursDay} data-day={day}>
      <label class="check"><input type="checkbox" checked={isOpen} aria-label={s('hours.open_on', { day: name })} data-testid={T.hoursOpen} onChange={(event) => onChange(event.currentTarget.checked ? [SPAN] : [])} /><span>{name}</span></label>
      {isOpen ? <Spans name={day} day={name} spans={spans} faults={faults} onChange={onChange} /> : <span class="muted hours-closed">{s('hours.closed')}</span>}
    </div>
  )
}
