// The opening hours screen: the hours, and the notice that customers see while the desk is closed. Admins set both; the widget shows them.

import { useEffect, useRef, useState } from 'preact/hooks'
import { DAYS, faultsOf, noticeLeft, type Fault, type HoursDraft } from '../../../../client/hours.ts'
import { hoursFor, type HoursStore } from '../../../../client/hours-store.ts'
import { statusAt } from '../../../../client/hours-status.ts'
import { onWindow } from '../../../../client/on-window.ts'
import { isVisible } from '../../../../client/visibility.ts'
import { isZone, ownZone, wallTimeIn } from '../../../../client/zones.ts'
import type { Feature } from '../../../../protocol/generated.ts'
import type { Problem } from '../../../../protocol/model.ts'
import { inLanguage, t } from '../../../../locales/index.ts'
import { fieldOf } from '../../../../locales/reasons.ts'
import { T } from '../../../../testids.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { Skeleton } from '../../../../ui/skeleton.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import { Checkbox, TextArea } from '../../../../ui/kit/field.tsx'
import { useSheet } from '../../../../ui/use-sheet.ts'
import { tell } from '../../actions.ts'
import { ScreenPage } from '../../settings/screen-page.tsx'
import type { ScreenProps } from '../screen.ts'
import { DayRow } from './day.tsx'
import { Holidays } from './holidays.tsx'
import css from './hours.css?inline'
import { s } from './strings.ts'
import { H } from './testids.ts'
import title from './title.json'
import { statusInWords } from './when.ts'
import { ZonePicker } from './zone-picker.tsx'

const NOTICE_LEFT_SHOWN = 100
const HOLIDAYS: Feature = 'holidays'
const CLOCK_MS = 15_000

export function HoursScreen({ context }: ScreenProps) {
  const { client } = context
  const store = hoursFor(client)
  // Reload the hours when the tab becomes visible again, because another person may have changed them.
  useEffect(() => {
    // A store that was just created is loading already.
    if (store.state.peek() !== 'loading') void store.reload()
    return onWindow('visibilitychange', () => { if (isVisible()) void store.reload() })
  }, [store])
  const draft = store.draft.value
  return (
    <ScreenPage context={context} title={inLanguage(title)} hint={s('hours.hint')}>
      {draft !== null ? <HoursForm context={context} store={store} draft={draft} />
        : store.problem.value === null ? <Skeleton lines={8} /> : <ProblemLine problem={store.problem.value} onRetry={() => void store.reload()} />}
    </ScreenPage>
  )
}

interface FormProps {
  readonly context: ScreenProps['context']
  readonly store: HoursStore
  readonly draft: HoursDraft
}

function HoursForm({ context, store, draft }: FormProps) {
  const connection = context.client.connection.value
  const knowsHolidays = connection.kind === 'live' ? connection.features.includes(HOLIDAYS) : draft.holidays.length > 0
  const rules = { isZone, knowsHolidays }
  const [isTried, setTried] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  useSheet(form, css)
  const now = useNow()
  const faults = isTried ? faultsOf(draft, rules) : new Map<string, Fault>()
  const isSaved = !store.isChanged.value
  const save = async () => {
    setTried(true)
    if (faultsOf(draft, rules).size > 0) {
      // Invalid fields get `aria-invalid` only in the next render, so wait a frame before focusing the first one.
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      return
    }
    if (!await store.save()) return
    setTried(false)
    tell(context, s('hours.saved'))
  }
  const zone = isZone(draft.timezone.trim()) ? draft.timezone.trim() : ownZone()
  const wall = wallTimeIn(zone, now)
  const status = statusAt(draft, wall)
  const left = noticeLeft(draft.notice)
  const atNotice = noticeFault(store.refused.value)
  return (
    <form ref={form} class="hours-form" noValidate data-testid={T.hours} data-saved={isSaved} onSubmit={(event) => { event.preventDefault(); void save() }}>
      <div class="card">
        <div class="hours-kept">
          <Checkbox label={s('hours.keep')} value={draft.keepsHours} testid={T.hoursKept} onChange={(keepsHours) => store.change({ keepsHours })} />
          <p class={`hours-now ${status.kind === 'closed' ? '' : 'is-open'}`} data-testid={H.now} data-now={status.kind}><span class="hours-dot" aria-hidden="true" /><span>{draft.keepsHours ? statusInWords(status, wall.date) : s('hours.always')}</span></p>
        </div>
        {draft.keepsHours && <ZonePicker value={draft.timezone} now={now} fault={faults.get('timezone') ?? null} onChange={(timezone) => store.change({ timezone })} />}
      </div>
      {draft.keepsHours && (
        <fieldset class="card hours-week">
          <legend class="hidden">{s('hours.week')}</legend>
          <h2>{s('hours.week')}</h2>
          <div>{DAYS.map((day) => <DayRow key={day} day={day} spans={draft.days[day]} faults={faults} onChange={(spans) => store.change({ days: { ...draft.days, [day]: spans } })} />)}</div>
          <div><Button onClick={() => store.change({ days: { ...draft.days, tue: draft.days.mon, wed: draft.days.mon, thu: draft.days.mon, fri: draft.days.mon } })}>{s('hours.copy')}</Button></div>
        </fieldset>
      )}
      {draft.keepsHours && knowsHolidays && <Holidays context={context} holidays={draft.holidays} faults={faults} today={wall.date} now={() => store.draft.peek()?.holidays ?? []} onChange={(holidays) => store.change({ holidays })} />}
      <div class="card">
        <TextArea label={s('hours.notice')} rows={3} value={draft.notice} hint={<>{s('hours.notice_hint')}{left <= NOTICE_LEFT_SHOWN && ` ${s('hours.left', { n: Math.max(0, left) })}`}</>} error={faults.has('notice') ? s('hours.fault.long') : (atNotice?.why ?? null)} testid={T.hoursNotice} onChange={(notice) => store.change({ notice })} />
      </div>
      {atNotice === null && <ProblemLine problem={store.refused.value} />}
      {store.isOvertaken.value && (
        <div class="hours-overtaken" role="alert" data-testid={H.overtaken}>
          <span>{s('hours.overtaken')}</span>
          <Button testid={H.theirs} onClick={() => { store.cancel(); setTried(false) }}>{s('hours.theirs')}</Button>
          <Button kind="quiet" testid={H.mine} onClick={store.keepMine}>{s('hours.mine')}</Button>
        </div>
      )}
      <div class="form-actions">
        <Button kind="primary" type="submit" isBusy={store.isSaving.value} isDisabled={isSaved || store.isOvertaken.value} testid={T.hoursSave}>{t('app.save')}</Button>
        {!isSaved && <Button kind="quiet" onClick={() => { store.cancel(); setTried(false) }}>{s('hours.discard')}</Button>}
        <span class="muted" role="status" data-testid={T.hoursState}>{isSaved ? s('hours.same') : s('hours.changed')}</span>
      </div>
    </form>
  )
}

/** The server's error about the notice, or null if there is none. Errors about the hours name a field other than `value`. */
function noticeFault(problem: Problem | null) {
  const field = problem === null ? null : fieldOf(problem)
  return field?.name === 'value' ? field : null
}

/** The device's time in milliseconds, updated every `CLOCK_MS`. */
function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), CLOCK_MS)
    return () => clearInterval(timer)
  }, [])
  return now
}
