import { useId, useRef, useState } from 'preact/hooks'
import { isDate, SPAN, withHoliday, type Faults, type HolidayDraft } from '../../../../client/hours.ts'
import { LIMITS } from '../../../../protocol/generated.ts'
import { t } from '../../../../locales/index.ts'
import { Button, IconButton } from '../../../../ui/kit/button.tsx'
import { Checkbox, TextField } from '../../../../ui/kit/field.tsx'
import { tell } from '../../actions.ts'
import type { ScreenProps } from '../screen.ts'
import { Spans } from './spans.tsx'
import { s } from './strings.ts'
import { H } from './testids.ts'
import { dateOf } from './when.ts'

interface HolidaysProps {
  readonly context: ScreenProps['context']
  readonly holidays: readonly HolidayDraft[]
  readonly faults: Faults
  /** Today's date in the desk's time zone. Holidays before this date are listed as past. */
  readonly today: string
  /** Returns the current holidays. After an asynchronous wait, they may be newer than the rendered `holidays`. */
  readonly now: () => readonly HolidayDraft[]
  readonly onChange: (holidays: readonly HolidayDraft[]) => void
}

/** The list of special dates, each closed all day or with its own opening hours. */
export function Holidays({ context, holidays, faults, today, now, onChange }: HolidaysProps) {
  const put = (date: string, part: Partial<HolidayDraft>) => onChange(now().map((one) => (one.date === date ? { ...one, ...part } : one)))
  const remove = (gone: HolidayDraft) => {
    onChange(now().filter(({ date }) => date !== gone.date))
    tell(context, s('hours.holiday_removed', { date: dateOf(gone.date) }), { label: t('action.undo'), key: 'z', run: () => onChange(withHoliday(now(), gone.date, gone.name).map((one) => (one.date === gone.date ? gone : one))) })
  }
  const rows = (list: readonly HolidayDraft[]) => <ul class="holidays">{list.map((one) => <HolidayRow key={one.date} one={one} faults={faults} onChange={(part) => put(one.date, part)} onRemove={() => remove(one)} />)}</ul>
  const [past, coming] = [holidays.filter(({ date }) => date < today), holidays.filter(({ date }) => date >= today)]
  return (
    <section class="card" aria-label={s('hours.holidays')}>
      <div><h2>{s('hours.holidays')}</h2><p class="muted">{s('hours.holidays_hint')}</p></div>
      {coming.length > 0 && rows(coming)}
      <NewHoliday holidays={holidays} onAdd={(date, name) => onChange(withHoliday(now(), date, name))} />
      {past.length > 0 && <details class="holidays-past" data-testid={H.holidaysPast}><summary>{s('hours.holidays_past', { n: past.length })}</summary>{rows(past)}</details>}
    </section>
  )
}

interface RowProps {
  readonly one: HolidayDraft
  readonly faults: Faults
  readonly onChange: (part: Partial<HolidayDraft>) => void
  readonly onRemove: () => void
}

function HolidayRow({ one: { date, name, spans }, faults, onChange, onRemove }: RowProps) {
  const shown = dateOf(date)
  const isLong = faults.get(`${date}.name`) === 'long'
  return (
    <li class="holiday" data-testid={H.holiday} data-date={date}>
      <span class="holiday-date">{shown}</span>
      <TextField label={s('hours.holiday_name', { date: shown })} placeholder={s('hours.holiday_nameless')} value={name} error={isLong ? s('hours.fault.long') : null} testid={H.holidayName} onChange={(next) => onChange({ name: next })} />
      <div class="holiday-hours">
        <Checkbox label={s('hours.holiday_closed')} value={spans.length === 0} testid={H.holidayClosed} onChange={(isClosed) => onChange({ spans: isClosed ? [] : [SPAN] })} />
        {spans.length > 0 && <Spans name={date} day={shown} spans={spans} faults={faults} onChange={(next) => onChange({ spans: next })} />}
      </div>
      <IconButton icon="close" label={s('hours.holiday_remove', { date: shown })} testid={H.holidayRemove} onClick={onRemove} />
    </li>
  )
}

function NewHoliday({ holidays, onAdd }: { readonly holidays: readonly HolidayDraft[]; readonly onAdd: (date: string, name: string) => void }) {
  const [date, setDate] = useState('')
  const [name, setName] = useState('')
  const [fault, setFault] = useState<'none' | 'twice' | null>(null)
  const form = useRef<HTMLDivElement>(null)
  const id = useId()
  if (holidays.length >= LIMITS.holidays_max) return <p class="muted">{s('hours.holidays_full', { n: LIMITS.holidays_max })}</p>
  const add = () => {
    const wrong = !isDate(date) ? 'none' : holidays.some((one) => one.date === date) ? 'twice' : null
    setFault(wrong)
    form.current?.querySelector('input')?.focus()
    if (wrong !== null) return
    onAdd(date, name)
    setDate('')
    setName('')
  }
  // A `div` with the role `group` is used, because HTML forms cannot be nested and this is inside the screen's form.
  return (
    <div ref={form} class="holiday-new" role="group" aria-labelledby={`${id}-add`} onKeyDown={(event) => { if (event.key === 'Enter' && event.target instanceof HTMLInputElement) { event.preventDefault(); add() } }}>
      <TextField type="date" label={s('hours.holiday_date')} value={date} error={fault === null ? null : s(`hours.holiday_fault.${fault}`)} testid={H.holidayDate} onChange={(next) => { setDate(next); setFault(null) }} />
      <TextField label={s('hours.holiday_new_name')} value={name} testid={H.holidayNewName} onChange={setName} />
      <span id={`${id}-add`}><Button testid={H.holidayAdd} onClick={add}>{s('hours.holiday_add')}</Button></span>
    </div>
  )
}
