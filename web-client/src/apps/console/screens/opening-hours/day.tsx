import { useId } from 'preact/hooks'
import { DAYS, isFull, SPAN, withSpan, type Day, type Fault, type Faults, type Span } from '../../../../client/hours.ts'
import { weekday } from '../../../../locales/dates.ts'
import { s } from './strings.ts'
import { T } from '../../../../testids.ts'
import { Icon } from '../../../../ui/icon.tsx'

interface DayProps {
  readonly day: Day
  readonly spans: readonly Span[]
  readonly faults: Faults
  readonly onChange: (spans: readonly Span[]) => void
}

/** A day of the week: closed, or open from and to, as often as it takes. */
export function DayRow({ day, spans, faults, onChange }: DayProps) {
  const id = useId()
  const name = weekday(DAYS.indexOf(day))
  const isOpen = spans.length > 0
  const put = (index: number, part: Partial<Span>) => onChange(spans.map((span, at) => (at === index ? { ...span, ...part } : span)))
  return (
    <div class="week-day" data-testid={T.hoursDay} data-day={day}>
      <label class="check"><input type="checkbox" checked={isOpen} aria-label={s('hours.open_on', { day: name })} data-testid={T.hoursOpen} onChange={(event) => onChange(event.currentTarget.checked ? [SPAN] : [])} /><span>{name}</span></label>
      <div class="spans">
        {!isOpen && <span class="muted">{s('hours.shut')}</span>}
        {spans.map(({ from, to }, index) => {
          const fault = faults.get(`${day}.${index}`) ?? null
          const field = { type: 'time', required: true, 'aria-invalid': fault !== null, 'aria-describedby': `${id}-${index}`, 'data-span': index } as const
          return (
            // oxlint-disable-next-line react/no-array-index-key -- a span has no other name than its place in the day
            <div key={index} class="span">
              <input {...field} value={from} aria-label={s('hours.from', { day: name })} data-testid={T.hoursFrom} onInput={(event) => put(index, { from: event.currentTarget.value })} />
              <span aria-hidden="true">{s('hours.until')}</span>
              <input {...field} value={to} aria-label={s('hours.to', { day: name })} data-testid={T.hoursTo} onInput={(event) => put(index, { to: event.currentTarget.value })} />
              {spans.length > 1 && <button type="button" class="quiet icon-button" aria-label={s('hours.remove_on', { from, to, day: name })} title={s('hours.remove')} data-testid={T.hoursRemove} onClick={() => onChange(spans.filter((_, at) => at !== index))}><Icon name="close" /></button>}
              {index === spans.length - 1 && !isFull(spans) && <button type="button" class="link" aria-label={s('hours.add_on', { day: name })} data-testid={T.hoursAdd} onClick={() => onChange(withSpan(spans))}>{s('hours.add')}</button>}
              <FaultLine id={`${id}-${index}`} fault={fault} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

/** What is wrong with a field, said where it stands. */
export function FaultLine({ id, fault }: { readonly id: string; readonly fault: Fault | null }) {
  return <span class="problem-text" id={id} data-testid={fault === null ? undefined : T.hoursFault} data-fault={fault}>{fault !== null && s(`hours.fault.${fault}`)}</span>
}
