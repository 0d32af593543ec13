// When the desk is open, and its words for those who find nobody: what an admin sets and the widget tells.

import { signal } from '@preact/signals'
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import type { Client } from '../../../../client/client.ts'
import { DAYS, draftOf, faultsOf, hoursOf, noticeLeft, noticeOf, type Fault, type HoursDraft } from '../../../../client/hours.ts'
import { keptFor } from '../../../../client/resource.ts'
import type { Availability } from '../../../../protocol/generated.ts'
import type { Problem } from '../../../../protocol/model.ts'
import { inLanguage, t } from '../../../../locales/index.ts'
import { weekdayTime } from '../../../../locales/own-words.ts'
import { s } from './strings.ts'
import { T } from '../../../../testids.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { Skeleton } from '../../../../ui/skeleton.tsx'
import { tell } from '../../actions.ts'
import { DayRow, FaultLine } from './day.tsx'
import { ScreenPage } from '../../settings/screen-page.tsx'
import type { ScreenProps } from '../screen.ts'
import title from './title.json'

/** What was changed and not saved yet: there again after a look at a ticket. */
const drafts = keptFor((_client: Client) => signal<HoursDraft | null>(null))

const NOTICE_LEFT_SHOWN = 100

export function HoursScreen({ context }: ScreenProps) {
  return <ScreenPage context={context} title={inLanguage(title)} hint={s('hours.hint')}><Loaded context={context} /></ScreenPage>
}

function Loaded({ context }: Pick<ScreenProps, 'context'>) {
  const { rest } = context
  const [kept, setKept] = useState<HoursDraft | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const load = async () => {
    const result = await rest.settings()
    setProblem(result.ok ? null : result.problem)
    if (result.ok) setKept(draftOf(result.value, ownZone()))
  }
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- asked once by each client
  useEffect(() => void load(), [rest])
  if (kept === null) return problem === null ? <Skeleton lines={8} /> : <ProblemLine problem={problem} onRetry={() => void load()} />
  return <HoursForm context={context} initial={kept} />
}

function HoursForm({ context, initial }: Pick<ScreenProps, 'context'> & { readonly initial: HoursDraft }) {
  const { client, rest } = context
  const begun = drafts(client)
  const [kept, setKept] = useState(initial)
  // What was changed waits while one looks at a ticket.
  const draft = begun.value ?? kept
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const form = useRef<HTMLFormElement>(null)
  const id = useId()
  const zones = useMemo(() => Intl.supportedValuesOf('timeZone'), [])
  const faults = tried ? faultsOf(draft, isZone) : new Map<string, Fault>()
  const isSaved = same(draft, kept)
  const change = (part: Partial<HoursDraft>) => { begun.value = { ...draft, ...part } }
  const save = async () => {
    setTried(true)
    if (faultsOf(draft, isZone).size > 0) {
      // Once the fields are marked.
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      return
    }
    setBusy(true)
    const hours = await rest.saveSetting('opening_hours', hoursOf(draft))
    const result = hours.ok ? await rest.saveSetting('away_notice', noticeOf(draft)) : hours
    setBusy(false)
    setProblem(result.ok ? null : result.problem)
    if (!result.ok) return
    setTried(false)
    setKept(draft)
    // What was changed while it was being saved stands.
    if (begun.peek() === draft) begun.value = null
    tell(context, s('hours.saved'))
  }
  const left = noticeLeft(draft.notice)
  const fault = (field: string) => faults.get(field) ?? null
  return (
    <form ref={form} class="reply-form hours" noValidate data-testid={T.hours} data-saved={isSaved} onSubmit={(event) => { event.preventDefault(); void save() }}>
      <label class="check"><input type="checkbox" checked={draft.keepsHours} data-testid={T.hoursKept} onChange={(event) => change({ keepsHours: event.currentTarget.checked })} /><span>{s('hours.keep')}</span></label>
      {!draft.keepsHours && <p class="muted">{s('hours.always')}</p>}
      {draft.keepsHours && (
        <>
          <label>
            <span>{s('hours.zone')}</span>
            <input value={draft.timezone} list={`${id}-zones`} dir="ltr" autocapitalize="none" spellcheck={false} aria-invalid={fault('timezone') !== null} aria-describedby={`${id}-zone`} data-testid={T.hoursZone} onInput={(event) => change({ timezone: event.currentTarget.value })} />
            <datalist id={`${id}-zones`}>{zones.map((zone) => <option key={zone} value={zone} />)}</datalist>
            <FaultLine id={`${id}-zone`} fault={fault('timezone')} />
          </label>
          <fieldset class="week">
            <legend>{s('hours.week')}</legend>
            {DAYS.map((day) => <DayRow key={day} day={day} spans={draft.days[day]} faults={faults} onChange={(spans) => change({ days: { ...draft.days, [day]: spans } })} />)}
            <button type="button" class="link" onClick={() => change({ days: { ...draft.days, tue: draft.days.mon, wed: draft.days.mon, thu: draft.days.mon, fri: draft.days.mon } })}>{s('hours.copy')}</button>
          </fieldset>
        </>
      )}
      <label>
        <span>{s('hours.notice')}</span>
        <textarea rows={3} value={draft.notice} dir="auto" aria-invalid={fault('notice') !== null} aria-describedby={`${id}-hint ${id}-notice`} data-testid={T.hoursNotice} onInput={(event) => change({ notice: event.currentTarget.value })} />
        <span class="muted" id={`${id}-hint`}>{s('hours.notice_hint')}{left <= NOTICE_LEFT_SHOWN && ` ${s('hours.left', { n: left })}`}</span>
        <FaultLine id={`${id}-notice`} fault={fault('notice')} />
      </label>
      <ProblemLine problem={problem} />
      <div class="actions">
        <button type="submit" class="primary" disabled={busy || isSaved} data-testid={T.hoursSave}>{t('app.save')}</button>
        {!isSaved && <button type="button" class="quiet" onClick={() => { begun.value = null; setTried(false); setProblem(null) }}>{t('app.cancel')}</button>}
        <span class="spacer" />
        <span class="muted" role="status" data-testid={T.hoursState}>{isSaved ? s('hours.same') : s('hours.changed')}</span>
      </div>
      <Now client={client} kept={kept} />
    </form>
  )
}

/** What the saved hours mean at this moment, as the record reckons. */
function Now({ client, kept }: { readonly client: Client; readonly kept: HoursDraft }) {
  const [now, setNow] = useState<Availability | null>(null)
  useEffect(() => {
    let current = true
    void client.rest.availability().then((result) => { if (current && result.ok) setNow(result.value) })
    return () => { current = false }
  }, [client, kept])
  if (now === null || now.hours === null) return null
  return <p class="muted">{now.open ? s('hours.open_now') : now.opens_at === null ? s('hours.shut_now') : s('hours.opens', { when: weekdayTime(now.opens_at) })}</p>
}

const same = (a: HoursDraft, b: HoursDraft) => JSON.stringify([hoursOf(a), noticeOf(a)]) === JSON.stringify([hoursOf(b), noticeOf(b)])

function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** Names alone: an offset such as +01:00 is one to the browser, and forgets summer time. */
function isZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
