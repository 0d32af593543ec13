import { useId, useRef } from 'preact/hooks'
import { endsNextDay, isFull, withSpan, type Fault, type Faults, type Span } from '../../../../client/hours.ts'
import { T } from '../../../../testids.ts'
import { IconButton } from '../../../../ui/kit/button.tsx'
import { TimeField, timeInWords } from '../../../../ui/kit/time-field.tsx'
import { s } from './strings.ts'
import { H } from './testids.ts'

interface SpansProps {
  /** The key under which `faults` stores the errors of these time spans. */
  readonly name: string
  /** Name of the weekday or date, for the labels that screen readers read. */
  readonly day: string
  readonly spans: readonly Span[]
  readonly faults: Faults
  readonly onChange: (spans: readonly Span[]) => void
}

/** The form rows of one day's opening times, each from one time to another. */
export function Spans({ name, day, spans, faults, onChange }: SpansProps) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  // Find the span to focus by its index. After a span has been removed, the next span has the index of the removed span.
  const focusAt = (index: number) => requestAnimationFrame(() => list.current?.querySelectorAll<HTMLElement>(`[data-testid=${T.hoursFrom}]`)[index]?.focus())
  const put = (index: number, part: Partial<Span>) => onChange(spans.map((span, at) => (at === index ? { ...span, ...part } : span)))
  return (
    <div ref={list} class="hours-spans">
      {spans.map((span, index) => {
        const fault = faults.get(`${name}.${index}`) ?? null
        const field = { isInvalid: fault !== null, describedBy: `${id}-${index}`, index }
        return (
          // oxlint-disable-next-line react/no-array-index-key -- a span has no id, so its index is the key
          <div key={index} class="hours-span">
            <TimeField {...field} value={span.from} label={s('hours.from', { day })} testid={T.hoursFrom} onChange={(from) => put(index, { from })} />
            <span aria-hidden="true">–</span>
            <TimeField {...field} value={span.to} label={s('hours.to', { day })} testid={T.hoursTo} onChange={(to) => put(index, { to })} />
            {endsNextDay(span) && <span class="muted hours-next" data-testid={H.nextDay}>{s('hours.next_day')}</span>}
            {spans.length > 1 && <IconButton icon="close" label={s('hours.remove_on', { from: timeInWords(span.from), to: timeInWords(span.to), day })} testid={T.hoursRemove} onClick={() => { onChange(spans.filter((_, at) => at !== index)); focusAt(Math.max(0, index - 1)) }} />}
            {index === spans.length - 1 && !isFull(spans) && <button type="button" class="link" aria-label={s('hours.add_on', { day })} data-testid={T.hoursAdd} onClick={() => { onChange(withSpan(spans)); focusAt(spans.length) }}>{s('hours.add')}</button>}
            <FaultLine id={`${id}-${index}`} fault={fault} />
          </div>
        )
      })}
    </div>
  )
}

/** Shows the error of a field. The element exists even without an error, because the field refers to it by `id`. */
export function FaultLine({ id, fault }: { readonly id: string; readonly fault: Fault | null }) {
  return <span class="problem-text" id={id} data-testid={fault === null ? undefined : T.hoursFault} data-fault={fault}>{fault !== null && s(`hours.fault.${fault}`)}</span>
}
